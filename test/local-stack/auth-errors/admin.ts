import { randomUUID } from 'node:crypto'
import { newEmail, password, signedIn } from '../auth-harness.ts'
import { admin, type Cases, create, link } from './setting.ts'

export const adminCases = {
  userIdNotUuid: [
    404,
    'validation_failed',
    'api/admin.go',
    admin(
      'GET',
      () => '/admin/users/x',
      () => null,
    ),
  ],
  userUnknown: [
    404,
    'user_not_found',
    'api/admin.go',
    admin(
      'GET',
      () => `/admin/users/${randomUUID()}`,
      () => null,
    ),
  ],
  userByEmailUnknown: [404, 'user_not_found', 'api/mail.go', link(() => ({ type: 'recovery', email: newEmail() }))],
  pagination: [
    400,
    'validation_failed',
    'api/admin.go',
    admin(
      'GET',
      () => '/admin/users?page=-1',
      () => null,
    ),
  ],
  sorting: [
    400,
    'validation_failed',
    'api/admin.go',
    admin(
      'GET',
      () => '/admin/users?sort=email',
      () => null,
    ),
  ],
  createNeedsAddress: [400, 'validation_failed', 'api/admin.go', create({})],
  createPhone: [
    400,
    'phone_provider_disabled',
    'none: the real service creates users with a phone',
    create({ phone: '123456789' }),
  ],
  createOnePassword: [
    400,
    'validation_failed',
    'api/admin.go',
    create({ email: newEmail(), password, password_hash: 'x' }),
  ],
  createPasswordTooLong: [
    400,
    'validation_failed',
    'api/admin.go',
    create({ email: newEmail(), password: 'x'.repeat(73) }),
  ],
  createHash: [500, 'unexpected_failure', 'api/admin.go', create({ email: newEmail(), password_hash: 'x' })],
  createId: [400, 'validation_failed', 'api/admin.go', create({ email: newEmail(), id: 'x' })],
  createNilId: [
    400,
    'validation_failed',
    'api/admin.go',
    create({ email: newEmail(), id: '00000000-0000-0000-0000-000000000000' }),
  ],
  createFailed: [500, 'unexpected_failure', 'api/admin.go', (s) => create({ email: newEmail(), id: s.person.id })(s)],
  banDuration: [400, 'validation_failed', 'api/admin.go', create({ email: newEmail(), ban_duration: 'x' })],
  updateFailed: [
    500,
    'unexpected_failure',
    'api/admin.go',
    admin(
      'PUT',
      (s) => `/admin/users/${s.person.id}`,
      (s) => ({ email: s.unconfirmed }),
    ),
  ],
  deleteFailed: [
    500,
    'unexpected_failure',
    'api/admin.go',
    async (setting) => {
      const { id } = await signedIn(setting.auth)
      await setting.auth.sql`create table public.holds (user_id uuid references auth.users (id))`
      await setting.auth.sql`insert into public.holds values (${id})`
      return admin(
        'DELETE',
        () => `/admin/users/${id}`,
        () => ({}),
      )(setting)
    },
  ],
  linkType: [400, 'validation_failed', 'api/mail.go', link((s) => ({ type: 'x', email: s.person.email }))],
  linkNeedsDoubleConfirm: [
    400,
    'validation_failed',
    'api/mail.go',
    (s) =>
      s.single.request('/admin/generate_link', {
        method: 'POST',
        token: s.auth.keys.serviceRoleToken,
        body: JSON.stringify({ type: 'email_change_current', email: s.person.email, new_email: newEmail() }),
      }),
  ],
} satisfies Cases
