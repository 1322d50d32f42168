import { z } from 'zod'
import { readEnv } from '../_shared/env.ts'
import { connect } from '../_shared/supabase.ts'
import { createAssistantDatabase } from './database.ts'
import { createHandler } from './handler.ts'
import { createModel, modelEnv } from './model.ts'

const env = readEnv(z.object({ SUPABASE_URL: z.url(), ...modelEnv }), Deno.env.toObject())

Deno.serve(
  createHandler({
    model: createModel(env),
    connect: ({ apikey, authorization }) =>
      createAssistantDatabase(connect(env.SUPABASE_URL, apikey, { Authorization: authorization })),
  }),
)
