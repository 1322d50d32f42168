import { readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { createTalentbase } from '@talentbase/sdk'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { must } from '../flows/story.ts'
import { atOnce, codesOf, statement } from '../helpers/at-once.ts'
import { sql, unique } from '../helpers/people.ts'
import type { TestStack } from '../helpers/stack.ts'
import { stateOf } from '../helpers/state.ts'
import { device, type Member, member, startParityStack } from '../parity/people.ts'
import { expectRefusal } from '../parity/refusals.ts'

const seed = readFileSync(fileURLToPath(new URL('../../supabase/seed.sql', import.meta.url)), 'utf8')

let stack: TestStack
let person: Member
beforeAll(async () => {
  stack = await startParityStack()
  person = await member(stack, ['creator'])
})
afterAll(() => stack.close())

describe('the seed', () => {
  test('applied again changes nothing, and keeps what admins have changed', async () => {
    const before = await stateOf(stack)
    await sql(stack).unsafe(seed)
    expect(await stateOf(stack)).toEqual(before)

    await sql(
      stack,
    )`update public.categories set name = 'Haute couture', position = 99, kinds = '{casting,service}' where slug = 'fashion'`
    await sql(stack)`update public.states set name = 'Bombay State' where slug = 'maharashtra'`
    await sql(stack)`update public.skills set description = 'Ours.' where name = 'Photoshop'`
    await sql(
      stack,
    )`update public.reference_options set name_kk = 'Біздікі' where type = 'eye_color' and slug = 'green'`
    await sql(stack)`insert into public.categories (slug, kinds, name) values ('our-own', '{task}', 'Our own')`
    const changed = await stateOf(stack)
    await sql(stack).unsafe(seed)
    expect(await stateOf(stack)).toEqual(changed)
    await sql(stack)`delete from public.categories where slug = 'our-own'`
  })

  test('has both countries, and cities in every state', async () => {
    const states = await sql(stack)`
      select s.slug, s.country_code, count(c.slug)::int as cities
      from public.states s left join public.cities c on c.state_slug = s.slug group by s.slug
    `
    expect(new Set(states.map(({ country_code }) => country_code))).toEqual(new Set(['IN', 'KZ']))
    expect(states.filter(({ cities }) => cities === 0).map(({ slug }) => slug)).toEqual([])
    const [{ count }] = (await sql(stack)`select count(*)::int from public.cities`) as unknown as [{ count: number }]
    expect(count).toBeGreaterThan(500)
    // A name is written once in a state, whatever its slug.
    const twice = await sql(stack)`select state_slug, lower(name) from public.cities group by 1, 2 having count(*) > 1`
    expect(twice).toEqual([])
  })

  test('has categories whose parents serve at least what they serve, and none below itself', async () => {
    const loose = await sql(stack)`
      select c.slug from public.categories c join public.categories p on p.slug = c.parent_slug
      where not (p.kinds && c.kinds)
    `
    expect(loose).toEqual([])
    const rooted = await sql(stack)`
      with recursive tree as (
        select slug from public.categories where parent_slug is null
        union all select c.slug from public.categories c join tree t on t.slug = c.parent_slug
      ) select slug from public.categories except select slug from tree
    `
    expect(rooted).toEqual([])
    const kinds = await sql(
      stack,
    )`select unnest(kinds) as kind, count(*)::int as count from public.categories group by 1 order by 1`
    expect(kinds.map(({ kind }) => kind)).toEqual(['casting', 'hiring', 'service', 'task'])
    const unnamed = await sql(stack)`select slug from public.categories where name_ru is null or name_kk is null`
    expect(unnamed).toEqual([])
  })

  test('has options of every type, in three languages', async () => {
    const types = await sql(stack)`select type from public.reference_options group by type having count(*) > 2`
    const [{ definition }] = (await sql(stack)`
      select pg_get_constraintdef(oid) as definition from pg_constraint where conname = 'reference_options_type_known'
    `) as unknown as [{ definition: string }]
    const known = [...definition.matchAll(/'(\w+)'/g)].map(([, type]) => type)
    expect(types.map(({ type }) => type).sort()).toEqual(known.sort())
  })
})

describe('catalog', () => {
  test('names categories in the locale, siblings in their order, by kind and parent', async () => {
    const { client } = device(stack)
    const [en, ru, kk] = (['en', 'ru', 'kk'] as const).map((locale) => createTalentbase(client, { locale }).catalog)
    const hiring = await must(en!.listCategories({ kind: 'hiring', parent: 'technology' }))
    expect(hiring.find(({ slug }) => slug === 'data-science')).toEqual({
      slug: 'data-science',
      parent_slug: 'technology',
      kinds: ['hiring'],
      name: 'Data science',
    })
    const russian = await must(ru!.listCategories({ kind: 'hiring', parent: 'technology' }))
    expect(russian.find(({ slug }) => slug === 'data-science')?.name).toBe('Наука о данных')
    const kazakh = await must(kk!.listCategories({ parent: 'technology' }))
    expect(kazakh.find(({ slug }) => slug === 'data-science')?.name).toBe('Деректер ғылымы')
    const stored = await sql(stack)`
      select slug from public.categories where parent_slug = 'technology' and 'hiring' = any (kinds) order by position, name
    `
    expect(hiring.map(({ slug }) => slug)).toEqual(stored.map(({ slug }) => slug))

    const tops = await must(en!.listCategories({ parent: null }))
    expect(tops.every(({ parent_slug }) => parent_slug === null)).toBe(true)
    const all = await must(en!.listCategories())
    const [{ count }] = (await sql(stack)`select count(*)::int from public.categories`) as unknown as [
      { count: number },
    ]
    expect(all).toHaveLength(count)
    expect((await client.from('categories').select('slug')).data).toHaveLength(count)
    expect(await must(en!.listCategories({ parent: 'no-such' }))).toEqual([])
    const wrong = { kind: 'party', parent: 'No Such' } as never
    await expectRefusal(en!.listCategories(wrong), 'validation_failed', { kind: ['known'], parent: ['format'] })
    // A name that has no translation yet is said in English.
    await sql(
      stack,
    )`insert into public.categories (slug, kinds, name) values ('untranslated', '{task}', 'Untranslated')`
    expect((await must(ru!.listCategories({ kind: 'task' }))).find(({ slug }) => slug === 'untranslated')?.name).toBe(
      'Untranslated',
    )
    await sql(stack)`delete from public.categories where slug = 'untranslated'`
  })

  test('offers reference options by type, in the locale, to whoever has an account', async () => {
    const options = await must(createTalentbase(person.client, { locale: 'kk' }).catalog.listReferenceOptions())
    expect(Object.keys(options)).toEqual(expect.arrayContaining(['department', 'religion', 'language']))
    const [stored] = await sql(stack)`
      select slug, name_kk as name from public.reference_options where type = 'religion' order by position limit 1
    `
    expect(options.religion[0]).toEqual(stored)
    expect((await person.client.from('reference_options').select()).data).toHaveLength(
      Object.values(options).flat().length,
    )
    await expectRefusal(device(stack).tb.catalog.listReferenceOptions(), 'auth_required')
  })
})

const approve = (id: string, slug: string | null = null) => sql(stack)`select private.approve_proposal(${id}, ${slug})`
const reject = (id: string, reason: string) => sql(stack)`select private.reject_proposal(${id}, ${reason})`

type Input = Parameters<Member['tb']['catalog']['propose']>[0]
const propose = (input: Input, by = person) => must(by.tb.catalog.propose(input))

describe('proposals', () => {
  // Each with the table that the word lands in, and the row that it becomes there.
  const places: [Input['type'], string | undefined, string, (name: string, slug: string) => Record<string, unknown>][] =
    [
      ['skill', undefined, 'skills', (name) => ({ name })],
      ['category', 'technology', 'categories', (name, slug) => ({ name, slug, parent_slug: 'technology' })],
      ['city', 'karaganda', 'cities', (name, slug) => ({ name, slug, state_slug: 'karaganda' })],
      ...(
        [
          'department',
          'religion',
          'education',
          'language',
          'hair_color',
          'eye_color',
          'skin_tone',
          'clothing_size',
        ] as const
      ).map((type): (typeof places)[number] => [
        type,
        undefined,
        'reference_options',
        (name, slug) => ({ name, slug, type }),
      ]),
    ]

  test.each(places)(
    '%s: approved, it is in the catalog, and who proposed it is told',
    async (type, parent, table, row) => {
      const by = await member(stack, ['creator'])
      const name = `New ${unique('w')}`
      const proposal = await propose({ type, name, note: 'It is missing.', ...(parent && { parent }) }, by)
      expect(proposal).toMatchObject({ type, name, parent: parent ?? null, status: 'pending', reason: null })
      const wanted = row(name, name.toLowerCase().replaceAll(/[ _]/g, '-'))
      const { data: before } = await by.client.from(table).select().match(wanted)
      expect(before).toEqual([])
      await approve(proposal.id)
      expect((await by.client.from(table).select().match(wanted)).data).toHaveLength(1)
      expect((await must(by.tb.catalog.listProposals())).items).toEqual([
        { ...proposal, status: 'approved', decided_at: expect.any(String) },
      ])
      expect((await must(by.tb.notifications.list())).items).toMatchObject([
        { type: 'proposal_decided', data: { proposal_id: proposal.id, status: 'approved' } },
      ])
    },
  )

  test('of a word that the catalog has, in any case and language, are refused; of one it has elsewhere are not', async () => {
    const known = [
      ['skill', undefined, 'name', 'skills where true'],
      ['category', 'technology', 'name_ru', "categories where parent_slug = 'technology'"],
      ['city', 'karaganda', 'name', "cities where state_slug = 'karaganda'"],
      ['religion', undefined, 'name_kk', "reference_options where type = 'religion'"],
    ] as const
    for (const [type, parent, column, rows] of known) {
      const [word] = await sql(stack).unsafe(`select upper(${column}) as name from public.${rows} order by 1 limit 1`)
      const name = ` ${word!.name} `
      const before = await stateOf(stack)
      const proposed = person.tb.catalog.propose({ type, name, ...(parent && { parent }) })
      await expectRefusal(proposed, 'duplicate', { name: ['taken'] })
      const { error } = await person.client.from('catalog_proposals').insert({ type, name, parent })
      expect([error?.code, JSON.parse(error!.details).fields]).toEqual(['duplicate', { name: 'taken' }])
      expect(await stateOf(stack)).toEqual(before)
    }
    const [city] = await sql(stack)`select name from public.cities where state_slug = 'maharashtra' limit 1`
    for (const { id } of [
      await propose({ type: 'city', name: city!.name, parent: 'karaganda' }),
      await propose({ type: 'department', name: city!.name }),
    ]) {
      await reject(id, 'A test.')
    }
  })

  test('a category takes the kinds of its parent', async () => {
    const { id } = await propose({ type: 'category', name: 'Quantum', parent: 'technology' })
    await approve(id)
    const rows = await sql(stack)`
      select p.kinds = c.kinds as same from public.categories c join public.categories p on p.slug = c.parent_slug
      where c.slug = 'quantum'`
    expect(rows).toEqual([{ same: true }])
  })

  test('a name without Latin letters is approved with a slug', async () => {
    const { id } = await propose({ type: 'city', name: 'Қарқаралы', parent: 'karaganda' })
    const before = await stateOf(stack)
    await expect(approve(id)).rejects.toThrow('no slug can be made of the name Қарқаралы: give one')
    expect(await stateOf(stack)).toEqual(before)
    await approve(id, 'karkaraly')
    // A category's begins with a letter.
    const category = await propose({ type: 'category', name: '3D scans', parent: 'technology' })
    await expect(approve(category.id)).rejects.toThrow('no slug can be made of the name 3D scans: give one')
    await approve(category.id, 'three-d-scans')
    expect(await sql(stack)`select name from public.cities where slug = 'karkaraly'`).toEqual([{ name: 'Қарқаралы' }])
  })

  test('what another proposal has added is approved as well; a slug of another word is not', async () => {
    const other = await member(stack, ['creator'])
    const [one, same] = [
      await propose({ type: 'religion', name: 'Pastafarian' }),
      await propose({ type: 'religion', name: 'pastafarian' }, other),
    ]
    await approve(one.id)
    await approve(same.id)
    const skill = [
      await propose({ type: 'skill', name: 'Juggling' }),
      await propose({ type: 'skill', name: 'JUGGLING' }, other),
    ]
    for (const { id } of skill) await approve(id)
    expect(await sql(stack)`select name from public.skills where lower(name) = 'juggling'`).toEqual([
      { name: 'Juggling' },
    ])

    const { id } = await propose({ type: 'religion', name: 'Pastafarian!' })
    const before = await stateOf(stack)
    await expect(approve(id)).rejects.toMatchObject({ code: '23505' })
    expect(await stateOf(stack)).toEqual(before)
    await approve(id, 'pastafarian-again')
    // A parent that has gone takes nobody in.
    const orphan = await propose({ type: 'category', name: 'Orphan', parent: 'quantum' })
    await sql(stack)`delete from public.categories where slug = 'quantum'`
    await expect(approve(orphan.id)).rejects.toMatchObject({ code: '23505' })
    await reject(orphan.id, 'Its parent has gone.')
  })

  test('is decided once, also when two admins do it at the same moment', async () => {
    const refused = await propose({ type: 'skill', name: unique('skill') })
    await reject(refused.id, 'There is one like it.')
    const [latest] = (await must(person.tb.catalog.listProposals())).items
    expect(latest).toMatchObject({ id: refused.id, status: 'rejected', reason: 'There is one like it.' })
    const before = await stateOf(stack)
    await expect(approve(refused.id)).rejects.toMatchObject({ code: 'P0002' })
    await expect(reject(refused.id, 'x')).rejects.toMatchObject({ code: 'P0002' })
    await expect(approve(crypto.randomUUID())).rejects.toMatchObject({ code: 'P0002' })
    expect(await stateOf(stack)).toEqual(before)

    const { id, name } = await propose({ type: 'skill', name: unique('skill') })
    const runs = [
      statement('select private.approve_proposal($1)', id),
      statement('select private.reject_proposal($1, $2)', id, 'No.'),
    ]
    const racers = Array.from({ length: 10 }, (_, i) => ({ runs: [runs[i % 2]!] }))
    const outcomes = await atOnce(stack, racers)
    expect(codesOf(outcomes).filter((code) => code === 'done')).toHaveLength(1)
    const [decided] = await sql(stack)`select status from public.catalog_proposals where id = ${id}`
    const added = await sql(stack)`select from public.skills where name = ${name}`
    expect(added).toHaveLength(decided!.status === 'approved' ? 1 : 0)
    const told = await sql(stack)`select from public.notifications where data ->> 'proposal_id' = ${id}`
    expect(told).toHaveLength(1)
  })

  test('bad ones are refused whole, by the SDK and by Postgres', async () => {
    const waiting = await propose({ type: 'skill', name: 'Waiting' })
    const before = await stateOf(stack)
    const { catalog } = person.tb
    await expectRefusal(catalog.propose({ type: 'skill', name: 'WAITING' }), 'duplicate', { name: ['taken'] })
    const wrong = { type: 'planet', name: ' ', parent: 'A B', note: 'x'.repeat(501), extra: 1 }
    await expectRefusal(catalog.propose(wrong as never), 'validation_failed', {
      type: ['known'],
      name: ['length'],
      parent: ['format', 'unknown'],
      note: ['length'],
      extra: ['unknown'],
    })
    await expectRefusal(catalog.propose({ type: 'city', name: 'X' }), 'validation_failed', { parent: ['required'] })
    await expectRefusal(catalog.propose({ type: 'skill', name: 'X', parent: 'technology' }), 'validation_failed', {
      parent: ['unknown'],
    })
    for (const type of ['city', 'category'] as const) {
      await expectRefusal(catalog.propose({ type, name: 'X', parent: 'no-such' }), 'validation_failed', {
        parent: ['known'],
      })
    }
    await expectRefusal(device(stack).tb.catalog.propose({ type: 'skill', name: 'X' }), 'auth_required')
    await expectRefusal(device(stack).tb.catalog.listProposals(), 'auth_required')

    const other = await member(stack, ['creator'])
    expect((await other.client.from('catalog_proposals').select()).data).toEqual([])
    const held = await stateOf(stack)
    const insert = (row: object) => person.client.from('catalog_proposals').insert({ type: 'skill', name: 'X', ...row })
    for (const [row, code] of [
      [{ account_id: other.id }, '42501'],
      [{ status: 'approved' }, '42501'],
      [{ type: 'planet' }, '23514'],
      [{ type: 'city' }, '23514'],
      [{ parent: 'technology' }, '23514'],
      [{ type: 'city', parent: 'no-such' }, 'validation_failed'],
      [{ name: 'a\u202eb' }, '23514'],
    ] as const) {
      expect((await insert(row)).error?.code, JSON.stringify(row)).toBe(code)
    }
    for (const { client } of [person, other]) {
      expect(
        (await client.from('catalog_proposals').update({ status: 'approved' }).eq('id', waiting.id)).error?.code,
      ).toBe('42501')
      expect((await client.from('catalog_proposals').delete().eq('id', waiting.id)).error?.code).toBe('42501')
      expect((await client.rpc('approve_proposal', { proposal_id: waiting.id })).error).not.toBeNull()
    }
    expect(await stateOf(stack)).toEqual(held)
    expect(held['public.catalog_proposals']).toBe(before['public.catalog_proposals'])
  })

  test('go with the account', async () => {
    const leaver = await member(stack, ['creator'])
    const { id } = await propose({ type: 'skill', name: unique('skill') }, leaver)
    await must(leaver.tb.accounts.delete({ password: leaver.password }))
    expect(await sql(stack)`select from public.catalog_proposals where id = ${id}`).toHaveLength(0)
  })
})
