import { z } from 'zod'
import { readEnv } from '../_shared/env.ts'
import { createProviders, paymentEnv } from '../_shared/payments/providers.ts'
import { createHandler } from './handler.ts'
import { createDependencies } from './supabase.ts'

const env = readEnv(z.object({ SUPABASE_URL: z.url(), ...paymentEnv }), Deno.env.toObject())

Deno.serve(createHandler(createDependencies(env.SUPABASE_URL, createProviders(env))))
