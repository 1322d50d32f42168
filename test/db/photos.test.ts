import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { createPerson, sql, unique } from '../helpers/people.ts'
import { startTestStack, type TestStack } from '../helpers/stack.ts'

let stack: TestStack

beforeAll(async () => {
  stack = await startTestStack()
})
afterAll(() => stack.close())

describe('photos', () => {
  it('deleting, choosing and ordering them at once ends in no deadlock and one main photo', async () => {
    const { id, client } = await createPerson(stack, { roles: ['model'] })
    for (let round = 0; round < 15; round += 1) {
      const photos = await sql(stack)`
        insert into public.photos (account_id, path, is_main, position)
        select ${id}, ${id} || '/' || ${unique()} || i || '.jpg', i = 0 and not exists (select from public.photos where account_id = ${id}), i
        from generate_series(0, 4) as i
        returning id`
      const [first, second, third, ...rest] = photos.map((photo) => photo.id as string)
      const answers = await Promise.all([
        client.from('photos').delete().eq('id', first!),
        client.from('photos').delete().in('id', rest),
        client.rpc('set_main_photo', { photo_id: second! }),
        client.rpc('set_main_photo', { photo_id: third! }),
        client.rpc('reorder_photos', { photo_ids: photos.map((photo) => photo.id) }),
      ])
      // Naming photos that are gone by then is a mistake like any other; a deadlock would be 40P01.
      expect(answers.map(({ error }) => error?.code).filter((code) => code && code !== 'validation_failed')).toEqual([])
      const mains = await sql(stack)`select id from public.photos where account_id = ${id} and is_main`
      expect(mains).toHaveLength(1)
      await client.from('photos').delete().eq('account_id', id)
    }
  })
})
