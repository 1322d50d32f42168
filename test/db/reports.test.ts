import { afterAll, beforeAll, expect, test } from 'vitest'
import { must } from '../flows/story.ts'
import { atOnce, codesOf } from '../helpers/at-once.ts'
import { sql, unique } from '../helpers/people.ts'
import type { TestStack } from '../helpers/stack.ts'
import { stateOf } from '../helpers/state.ts'
import { actAs, makeOrder, makeService, makeTask } from '../helpers/work.ts'
import { active, draft, model } from '../parity/castings.ts'
import { device, type Member, member, startParityStack } from '../parity/people.ts'
import { expectRefusal } from '../parity/refusals.ts'

let stack: TestStack
let agency: Member
let face: Member
beforeAll(async () => {
  stack = await startParityStack()
  agency = await member(stack, ['agency'])
  face = await model(stack)
})
afterAll(() => stack.close())

const decide = (id: string, status: string | null, resolution: string | null = null) =>
  sql(stack)`select private.decide_report(${id}, ${status}, ${resolution})`

const account = (entity_id: string) => ({ entity_type: 'account', entity_id, reason: 'fraud' }) as const

/** One that an order's buyer has written. */
async function publishedReview(): Promise<string> {
  const { orderId } = await makeOrder(stack, face, agency, 'completed')
  const [row] = await actAs(stack, face, (tx) => tx`select id from public.create_review('order', ${orderId}, 4)`)
  return row!.id
}

async function talkWith({ client }: Member, { id }: Member): Promise<string> {
  return (await client.rpc('open_conversation', { account_id: id })).data.id
}

test('everything that can be seen is reported, with a reason and in words', async () => {
  const reporter = await member(stack, ['client'])
  const casting = await active(agency)
  const item = await must(face.tb.portfolio.create({ title: 'A work' }))
  const entities = [
    { entity_type: 'account', entity_id: agency.id },
    { entity_type: 'model', entity_id: face.id },
    { entity_type: 'portfolio_item', entity_id: item.id },
    { entity_type: 'casting', entity_id: casting.id },
    { entity_type: 'task', entity_id: await makeTask(stack, agency) },
    { entity_type: 'service', entity_id: (await makeService(stack, agency)).id },
    { entity_type: 'review', entity_id: await publishedReview() },
    { entity_type: 'conversation', entity_id: await talkWith(reporter, agency) },
  ] as const
  const types = await sql(stack)`select type from private.entity_types order by type`
  expect(types.map(({ type }) => type)).toEqual(entities.map(({ entity_type }) => entity_type).toSorted())
  const made = []
  for (const entity of entities) {
    const report = await must(reporter.tb.reports.create({ ...entity, reason: 'other', details: 'Look at it.' }))
    expect(report).toEqual({
      ...entity,
      id: expect.any(String),
      reason: 'other',
      details: 'Look at it.',
      status: 'open',
      resolution: null,
      resolved_at: null,
      created_at: expect.any(String),
    })
    made.unshift(report)
  }
  expect((await must(reporter.tb.reports.list())).items).toEqual(made)
  expect((await must(reporter.tb.reports.list({ limit: 1, offset: 7 }))).items).toEqual(made.slice(7))
  expect((await reporter.client.from('reports').select('id')).data).toHaveLength(entities.length)
  for (const reason of [
    'spam',
    'fraud',
    'harassment',
    'hate',
    'nudity',
    'impersonation',
    'underage',
    'copyright',
  ] as const) {
    const somebody = await member(stack, ['client'])
    await must(somebody.tb.reports.create({ ...account(agency.id), reason }))
  }
  // Who is reported learns nothing of it, by no road.
  expect((await agency.client.from('reports').select()).data).toEqual([])
  expect((await must(agency.tb.reports.list())).items).toEqual([])
  const told = await sql(stack)`select type from public.notifications where account_id in (${agency.id}, ${face.id})`
  expect(told.filter(({ type }) => type === 'report_decided')).toEqual([])
})

test('what cannot be seen is not there: drafts, hidden profiles, candidates, the suspended, what does not exist', async () => {
  const reporter = await member(stack, ['client'])
  const [hidden, gone, candidate] = [await model(stack), await model(stack), await member(stack, ['candidate'])]
  await must(hidden.tb.models.update({ visibility: 'hidden' }))
  await sql(stack)`select private.suspend_account(${gone.id}, 'reports')`
  const { id: draftId } = await draft(agency)
  const before = await stateOf(stack)
  const answers = []
  for (const [entity_type, entity_id] of [
    ['casting', draftId],
    ['model', hidden.id],
    ['model', gone.id],
    ['model', agency.id],
    ['account', gone.id],
    ['account', candidate.id],
    ['account', crypto.randomUUID()],
    ['casting', crypto.randomUUID()],
  ] as const) {
    const error = await expectRefusal(
      reporter.tb.reports.create({ entity_type, entity_id, reason: 'spam' }),
      'not_found',
    )
    answers.push(error.message)
  }
  expect(new Set(answers).size).toBe(1)
  expect(await stateOf(stack)).toEqual(before)
})

test('one’s own, and bad input, are refused whole', async () => {
  const { id } = await active(agency)
  const before = await stateOf(stack)
  await expectRefusal(agency.tb.reports.create(account(agency.id)), 'conflict')
  await expectRefusal(agency.tb.reports.create({ entity_type: 'casting', entity_id: id, reason: 'spam' }), 'conflict')
  const wrong = { entity_type: 'message', entity_id: '7', reason: 'because', details: ' ' }
  await expectRefusal(face.tb.reports.create(wrong as never), 'validation_failed', {
    entity_type: ['known'],
    entity_id: ['format'],
    reason: ['known'],
    details: ['length'],
  })
  await expectRefusal(device(stack).tb.reports.create(account(agency.id)), 'auth_required')
  await expectRefusal(device(stack).tb.reports.list(), 'auth_required')
  // Postgres says the same to whoever asks it alone.
  const rpc = (args: object) => face.client.rpc('create_report', { ...account(agency.id), ...args })
  for (const [args, field] of [
    [{ entity_type: 'message' }, 'entity_type'],
    [{ entity_type: null }, 'entity_type'],
    [{ reason: 'because' }, 'reason'],
    [{ reason: null }, 'reason'],
    [{ details: 'x'.repeat(2001) }, 'details'],
    [{ details: 'a\u202eb' }, 'details'],
  ] as const) {
    const { error } = await rpc(args)
    expect(error?.code, field).toBe('validation_failed')
    expect(Object.keys(JSON.parse(error!.details).fields)).toEqual([field])
  }
  const row = { account_id: face.id, ...account(agency.id) }
  expect((await face.client.from('reports').insert(row)).error?.code).toBe('42501')
  expect(await stateOf(stack)).toEqual(before)
})

test('a second report of the same is a duplicate until the first is decided, also twenty at once', async () => {
  const reporter = await member(stack, ['client'])
  const report = await must(reporter.tb.reports.create(account(agency.id)))
  const before = await stateOf(stack)
  await expectRefusal(reporter.tb.reports.create({ ...account(agency.id), reason: 'spam' }), 'duplicate')
  expect(await stateOf(stack)).toEqual(before)
  await decide(report.id, 'dismissed')
  await must(reporter.tb.reports.create(account(agency.id)))

  const outcomes = await atOnce(
    stack,
    Array.from({ length: 20 }, () => ({
      as: reporter,
      runs: [(tx) => tx`select public.create_report('model', ${face.id}, 'spam')`],
    })),
  )
  expect(codesOf(outcomes)).toEqual(['done', ...Array(19).fill('duplicate')].sort())
})

test('a report is decided once, and who reported is told', async () => {
  const reporter = await member(stack, ['client'])
  const report = await must(reporter.tb.reports.create(account(agency.id)))
  const word = unique('We talked')
  await decide(report.id, 'resolved', word)
  const [decided] = (await must(reporter.tb.reports.list())).items
  expect(decided).toEqual({ ...report, status: 'resolved', resolution: word, resolved_at: expect.any(String) })
  const [told] = (await must(reporter.tb.notifications.list())).items
  expect(told).toMatchObject({ type: 'report_decided', data: { report_id: report.id, status: 'resolved' } })
  const log = await sql(stack)`select action, details from private.audit_log where entity_id = ${report.id}`
  expect(log).toEqual([{ action: 'report.decide', details: { status: 'resolved' } }])

  const before = await stateOf(stack)
  const errors = await Promise.all([
    decide(report.id, 'dismissed').catch((error) => error.code),
    decide(crypto.randomUUID(), 'resolved').catch((error) => error.code),
    decide(report.id, 'open').catch((error) => error.code),
    decide(report.id, null).catch((error) => error.code),
  ])
  expect(errors).toEqual(['P0002', 'P0002', '22023', '22023'])
  const args = { report_id: report.id, status: 'dismissed', resolution: null }
  for (const client of [reporter.client, agency.client, device(stack).client]) {
    expect((await client.rpc('decide_report', args)).error).not.toBeNull()
    expect((await client.schema('private').rpc('decide_report', args)).error).not.toBeNull()
  }
  expect(await stateOf(stack)).toEqual(before)

  const open = await must(reporter.tb.reports.create(account(face.id)))
  const outcomes = await atOnce(
    stack,
    ['resolved', 'dismissed'].flatMap((status) =>
      Array.from({ length: 5 }, () => ({
        runs: [(tx) => tx`select private.decide_report(${open.id}, ${status}, null)`],
      })),
    ),
  )
  expect(codesOf(outcomes).filter((code) => code === 'done')).toHaveLength(1)
})

test('a report outlives its reporter, without a word of who they were or what they wrote', async () => {
  const [reporter, other] = [await member(stack, ['client']), await member(stack, ['client'])]
  const kept = await must(other.tb.reports.create({ ...account(agency.id), details: 'My money, too.' }))
  const report = await must(reporter.tb.reports.create({ ...account(agency.id), details: 'They took money.' }))
  await must(reporter.tb.accounts.delete({ password: reporter.password }))
  const rows = await sql(
    stack,
  )`select account_id, entity_id, details, status from public.reports where id = ${report.id}`
  expect(rows).toEqual([{ account_id: null, entity_id: agency.id, details: null, status: 'open' }])
  expect((await must(other.tb.reports.list())).items).toEqual([kept])
  await decide(report.id, 'resolved')
  expect(await sql(stack)`select status from public.reports where id = ${report.id}`).toEqual([{ status: 'resolved' }])
})
