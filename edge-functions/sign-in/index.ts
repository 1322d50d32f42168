import { z } from 'zod'
import { readEnv, secretKeyEnv, secretKeyOf } from '../_shared/env.ts'
import { createHandler } from './handler.ts'
import { createDependencies } from './supabase.ts'

const env = readEnv(z.object({ SUPABASE_URL: z.url(), ...secretKeyEnv }), Deno.env.toObject())

Deno.serve(createHandler(createDependencies(env.SUPABASE_URL, secretKeyOf(env))))
