import { newEmail, password } from '../auth-harness.ts'
import { type Cases, post } from './setting.ts'

const signUpBody = { email: 'person@example.com', password }

export const signUpCases = {
  signupDisabled: [422, 'signup_disabled', 'api/signup.go', post('/signup', signUpBody, 'closed')],
  signupNeedsPassword: [400, 'validation_failed', 'api/signup.go', post('/signup', { email: 'a@example.com' })],
  signupOneAddress: [400, 'validation_failed', 'api/signup.go', post('/signup', { ...signUpBody, phone: '123456789' })],
  signupEmailDisabled: [400, 'email_provider_disabled', 'api/signup.go', post('/signup', signUpBody, 'mailOff')],
  signupPhoneDisabled: [
    400,
    'phone_provider_disabled',
    'api/signup.go',
    post('/signup', { phone: '123456789', password }),
  ],
  userAlreadyExists: [
    422,
    'user_already_exists',
    'api/signup.go',
    (s) => post('/signup', { email: s.person.email, password }, 'unchecked')(s),
  ],
  anonymousDisabled: [422, 'anonymous_provider_disabled', 'api/api.go', post('/signup', {})],
  savingUserFailed: [
    500,
    'unexpected_failure',
    'api/signup.go',
    async (setting) => {
      await setting.auth.sql.unsafe(`
        create function public.refuse() returns trigger language plpgsql as $$ begin raise exception 'no'; end $$;
        create trigger refuse before insert on auth.users execute function public.refuse();`)
      try {
        return await post('/signup', { email: newEmail(), password })(setting)
      } finally {
        await setting.auth.sql`drop function public.refuse cascade`
      }
    },
  ],
} satisfies Cases
