import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { addFile } from '../access/files.ts'
import { atOnce, codesOf, statement } from '../helpers/at-once.ts'
import { anonClient, createPerson, liftRequestLimits, type Person, sql } from '../helpers/people.ts'
import { startTestStack, type TestStack } from '../helpers/stack.ts'
import { stateOf } from '../helpers/state.ts'
import {
  escrowOf,
  giveMoney,
  makeAgreedTask,
  makeApplication,
  makeOrder,
  makeService,
  makeTask,
  wrongMoney,
} from '../helpers/work.ts'
import { expectUnchanged } from '../parity/refusals.ts'

let stack: TestStack
let payer: Person
let payee: Person
let outsider: Person

beforeAll(async () => {
  stack = await startTestStack()
  await liftRequestLimits(stack)
  const everything = { roles: ['client', 'freelancer', 'creator'] }
  ;[payer, payee, outsider] = await Promise.all([
    createPerson(stack, everything),
    createPerson(stack, everything),
    createPerson(stack, everything),
  ])
})
afterAll(async () => {
  expect(await wrongMoney(stack)).toEqual([])
  await stack.close()
})

const changesNothing = (attempts: () => Promise<unknown>) => expectUnchanged(() => stateOf(stack), attempts)

const codeOf = async (answer: PromiseLike<{ error: { code: string } | null }>) => (await answer).error?.code ?? 'done'

describe('8: under a stranger’s parent', () => {
  test('deliveries, files, revisions, options, applications and reviews', async () => {
    const { orderId, serviceId } = await makeOrder(stack, payer, payee, 'in_progress')
    const task = await makeTask(stack, payer)
    const application = await makeApplication(stack, task, payee)
    const file = await addFile(sql(stack), outsider, 'deliveries')
    const { client } = outsider
    await changesNothing(async () => {
      const rows: [string, object][] = [
        ['order_deliveries', { order_id: orderId, account_id: outsider.id, message: 'Mine.' }],
        ['order_revisions', { order_id: orderId, account_id: outsider.id, message: 'Mine.' }],
        ['order_options', { order_id: orderId, position: 1, name: 'Free', price: 0 }],
        ['service_options', { service_id: serviceId, name: 'Free', price: 0 }],
        [
          'task_applications',
          { task_id: task, freelancer_id: outsider.id, proposal: 'x', offered_price: 1, currency: 'USD' },
        ],
        [
          'reviews',
          { entity_type: 'order', entity_id: orderId, subject_id: payee.id, subject_role: 'creator', rating: 1 },
        ],
      ]
      for (const [table, row] of rows) expect(await codeOf(client.from(table).insert(row)), table).toBe('42501')
      const calls: [string, object][] = [
        ['deliver_order', { order_id: orderId, file_ids: [file] }],
        ['request_revision', { order_id: orderId, message: 'Mine.' }],
        ['accept_application', { application_id: application }],
        ['withdraw_application', { application_id: application }],
        ['set_service_options', { service_id: serviceId, options: [] }],
        ['set_milestones', { task_id: task, milestones: [{ title: 'x', amount: 1 }] }],
        ['create_review', { entity_type: 'order', entity_id: orderId, rating: 1 }],
        ['create_review', { entity_type: 'task', entity_id: task, rating: 1 }],
        ['start_task', { task_id: task }],
        ['complete_task', { task_id: task }],
        ['cancel_task', { task_id: task }],
        ['delete_task', { task_id: task }],
      ]
      for (const [name, args] of calls) expect(await codeOf(client.rpc(name, args)), name).toBe('not_found')
      // A file of somebody else's in one's own delivery.
      const stolen = await payee.client.rpc('deliver_order', { order_id: orderId, file_ids: [file] })
      expect(stolen.error?.code).toBe('validation_failed')
    })
  })
})

test('8: no option of another service, alone or beside one of it', async () => {
  const free = [{ name: 'Free', price: 0 }]
  const wanted = await makeService(stack, payee, {}, [{ name: 'Dear', price: 5000 }])
  const [others, own] = [await makeService(stack, outsider, {}, free), await makeService(stack, payee, {}, free)]
  await changesNothing(async () => {
    for (const foreign of [others, own]) {
      for (const option_ids of [foreign.optionIds, [...wanted.optionIds, ...foreign.optionIds], [null]]) {
        const { error } = await payer.client.rpc('create_order', { service_id: wanted.id, option_ids })
        expect(error).toMatchObject({ code: 'validation_failed', details: '{"fields": {"option_ids": "known"}}' })
      }
    }
    const [option] = own.optionIds
    for (const person of [outsider, payee]) {
      // Taken into another service of one's own, too.
      const moved = person.client.from('service_options').update({ service_id: wanted.id }).eq('id', option!)
      expect(await codeOf(moved)).toBe('42501')
    }
    const options = [{ id: option, name: 'Mine', price: 0 }]
    expect(await codeOf(payee.client.rpc('set_service_options', { service_id: wanted.id, options }))).toBe(
      'validation_failed',
    )
  })
})

test('25: the files of a delivery are for its buyer and its seller', async () => {
  const { orderId } = await makeOrder(stack, payer, payee, 'in_progress')
  // Another buyer of the same seller, to whom something else was delivered.
  await makeOrder(stack, outsider, payee, 'delivered')
  const [path, unsent] = [`${payee.id}/cut.pdf`, `${payee.id}/unsent.pdf`]
  const pdf = new Blob(['%PDF'], { type: 'application/pdf' })
  const bucket = ({ client }: Pick<Person, 'client'>) => client.storage.from('deliveries')
  for (const one of [path, unsent]) expect((await bucket(payee).upload(one, pdf)).error).toBeNull()
  const [file] = await sql(stack)`select id from public.files where bucket_id = 'deliveries' and path = ${path}`
  const reads = async (person: Pick<Person, 'client'>, one: string) => {
    const signed = await bucket(person).createSignedUrl(one, 60)
    const many = await bucket(person).createSignedUrls([one], 60)
    return [
      (await bucket(person).download(one)).data !== null,
      signed.data !== null,
      many.data?.some(({ signedUrl }) => Boolean(signedUrl)) ?? false,
    ]
  }
  const [all, none] = [Array(3).fill(true), Array(3).fill(false)]
  expect(await reads(payer, path), 'not yet handed over').toEqual(none)
  const delivered = payee.client.rpc('deliver_order', { order_id: orderId, file_ids: [file!.id] })
  expect(await codeOf(delivered)).toBe('done')
  for (const person of [payer, payee]) expect(await reads(person, path)).toEqual(all)
  const anon = { client: anonClient(stack) }
  await changesNothing(async () => {
    for (const person of [outsider, anon]) {
      expect(await reads(person, path)).toEqual(none)
      expect((await person.client.rpc('list_deliveries', { order_id: orderId })).data ?? []).toEqual([])
      expect((await person.client.from('order_delivery_files').select().eq('file_id', file!.id)).data ?? []).toEqual([])
      expect((await bucket(person).list(payee.id)).data ?? []).toEqual([])
    }
    expect(await reads(payer, unsent), 'never handed over').toEqual(none)
    for (const person of [payer, outsider]) {
      expect((await bucket(person).update(path, pdf)).error).not.toBeNull()
      expect((await bucket(person).upload(path, pdf, { upsert: true })).error).not.toBeNull()
      expect((await bucket(person).move(path, `${person.id}/mine.pdf`)).error).not.toBeNull()
      await bucket(person).remove([path])
      expect((await person.client.from('files').delete().eq('id', file!.id).select('id')).data ?? []).toEqual([])
    }
    // Nor by who delivered it: it was paid for as it is.
    expect(
      (await bucket(payee).update(path, new Blob(['%PDF other'], { type: 'application/pdf' }))).error,
    ).not.toBeNull()
    expect((await bucket(payee).upload(path, pdf, { upsert: true })).error).not.toBeNull()
    expect((await bucket(payee).move(path, `${payee.id}/other.pdf`)).error).not.toBeNull()
  })
  expect((await bucket(payee).update(unsent, pdf)).error).toBeNull()
})

describe('17: money is released once, by whom it belongs to', () => {
  test('neither by the payee nor an outsider, not twice, not after a refund', async () => {
    const { escrowId } = await makeAgreedTask(stack, payer, payee, { funded: true })
    const refunded = await makeAgreedTask(stack, payer, payee, { funded: true })
    expect(await codeOf(payer.client.rpc('refund_escrow', { escrow_id: refunded.escrowId }))).toBe('done')
    const release = (person: Person, id = escrowId) => codeOf(person.client.rpc('release_escrow', { escrow_id: id }))
    await changesNothing(async () => {
      expect(await release(payee)).toBe('permission_denied')
      expect(await release(outsider)).toBe('not_found')
      expect(await release(payer, refunded.escrowId)).toBe('invalid_transition')
      expect(await codeOf(payee.client.rpc('refund_escrow', { escrow_id: refunded.escrowId }))).toBe(
        'invalid_transition',
      )
    })
    expect(await release(payer)).toBe('done')
    await changesNothing(async () => {
      expect(await release(payer)).toBe('invalid_transition')
      expect(await codeOf(payee.client.rpc('refund_escrow', { escrow_id: escrowId }))).toBe('invalid_transition')
      expect(await codeOf(payee.client.rpc('dispute_escrow', { escrow_id: escrowId, reason: 'x' }))).toBe(
        'invalid_transition',
      )
    })
  })

  test('what is completed or cancelled moves no more', async () => {
    const done = await makeOrder(stack, payer, payee, 'completed')
    const over = await makeOrder(stack, payer, payee, 'in_progress')
    const cancelled = await payer.client.rpc('cancel_order', { order_id: over.orderId, reason: 'Over.' })
    expect(cancelled.error).toBeNull()
    await changesNothing(async () => {
      for (const { orderId, escrowId } of [done, over]) {
        for (const person of [payer, payee]) {
          for (const [name, args] of [
            ['approve_order', {}],
            ['start_order', {}],
            ['deliver_order', { message: 'x' }],
            ['request_revision', { message: 'x' }],
            ['cancel_order', { reason: 'x' }],
            ['dispute_order', { reason: 'x' }],
          ] as const) {
            expect(await codeOf(person.client.rpc(name, { order_id: orderId, ...args })), name).toBe(
              'invalid_transition',
            )
          }
          expect(await codeOf(person.client.rpc('pay_escrow', { escrow_id: escrowId }))).not.toBe('done')
          expect(await codeOf(person.client.rpc('release_escrow', { escrow_id: escrowId }))).not.toBe('done')
        }
      }
    })
  })

  test('the answer of a call that moves money, cast to an error, takes all of it back', async () => {
    await giveMoney(stack, payer, 10_000)
    const unpaid = await makeAgreedTask(stack, payer, payee)
    const held = await makeAgreedTask(stack, payer, payee, { funded: true })
    const begun = await makeAgreedTask(stack, payer, payee, { funded: true, started: true })
    const calls = [
      [payer, 'pay_escrow', { escrow_id: unpaid.escrowId }],
      [payer, 'release_escrow', { escrow_id: held.escrowId }],
      [payer, 'refund_escrow', { escrow_id: held.escrowId }],
      [payer, 'refund_escrow', { escrow_id: begun.escrowId, reason: 'Late.' }],
      [payee, 'refund_escrow', { escrow_id: begun.escrowId }],
      [payee, 'dispute_escrow', { escrow_id: held.escrowId, reason: 'x' }],
    ] as const
    await changesNothing(async () => {
      for (const [person, name, args] of calls) {
        // A key, too, is not used up by what did not happen.
        const with_key = name === 'dispute_escrow' ? args : { ...args, idempotency_key: crypto.randomUUID() }
        expect(await codeOf(person.client.rpc(name, with_key).select('status::integer')), name).toBe('22P02')
      }
      // Nothing but one's own part is there to be cast, filtered or counted.
      const { client } = outsider
      for (const [name, args] of [
        ['get_escrow', { escrow_id: held.escrowId }],
        ['list_escrows', { entity_type: 'task', entity_id: held.taskId }],
      ] as const) {
        const cast = await client.rpc(name, args, { count: 'exact' }).select('status::integer')
        expect([cast.error, cast.data, cast.count], name).toEqual([null, [], 0])
      }
    })
    expect(await codeOf(payer.client.rpc('pay_escrow', { escrow_id: unpaid.escrowId }))).toBe('done')
  })
})

describe('18: an idempotency key belongs to one request', () => {
  interface Made {
    person: Person
    call: string
    args: Record<string, unknown>
    other: Record<string, unknown>
  }
  const cases: Record<string, () => Promise<Made>> = {
    async pay_escrow() {
      await giveMoney(stack, payer, 20_000)
      const [one, two] = [await makeAgreedTask(stack, payer, payee), await makeAgreedTask(stack, payer, payee)]
      return {
        person: payer,
        call: 'pay_escrow',
        args: { escrow_id: one.escrowId },
        other: { escrow_id: two.escrowId },
      }
    },
    async release_escrow() {
      const made = () => makeAgreedTask(stack, payer, payee, { funded: true })
      const [one, two] = [await made(), await made()]
      return {
        person: payer,
        call: 'release_escrow',
        args: { escrow_id: one.escrowId },
        other: { escrow_id: two.escrowId },
      }
    },
    async refund_escrow() {
      const { escrowId: escrow_id } = await makeAgreedTask(stack, payer, payee, { funded: true })
      return { person: payee, call: 'refund_escrow', args: { escrow_id }, other: { escrow_id, reason: 'Another.' } }
    },
    async complete_task() {
      const made = () => makeAgreedTask(stack, payer, payee, { funded: true })
      const [one, two] = [await made(), await made()]
      return { person: payer, call: 'complete_task', args: { task_id: one.taskId }, other: { task_id: two.taskId } }
    },
    async cancel_task() {
      const { taskId: task_id } = await makeAgreedTask(stack, payer, payee, { funded: true })
      return { person: payer, call: 'cancel_task', args: { task_id }, other: { task_id, reason: 'Another.' } }
    },
    async withdraw_application() {
      const made = () => makeAgreedTask(stack, payer, payee, { funded: true })
      const [one, two] = [await made(), await made()]
      return {
        person: payee,
        call: 'withdraw_application',
        args: { application_id: one.applicationId },
        other: { application_id: two.applicationId },
      }
    },
    async create_order() {
      const { id } = await makeService(stack, payee)
      return {
        person: payer,
        call: 'create_order',
        args: { service_id: id },
        other: { service_id: id, requirements: 'Another.' },
      }
    },
    async request_withdrawal() {
      await giveMoney(stack, payee, 20_000)
      await sql(stack)`
        insert into public.payout_destinations (account_id, holder, details) values (${payee.id}, 'Jane', 'KZ861') on conflict do nothing
      `
      const args = { amount: '6000', currency: 'USD', method: 'manual' }
      return { person: payee, call: 'request_withdrawal', args, other: { ...args, amount: '6001' } }
    },
    async start_payment() {
      const args = { purpose: 'pack', provider: 'manual', pack_id: 'casting_responses_10' }
      return { person: payer, call: 'start_payment', args, other: { ...args, pack_id: 'casting_responses_50' } }
    },
    async approve_order() {
      const [one, two] = [
        await makeOrder(stack, payer, payee, 'delivered'),
        await makeOrder(stack, payer, payee, 'delivered'),
      ]
      return { person: payer, call: 'approve_order', args: { order_id: one.orderId }, other: { order_id: two.orderId } }
    },
    async cancel_order() {
      const { orderId: order_id } = await makeOrder(stack, payer, payee, 'in_progress')
      return { person: payer, call: 'cancel_order', args: { order_id, reason: 'x' }, other: { order_id, reason: 'y' } }
    },
  }

  test('every function that takes one is tried here', async () => {
    const rows = await sql(stack)`
      select proname as name from pg_proc
      where pronamespace = 'public'::regnamespace and 'idempotency_key' = any (proargnames)
        and proname not in ('respond_to_casting', 'unlock_candidate', 'unlock_candidates')
      order by 1
    `
    expect(Object.keys(cases).toSorted()).toEqual(rows.map(({ name }) => name))
  })

  test.each(Object.keys(cases))('%s: twice at once is once, another request is refused', async (name) => {
    const { person, call, args, other } = await cases[name]!()
    const idempotency_key = crypto.randomUUID()
    const names = [...Object.keys(args), 'idempotency_key']
    const text = `select * from public.${call}(${names.map((one, i) => `${one} => $${i + 1}`).join(', ')})`
    const run = statement(text, ...(Object.values(args) as string[]), idempotency_key)
    const before = await stateOf(stack)
    const outcomes = await atOnce(stack, [
      { as: person, runs: [run] },
      { as: person, runs: [run] },
    ])
    expect(codesOf(outcomes)).toEqual(['done', 'done'])
    const after = await stateOf(stack)
    expect(after).not.toEqual(before)
    await changesNothing(async () => {
      const again = await person.client.rpc(call, { ...args, idempotency_key })
      expect([again.error, again.data?.length]).toEqual([null, 1])
      expect(await codeOf(person.client.rpc(call, { ...other, idempotency_key }))).toBe('idempotency_conflict')
    })
  })
})

test('18: a key is one person’s and one call’s', async () => {
  const key = { idempotency_key: crypto.randomUUID() }
  await giveMoney(stack, payer, 10_000)
  const { escrowId: escrow_id } = await makeAgreedTask(stack, payer, payee)
  const call = (person: Person, name: string) => codeOf(person.client.rpc(name, { escrow_id, ...key }))
  // Neither does another's answer come with it, nor one that was given to another call.
  expect(await call(outsider, 'pay_escrow')).toBe('not_found')
  expect(await call(payer, 'pay_escrow')).toBe('done')
  await changesNothing(async () => {
    expect(await call(outsider, 'pay_escrow')).toBe('not_found')
    expect(await call(payee, 'pay_escrow')).toBe('permission_denied')
    expect(await call(payee, 'release_escrow')).toBe('permission_denied')
  })
  expect(await call(payer, 'refund_escrow')).toBe('done')
  const other = await makeAgreedTask(stack, payer, payee, { funded: true })
  const back = { escrow_id: other.escrowId, ...key }
  expect(await codeOf(payee.client.rpc('refund_escrow', back))).toBe('done')
  await changesNothing(async () => {
    expect(await codeOf(payee.client.rpc('refund_escrow', back)), 'their own answer').toBe('done')
    for (const name of ['pay_escrow', 'refund_escrow']) expect(await call(payer, name), 'its own answer').toBe('done')
    expect(await call(payer, 'release_escrow')).toBe('invalid_transition')
    expect(await call(payee, 'refund_escrow'), 'of another request').toBe('idempotency_conflict')
  })
})

describe('42: nobody names an amount, a price of others or a fee', () => {
  test('functions of admins and payments are not there, and no call takes an amount', async () => {
    const { orderId } = await makeOrder(stack, payer, payee)
    const escrow_id = await escrowOf(stack, orderId)
    await changesNothing(async () => {
      for (const [name, args] of [
        ['fund_escrow', { escrow_id, amount: 1, currency: 'USD', reference: 'x' }],
        ['resolve_dispute', { escrow_id, to_payee: 1, reason: 'x' }],
        [
          'open_escrow',
          {
            payer_id: payer.id,
            payee_id: payer.id,
            entity_type: 'order',
            entity_id: orderId,
            purpose: 'work',
            amount: 1,
            currency: 'USD',
          },
        ],
        ['transfer', { kind: 'x', from_id: escrow_id, to_id: escrow_id, amount: 1 }],
        ['pay_escrow', { escrow_id, amount: 1 }],
        ['release_escrow', { escrow_id, fee: 0 }],
        ['create_order', { service_id: orderId, price: 1 }],
        ['remove_review', { review_id: orderId, reason: 'x' }],
      ] as const) {
        for (const { client } of [payer, payee]) expect(await codeOf(client.rpc(name, args)), name).toBe('PGRST202')
      }
      for (const table of ['escrows', 'ledger_entries', 'ledger_transfers', 'ledger_accounts']) {
        const gone = await payer.client.from(table).insert({ amount: 1 })
        expect(gone.status, table).toBe(404)
      }
    })
  })

  test('money of another currency pays nothing', async () => {
    const poor = await createPerson(stack, { roles: ['client'] })
    await giveMoney(stack, poor, 1_000_000, 'EUR')
    const { escrowId } = await makeAgreedTask(stack, poor, payee)
    await changesNothing(async () => {
      expect(await codeOf(poor.client.rpc('pay_escrow', { escrow_id: escrowId }))).toBe('insufficient_funds')
    })
  })
})

describe('43: amounts beyond any sense', () => {
  const wrong = [0, -1, 1.5, 1e13, 1e30, 'NaN', 'Infinity', '-Infinity', '1e3', '', null]

  test.each(wrong)('%s', async (amount) => {
    const task = await makeTask(stack, payer)
    const agreed = await makeAgreedTask(stack, payer, payee)
    const service = await makeService(stack, payee, {}, [{ name: 'One', price: 1 }])
    const task_row = { owner_id: payer.id, title: 'Odd', description: 'x', category: 'design', task_type: 'digital' }
    const offered = { title: 'Odd', description: 'x', category: 'design', delivery_days: 1 }
    await changesNothing(async () => {
      const attempts: Record<string, PromiseLike<{ error: { code: string } | null; status: number }>> = {
        budget: payer.client.from('tasks').insert({ ...task_row, budget: amount }),
        'changed budget': payer.client.from('tasks').update({ budget: amount }).eq('id', task),
        offer: outsider.client.rpc('apply_to_task', { task_id: task, proposal: 'x', offered_price: amount }),
        milestone: payer.client.rpc('set_milestones', { task_id: agreed.taskId, milestones: [{ title: 'x', amount }] }),
        price: payee.client.rpc('create_service', { ...offered, price: amount }),
        'changed price': payee.client.from('services').update({ price: amount }).eq('id', service.id),
      }
      if (amount !== 0) {
        attempts.option = payee.client.rpc('set_service_options', {
          service_id: service.id,
          options: [{ name: 'x', price: amount }],
        })
        attempts['plain option'] = payee.client
          .from('service_options')
          .insert({ service_id: service.id, name: 'x', price: amount })
        attempts['changed option'] = payee.client
          .from('service_options')
          .update({ price: amount })
          .eq('id', service.optionIds[0]!)
        attempts.modifications = payee.client.rpc('create_service', {
          ...offered,
          price: 1,
          modifications_price: amount,
        })
      }
      for (const [name, attempt] of Object.entries(attempts)) {
        const { error, status } = await attempt
        expect([name, error === null, status >= 400 && status < 500], JSON.stringify(error)).toEqual([
          name,
          false,
          true,
        ])
      }
    })
  })
})

test('43, 53: no sum of options is too much to be held, and no error shows a row of held money', async () => {
  const dearest = 1_000_000_000_000
  const service = await makeService(stack, payee, { price: dearest - 1 }, [
    { name: 'One', price: 1 },
    { name: 'Two', price: 1 },
    { name: 'Dearest', price: dearest },
  ])
  const order = (option_ids: string[]) => payer.client.rpc('create_order', { service_id: service.id, option_ids })
  await changesNothing(async () => {
    for (const option_ids of [service.optionIds.slice(0, 2), service.optionIds, service.optionIds.slice(2)]) {
      expect((await order(option_ids)).error).toMatchObject({
        code: 'validation_failed',
        details: '{"fields": {"option_ids": "range"}}',
      })
    }
  })
  expect((await order(service.optionIds.slice(0, 1))).data).toMatchObject([{ total_price: dearest }])
})

test('12: who is suspended moves nothing, and their side of it stays', async () => {
  const gone = await createPerson(stack, { roles: ['client', 'freelancer', 'creator'] })
  const { escrowId, taskId } = await makeAgreedTask(stack, gone, payee, { funded: true })
  const { orderId } = await makeOrder(stack, gone, payee, 'delivered')
  await sql(stack)`select private.suspend_account(${gone.id}, 'for a test')`
  await changesNothing(async () => {
    for (const [name, args] of [
      ['release_escrow', { escrow_id: escrowId }],
      ['refund_escrow', { escrow_id: escrowId }],
      ['complete_task', { task_id: taskId }],
      ['approve_order', { order_id: orderId }],
      ['dispute_order', { order_id: orderId, reason: 'x' }],
      ['create_review', { entity_type: 'order', entity_id: orderId, rating: 1 }],
    ] as const) {
      expect(await codeOf(gone.client.rpc(name, args)), name).toBe('account_suspended')
    }
  })
  expect(await codeOf(payee.client.rpc('refund_escrow', { escrow_id: escrowId }))).toBe('done')
  expect(await codeOf(payee.client.rpc('cancel_order', { order_id: orderId, reason: 'They are gone.' }))).toBe('done')
})

test('what others write is not found by who is blocked, and what was agreed goes on', async () => {
  const [one, two] = [
    await createPerson(stack, { roles: ['client', 'creator'] }),
    await createPerson(stack, { roles: ['client', 'freelancer'] }),
  ]
  const agreed = await makeAgreedTask(stack, one, two, { funded: true })
  const task = await makeTask(stack, one)
  const service = await makeService(stack, one)
  expect(await codeOf(one.client.rpc('block_account', { account_id: two.id }))).toBe('done')
  await changesNothing(async () => {
    for (const [name, args] of [
      ['get_task', { task_id: task }],
      ['get_tasks', { task_ids: [task] }],
      ['get_service', { service_id: service.id }],
      ['get_services', { service_ids: [service.id] }],
      ['list_reviews', { subject_id: one.id }],
    ] as const) {
      expect((await two.client.rpc(name, args)).data, name).toEqual([])
    }
    expect(await codeOf(two.client.rpc('apply_to_task', { task_id: task, proposal: 'x', offered_price: 1 }))).toBe(
      'not_found',
    )
    expect(await codeOf(two.client.rpc('create_order', { service_id: service.id }))).toBe('not_found')
    expect(await codeOf(two.client.rpc('toggle_favorite', { entity_type: 'task', entity_id: task }))).toBe('not_found')
  })
  expect((await two.client.rpc('get_task', { task_id: agreed.taskId })).data).toHaveLength(1)
  expect(await codeOf(two.client.rpc('start_task', { task_id: agreed.taskId }))).toBe('done')
  expect(await codeOf(one.client.rpc('complete_task', { task_id: agreed.taskId }))).toBe('done')
})
