import type { SupabaseClient } from '@supabase/supabase-js'
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest'
import { must } from '../flows/story.ts'
import { sql } from '../helpers/people.ts'
import type { TestStack } from '../helpers/stack.ts'
import { creator, creatorInput, film, newSkills, portfolioOf } from '../parity/creators.ts'
import { device, type Member, member, picture, startParityStack } from '../parity/people.ts'

// Creators, their skills and what they show.
let stack: TestStack
let victim: Member
let attacker: Member
let item: string
let image: string
let skill: string

beforeAll(async () => {
  stack = await startParityStack()
  ;[victim, attacker] = [await creator(stack), await creator(stack)]
  skill = (await must(victim.tb.skills.add({ skill_id: (await newSkills(stack, 1))[0]!.id, level: 3 }))).id
  item = (await must(victim.tb.portfolio.create({ title: 'A work', cover: await picture() }))).id
  image = (await must(victim.tb.portfolio.addImage(item, { image: film() }))).id
})
afterAll(() => stack.close())

const state = async () => ({
  victim: await portfolioOf(stack, victim),
  attacker: await portfolioOf(stack, attacker),
  skills: await sql(stack)`select * from public.account_skills order by id`,
  profiles: await sql(stack)`select * from public.creator_profiles order by account_id`,
})
let before: Awaited<ReturnType<typeof state>>
beforeEach(async () => {
  before = await state()
})
const nothingChanged = async () => expect(await state()).toEqual(before)

const codeOf = async (attempt: PromiseLike<{ error: { code?: string } | null }>) => (await attempt).error?.code

test('5: an insert chooses no id, owner, timestamp, rating or counter', async () => {
  const free = (await newSkills(stack, 1))[0]!.id
  const newcomer = await member(stack, ['creator'])
  before = await state()
  const { social_links, ...profile } = creatorInput
  const own = `${newcomer.id}/x.png`
  const rows: [string, object, object[]][] = [
    [
      'creator_profiles',
      { ...profile, ...social_links },
      [{ rating: 5 }, { reviews_count: 9 }, { completed_orders: 9 }],
    ],
    ['account_skills', { skill_id: free }, [{ id: crypto.randomUUID() }, { updated_at: '2001-01-01T00:00:00Z' }]],
    ['portfolio_items', { title: 'New' }, [{ id: crypto.randomUUID() }, { updated_at: '2001-01-01T00:00:00Z' }]],
    ['portfolio_images', { item_id: item, image_path: own }, [{ id: crypto.randomUUID() }]],
  ]
  for (const [table, row, chosen] of rows) {
    for (const more of [...chosen, { account_id: victim.id }, { created_at: '2001-01-01T00:00:00Z' }]) {
      const attempt = newcomer.client.from(table).insert({ ...row, ...more })
      expect(await codeOf(attempt), `${table} ${JSON.stringify(more)}`).toBe('42501')
    }
  }
  await nothingChanged()
})

test('7: an upsert lands on no row of another', async () => {
  const rows: Record<string, object> = {
    creator_profiles: { account_id: victim.id, specialization: 'Taken' },
    account_skills: { id: skill, account_id: victim.id, level: 1 },
    portfolio_items: { id: item, title: 'Taken' },
    portfolio_images: { id: image, item_id: item, image_path: `${attacker.id}/x.png` },
  }
  for (const [table, row] of Object.entries(rows)) {
    for (const client of [attacker.client, device(stack).client]) {
      expect(await codeOf(client.from(table).upsert(row)), table).toBe('42501')
    }
  }
  await nothingChanged()
})

test('8: no image in another’s item, and no path of another’s', async () => {
  const mine = await must(attacker.tb.portfolio.create({ title: 'Mine' }))
  const own = await must(attacker.tb.portfolio.addImage(mine.id, { image: await picture() }))
  before = await state()
  const add = (row: object) => codeOf(attacker.client.from('portfolio_images').insert(row))
  const path = `${attacker.id}/x.png`
  expect(await add({ item_id: item, image_path: path })).toBe('23503')
  expect(await add({ item_id: item, account_id: victim.id, image_path: path })).toBe('42501')
  expect(await add({ item_id: item, account_id: victim.id, image_path: `${victim.id}/x.png` })).toBe('42501')
  expect(await codeOf(attacker.client.from('portfolio_images').update({ item_id: item }).eq('id', own.id))).toBe(
    '42501',
  )

  const [{ image_path: theirs }] = before.victim.images as unknown as [{ image_path: string }]
  const paths = [
    theirs,
    theirs.toUpperCase(),
    `${attacker.id}/../${theirs}`,
    `${attacker.id}//x.png`,
    `${attacker.id}/x.png?download`,
    `${attacker.id}/x\u202Egnp.exe`,
    `${attacker.id}-x/x.png`,
    attacker.id,
    `https://evil.example/${attacker.id}/x.png`,
    '',
  ]
  for (const bad of paths) {
    expect(await add({ item_id: mine.id, image_path: bad }), bad).toBe('23514')
    const images = attacker.client.from('portfolio_images').update({ image_path: bad }).eq('id', own.id)
    expect(await codeOf(images), bad).toBe('23514')
    expect(await codeOf(attacker.client.from('portfolio_items').insert({ title: 'A', cover_path: bad })), bad).toBe(
      '23514',
    )
    const covers = attacker.client.from('portfolio_items').update({ cover_path: bad }).eq('id', mine.id)
    expect(await codeOf(covers), bad).toBe('23514')
  }
  await nothingChanged()
})

test('8: nobody learns whether another’s item is full', async () => {
  const other = await creator(stack)
  const { id: full } = await must(other.tb.portfolio.create({ title: 'Full' }))
  await sql(stack)`
    insert into public.portfolio_images (item_id, account_id, image_path, position)
    select ${full}, ${other.id}, ${`${other.id}/x.png`}, i from generate_series(0, 99) as i
  `
  const shown = await portfolioOf(stack, other)
  for (const item_id of [full, crypto.randomUUID()]) {
    const row = { item_id, account_id: other.id, image_path: `${other.id}/x.png` }
    expect(await codeOf(attacker.client.from('portfolio_images').insert(row))).toBe('42501')
  }
  expect(await portfolioOf(stack, other)).toEqual(shown)
})

test('12: a suspended creator writes nothing and stores nothing', async () => {
  const person = await creator(stack)
  const work = await must(person.tb.portfolio.create({ title: 'A work' }))
  await sql(stack)`select private.suspend_account(${person.id}, 'x')`
  const id = (await newSkills(stack, 1))[0]!.id
  const kept = () => Promise.all([portfolioOf(stack, person), state()])
  const held = await kept()
  const attempts: Record<string, PromiseLike<{ error: { code?: string } | null }>> = {
    profile: person.client.from('creator_profiles').update({ specialization: 'x' }).eq('account_id', person.id),
    skill: person.client.from('account_skills').insert({ skill_id: id }),
    skills: person.client.rpc('upsert_account_skills', { skill_ids: [id] }),
    set: person.client.rpc('replace_account_skills', { skill_ids: [id] }),
    item: person.client.from('portfolio_items').insert({ title: 'New' }),
    title: person.client.from('portfolio_items').update({ title: 'New' }).eq('id', work.id),
    gone: person.client.from('portfolio_items').delete().eq('id', work.id),
    image: person.client.from('portfolio_images').insert({ item_id: work.id, image_path: `${person.id}/x.png` }),
  }
  for (const [name, attempt] of Object.entries(attempts)) expect(await codeOf(attempt), name).toBe('account_suspended')
  const upload = await person.client.storage.from('portfolio').upload(`${person.id}/x.png`, await picture())
  expect(upload.error).not.toBeNull()
  expect(await kept()).toEqual(held)
})

test('who is suspended or has blocked the caller shows nothing, by none of the functions', async () => {
  const [suspended, blocking] = [await creator(stack), await creator(stack)]
  const viewer = await member(stack, ['client'])
  const shown: Record<string, Record<string, string>> = {}
  for (const one of [suspended, blocking]) {
    await must(one.tb.skills.add({ skill_id: (await newSkills(stack, 1))[0]!.id }))
    const work = await must(one.tb.portfolio.create({ title: 'Hidden' }))
    await must(one.tb.portfolio.addImage(work.id, { image: await picture() }))
    shown[one.id] = { account_id: one.id, item_id: work.id }
  }
  const asked = async (client: SupabaseClient, { id }: Member) => {
    const { account_id, item_id } = shown[id]!
    const answers = await Promise.all([
      client.rpc('get_creator', { account_id }),
      client.rpc('list_account_skills', { account_id }),
      client.rpc('list_portfolio', { account_id }),
      client.rpc('get_portfolio_item', { item_id }),
      client.rpc('list_portfolio_images', { item_id }),
    ])
    return answers.map(({ data, error }) => error ?? data.length)
  }
  const anon = device(stack).client
  for (const one of [suspended, blocking]) expect(await asked(anon, one)).toEqual([1, 1, 1, 1, 1])
  await sql(stack)`select private.suspend_account(${suspended.id}, 'x')`
  expect((await blocking.client.rpc('block_account', { account_id: viewer.id })).error).toBeNull()
  for (const client of [anon, viewer.client]) expect(await asked(client, suspended)).toEqual([0, 0, 0, 0, 0])
  expect(await asked(viewer.client, blocking)).toEqual([0, 0, 0, 0, 0])
  expect(await asked(blocking.client, blocking)).toEqual([1, 1, 1, 1, 1])
})

test('53: an error shows no row of another', async () => {
  const attempts = [
    attacker.client.from('portfolio_images').insert({ item_id: item, image_path: `${attacker.id}/x.png` }),
    attacker.client
      .from('portfolio_images')
      .insert({ item_id: item, account_id: victim.id, image_path: `${victim.id}/x` }),
    attacker.client.from('creator_profiles').upsert({ account_id: victim.id, specialization: 'x' }),
  ]
  const secrets = [creatorInput.specialization, ...before.victim.objects]
  for (const { error } of await Promise.all(attempts)) {
    expect(error).not.toBeNull()
    for (const secret of secrets) expect(JSON.stringify(error)).not.toContain(secret)
  }
  await nothingChanged()
})

test('a file that a row names is lost neither by deleting nor by moving its object', async () => {
  const { items, images, objects } = before.victim
  const named = [items[0]!.cover_path, images[0]!.image_path]
  expect(objects).toEqual([...named].sort())
  const own = victim.client.storage.from('portfolio')
  await own.remove(named)
  for (const path of named) await own.move(path, `${victim.id}/elsewhere.png`)
  await nothingChanged()
  for (const path of named) expect((await fetch(own.getPublicUrl(path).data.publicUrl)).ok).toBe(true)

  // What no row names is the owner's to remove and to move.
  const spare = `${victim.id}/spare.png`
  expect((await own.upload(spare, await picture())).error).toBeNull()
  expect((await own.move(spare, `${victim.id}/moved.png`)).error).toBeNull()
  await own.remove([`${victim.id}/moved.png`])
  await nothingChanged()
})

test('28, 54: a picture in the portfolio is not larger than any other, though a film may be', async () => {
  const large = (type: string) => new Blob([new Uint8Array(10 * 1048576 + 1)], { type })
  const store = (path: string, type: string) =>
    victim.client.storage.from('portfolio').upload(`${victim.id}/${path}`, large(type))
  expect((await store('large.png', 'image/png')).error).not.toBeNull()
  await nothingChanged()
  expect((await store('large.mp4', 'video/mp4')).error).toBeNull()
  // Nor by calling the film a picture afterwards.
  const answer = await fetch(`${stack.url}/storage/v1/object/copy`, {
    method: 'POST',
    headers: {
      apikey: stack.publishableKey,
      authorization: `Bearer ${victim.token}`,
      'content-type': 'application/json',
    },
    body: JSON.stringify({
      bucketId: 'portfolio',
      sourceKey: `${victim.id}/large.mp4`,
      destinationKey: `${victim.id}/copy.png`,
      copyMetadata: false,
      metadata: { mimetype: 'image/png' },
    }),
  })
  expect(answer.ok).toBe(false)
  const named = await sql(
    stack,
  )`select name from storage.objects where name like ${`${victim.id}/%.png`} and metadata->>'size' > '99'`
  expect(named.filter(({ name }) => name.endsWith('copy.png') || name.endsWith('large.png'))).toEqual([])
})
