import { z } from 'zod'
import { readEnv } from '../_shared/env.ts'
import { createHandler } from './handler.ts'
import { createDependencies } from './supabase.ts'

const { SUPABASE_URL: url } = readEnv(z.object({ SUPABASE_URL: z.url() }), Deno.env.toObject())

Deno.serve(createHandler(createDependencies(url)))
