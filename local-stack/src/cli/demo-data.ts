import { createClient } from '@supabase/supabase-js'

export const demoPassword = 'talentbase'

export const demoPeople = ['model', 'employer', 'agency'].map((role) => ({
  email: `${role}@talentbase.test`,
  username: `demo_${role}`,
  role,
}))

/** Creates the people a new user of the stack can sign in as; who is there already stays as they are. */
export async function createDemoPeople(stack: { url: string; secretKey: string }): Promise<void> {
  const supabase = createClient(stack.url, stack.secretKey, {
    auth: { persistSession: false, autoRefreshToken: false },
  })
  for (const { email, username, role } of demoPeople) {
    const { error } = await supabase.auth.admin.createUser({
      email,
      password: demoPassword,
      email_confirm: true,
      user_metadata: { username, role },
    })
    if (error !== null && error.code !== 'email_exists') throw error
  }
}
