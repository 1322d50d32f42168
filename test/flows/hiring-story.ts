import type { TalentbaseError } from '@talentbase/sdk'
import { asAdmin, pdf, run, signUp } from './people.ts'
import type { DemoStack } from './stack.ts'
import { expectEqual, must, mustFail, type Story } from './story.ts'

/** A recruiter finds candidates behind masks, and pays for the contacts of two. */
export async function tellHiringStory(stack: DemoStack, { step }: Story): Promise<void> {
  const search = { skills: [`Rust ${run}`] }
  const tomorrow = new Date(Date.now() + 24 * 60 * 60 * 1000).toISOString()

  const [meera, asha, ravi] = await step(
    'Meera, a recruiter, and two candidates sign up',
    () =>
      Promise.all([
        signUp(stack, 'meera', 'recruiter'),
        signUp(stack, 'asha', 'candidate'),
        signUp(stack, 'ravi', 'candidate'),
      ]),
    (people) => people.map(({ name }) => name).join(', '),
  )
  await step(
    'Meera registers with her company; until an admin has verified her she sees nobody',
    async () => {
      const company = { company_name: `Monsoon Systems ${run}`, company_size: '10-50' } as const
      await must(
        meera.tb.recruiters.create({
          full_name: 'Meera Iyer',
          designation: 'HR Manager',
          phone: '+919812345678',
          ...company,
        }),
      )
      const refusal = await mustFail(meera.tb.candidates.search(), 'verification_required')
      const { id } = await must(meera.tb.accounts.me())
      await asAdmin(stack, (sql) => sql`select private.verify_recruiter(${id})`)
      return refusal
    },
    told,
  )
  await step(
    'The candidates hand their profiles in; a draft is told everything that it lacks at once',
    async () => {
      await must(asha.tb.candidates.saveStep({ step: 1, full_name: 'Asha Rao', city: 'Mumbai' }))
      const refusal = await mustFail(asha.tb.candidates.submit({ declaration: true }), 'validation_failed')
      for (const [{ tb }, full_name, phone, city] of [
        [asha, 'Asha Rao', '+919876543210', 'Mumbai'],
        [ravi, 'Ravi Menon', '+919876501234', 'Pune'],
      ] as const) {
        await must(
          tb.candidates.create({
            full_name,
            phone,
            birth_date: '1996-04-12',
            role: 'Backend Engineer',
            experience_years: 6,
            current_ctc: 240_000_000,
            currency: 'INR',
            country: 'India',
            state: 'Maharashtra',
            city,
            skills: [`Rust ${run}`, 'PostgreSQL'],
            education: 'B.Tech, Computer Science',
            work_experience: 'Six years of payment systems.',
            resume: pdf(full_name),
            declaration: true,
          }),
        )
      }
      return Object.keys(refusal.fields ?? {})
    },
    (fields) => `missing: ${fields.join(', ')}`,
  )

  const [first, second] = await step(
    'Meera searches and sees masks: nobody is found by a name, and nobody’s resume is there',
    async () => {
      const { items } = await must(meera.tb.candidates.search({ ...search, min_experience: 5 }))
      expectEqual(items.length, 2, 'candidates found')
      expectEqual((await must(meera.tb.candidates.search({ search: 'Asha' }))).items, [], 'found by a hidden name')
      const inMumbai = items.find(({ city }) => city === 'Mumbai')!
      const locked = await must(meera.tb.candidates.get(inMumbai.id))
      expectEqual([locked.full_name, locked.resume_url, locked.work_experience], [null, null, null], 'what is locked')
      return [inMumbai, items.find(({ city }) => city === 'Pune')!] as const
    },
    (cards) =>
      cards.map((one) => `${one.masked_name}, ${one.phone}, ${one.email}, ${one.unlock_cost} credits`).join(' / '),
  )
  await step(
    'She has nothing to pay with',
    () => mustFail(meera.tb.candidates.unlock(first.id), 'no_payment_source'),
    told,
  )
  await step(
    'An admin gives her 15 credits, and she unlocks the first for 10',
    async () => {
      const { id } = await must(meera.tb.accounts.me())
      await asAdmin(stack, (sql) => sql`select private.adjust_wallet(${id}, 15, 'welcome')`)
      const { candidate, ...paid } = await must(meera.tb.candidates.unlock(first.id))
      expectEqual([paid.paid_from, paid.credits_used, paid.remaining_balance], ['wallet', 10, 5], 'what it cost')
      const resume = await (await fetch(candidate!.resume_url!)).text()
      return { ...candidate!, resume: resume.split('\n')[1] }
    },
    ({ full_name, phone, resume }) => `${full_name}, ${phone}, resume: “${resume}”`,
  )
  await step(
    'For the second it is not enough, and nothing is charged',
    async () => {
      const refusal = await mustFail(meera.tb.candidates.unlock(second.id), 'insufficient_credits')
      expectEqual((await must(meera.tb.wallet.get())).balance, 5, 'balance')
      return refusal
    },
    ({ message, details }) => `${message} needed ${details?.needed}, current ${details?.current}`,
  )
  await step(
    'She asks for the Basic plan; once an admin has approved it, it pays: one credit of fifty',
    async () => {
      const asked = await must(meera.tb.subscriptions.request({ plan_id: 'hiring_basic', period: 'month' }))
      expectEqual(asked.status, 'pending', 'status')
      await mustFail(meera.tb.candidates.unlock(second.id), 'insufficient_credits')
      await asAdmin(stack, (sql) => sql`select private.approve_subscription(${asked.id})`)
      return must(meera.tb.candidates.unlock(second.id))
    },
    ({ candidate, paid_from, remaining_balance }) =>
      `${candidate!.full_name}, paid from the ${paid_from}, ${remaining_balance} left`,
  )
  await step('She unlocks the first again, for nothing', async () => {
    const again = await must(meera.tb.candidates.unlock(first.id))
    expectEqual([again.already_unlocked, again.credits_used], [true, 0], 'the second time')
  })
  await step(
    'She notes what was said, plans to call again, and moves Asha through the pipeline',
    async () => {
      await must(meera.tb.hiring.addNote(first.id, { note_text: 'Wants to work from Mumbai.' }))
      await must(meera.tb.hiring.addFollowUp(first.id, { due_at: tomorrow, notes: 'Call about the offer.' }))
      const stages = await must(meera.tb.hiring.listStages())
      await must(meera.tb.hiring.addToPipeline(first.id))
      for (const name of ['Contacted', 'Interview']) {
        await must(meera.tb.hiring.moveInPipeline(first.id, { stage_id: stages.find((one) => one.name === name)!.id }))
      }
      await mustFail(asha.tb.hiring.listPipeline(), 'permission_denied')
      return (await must(meera.tb.hiring.listPipelineMoves(first.id))).items.reverse()
    },
    (moves) => moves.map(({ to_stage }) => to_stage).join(' → '),
  )
  await step(
    'Asha hides her profile: the search loses her, Meera keeps what she paid for',
    async () => {
      await must(asha.tb.candidates.setAvailability(false))
      expectEqual((await must(meera.tb.candidates.search(search))).total, 1, 'candidates found')
      return (await must(meera.tb.candidates.listUnlocked())).items
    },
    (items) => `unlocked: ${items.map(({ full_name }) => full_name).join(', ')}`,
  )
  await step(
    'She reads what became of her credits',
    async () => {
      const { items } = await must(meera.tb.wallet.listTransactions())
      expectEqual(
        items.map(({ type, amount, balance_after }) => [type, amount, balance_after]),
        [
          ['debit', 10, 5],
          ['credit', 15, 15],
        ],
        'transactions',
      )
      const plan = await must(meera.tb.subscriptions.current({ product: 'hiring' }))
      return { items, plan }
    },
    ({ items, plan }) =>
      `${items.map(({ description, amount }) => `${description} (${amount})`).join(', ')}; ` +
      `${plan.plan}: ${plan.credits_remaining} of ${plan.credits_limit} credits, ${plan.days_remaining} days`,
  )
}

const told = ({ code, message }: TalentbaseError) => `${code}: ${message}`
