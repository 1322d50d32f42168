import { makeAccounts } from './many.ts'
import { createPerson, type Person, sql, unique } from './people.ts'
import type { TestStack } from './stack.ts'

/** A recruiter of a company of their own, or of a colleague's; verified unless told otherwise. */
export async function createRecruiter(
  stack: TestStack,
  { colleague, verified = true }: { colleague?: { id: string }; verified?: boolean } = {},
): Promise<Person> {
  const person = await createPerson(stack, { roles: ['recruiter'] })
  await employ(stack, person, colleague)
  if (verified) await sql(stack)`select private.verify_recruiter(${person.id})`
  return person
}

async function employ(stack: TestStack, { id }: { id: string }, colleague?: { id: string }): Promise<void> {
  const [company] = colleague
    ? await sql(stack)`select organization_id as id from public.recruiter_profiles where account_id = ${colleague.id}`
    : await sql(stack)`
        insert into public.organizations (owner_id, kind, name, size)
        values (${id}, 'company', ${unique('Company')}, '10-50') returning id
      `
  await sql(stack)`
    insert into public.organization_members (organization_id, account_id, role) values (${company!.id}, ${id}, 'member')
    on conflict do nothing
  `
  await sql(stack)`
    insert into public.recruiter_profiles (account_id, organization_id, full_name, designation, phone)
    values (${id}, ${company!.id}, ${unique('Jane')}, 'HR Manager', '+919876543210')
  `
}

/** Gives credits, or takes them with a minus, as an admin does; answers the balance. */
export async function giveCredits(stack: TestStack, { id }: { id: string }, credits: number): Promise<number> {
  const [row] = await sql(stack)`select private.adjust_wallet(${id}, ${credits}, 'for a test') as balance`
  return Number(row!.balance)
}

/** Verified recruiters whom nobody signs in to, each of a company of their own. */
export async function makeRecruiters(stack: TestStack, count: number): Promise<{ id: string }[]> {
  const { ids } = await makeAccounts(stack, count, { roles: ['recruiter'] })
  await sql(stack)`
    with companies as (
      insert into public.organizations (owner_id, kind, name, size)
      select a, 'company', 'Company', '10-50' from unnest(${ids}::uuid[]) as a returning id, owner_id
    )
    insert into public.recruiter_profiles (account_id, organization_id, full_name, designation, phone, is_verified)
    select c.owner_id, c.id, 'Jane', 'HR Manager', '+919876543210', true from companies as c
  `
  return ids.map((id) => ({ id }))
}

/** A plan of the hiring product that gives so many credits (null: without limit), each unlock at this price. */
export async function makePlan(
  stack: TestStack,
  credits: number | null,
  { price = 1, shares = false }: { price?: number; shares?: boolean } = {},
): Promise<string> {
  const id = unique('plan')
  await sql(stack)`
    insert into public.plans (id, product, name, rank, unlock_price)
    select ${id}, 'hiring', ${id}, 1 + max(rank), ${price} from public.plans where product = 'hiring'
  `
  await sql(stack)`
    insert into public.plan_entitlements (plan_id, entitlement_id, quantity)
    select ${id}, 'unlock_credits', ${credits}::bigint
    union all select ${id}, 'shared_unlocks', null where ${shares}
  `
  return id
}

/** What an account has left: of its current subscription (null without one, or without limit) and in its wallet. */
export async function creditsOf(stack: TestStack, { id }: { id: string }) {
  const [row] = await sql(stack)`
    select
      (
        select balance::int from private.ledger_accounts
        where owner_id = ${id} and subject_id = (private.current_subscription(${id}, 'hiring')).id
      ) as subscription,
      (select balance::int from private.ledger_accounts where owner_id = ${id} and kind = 'wallet' and currency = 'credits') as wallet
  `
  return row as { subscription: number | null; wallet: number }
}

/**
 * What is wrong with what was booked for unlocks: the ledger itself, an unlock without the transfer that paid it or the
 * other way round, one bought twice, a profile that counts otherwise. Nothing when all is right.
 */
export function wrongCharges(stack: TestStack) {
  return sql(stack)`
    select 'ledger: ' || problem as problem, ledger_account_id::text as id from private.check_ledger()
    union all
    select 'transfer without its unlock', t.id::text
    from private.ledger_transfers t
    left join private.candidate_unlocks u on u.transfer_id = t.id and u.credits = t.amount and u.id::text = t.reference
    where t.kind = 'unlock' and u.id is null
      -- Who leaves takes their unlocks along, and so does a candidate.
      and exists (select from public.recruiter_profiles r where r.account_id = t.actor_id)
      and exists (select from private.candidate_cards d where d.id::text = t.data ->> 'candidate_id')
    union all
    select 'refund without its end', t.id::text
    from private.ledger_transfers t join private.candidate_unlocks u on u.id::text = t.reference
    where t.kind = 'unlock_refund' and u.refunded_at is null
    union all
    select 'paid from elsewhere', u.id::text
    from private.candidate_unlocks u
    join private.ledger_transfers t on t.id = u.transfer_id
    join private.ledger_accounts a on a.id = t.from_id
    where a.owner_id <> u.recruiter_id or a.kind <> u.paid_from
    union all
    select 'bought twice', recruiter_id::text
    from private.candidate_unlocks where refunded_at is null group by recruiter_id, card_id having count(*) > 1
    union all
    select 'total_spent', r.account_id::text
    from public.recruiter_profiles r
    where r.total_spent <> (
      select coalesce(-sum(e.amount), 0)
      from private.ledger_accounts a
      join private.ledger_entries e on e.ledger_account_id = a.id
      join private.ledger_transfers t on t.id = e.transfer_id
      where a.owner_id = r.account_id and t.kind in ('unlock', 'unlock_refund')
    )
  `
}

/** What of candidates the database knows under a card that nobody signs in to. */
export interface MadeCandidate {
  /** Of the account. */
  id: string
  card_id: string
}

/**
 * Candidates that are found by recruiters, made past the API: nobody signs in to them. `card` sets columns of the card and
 * `person` of private.candidates, for all of them.
 */
export async function makeCandidates(
  stack: TestStack,
  count: number,
  { card = {}, person = {} }: { card?: Record<string, unknown>; person?: Record<string, unknown> } = {},
): Promise<MadeCandidate[]> {
  const db = sql(stack)
  const prefix = unique('cand')
  const made = await db`
    insert into auth.users (id, aud, role, email, email_confirmed_at, raw_app_meta_data, raw_user_meta_data, created_at, updated_at)
    select gen_random_uuid(), 'authenticated', 'authenticated', ${prefix} || i || '@example.test', now(), '{}',
      '{"roles": ["candidate"]}', now(), now()
    from generate_series(1, ${count}::int) as i
    returning id
  `
  const ids = made.map(({ id }) => id)
  const about = {
    full_name: 'John Doe',
    phone: '+919876543210',
    education: 'B.Tech',
    work_experience: 'Three years at a company.',
    ...person,
  }
  await db`
    update private.candidates set ${db(about as Record<string, string>)}, started_at = now(), declared_at = now(),
      resume_path = account_id || '/resume.pdf'
    where account_id = any (${ids})
  `
  const shown = {
    birth_date: '1995-05-05',
    role: 'Software Engineer',
    experience_years: 3,
    current_ctc: 50_000_000,
    expected_ctc: 80_000_000,
    country: 'India',
    state: 'Maharashtra',
    city: 'Mumbai',
    skills: ['Python', 'React'],
    ...card,
  }
  await db`
    update private.candidate_cards set ${db(shown as unknown as Record<string, string>)}
    where id in (select card_id from private.candidates where account_id = any (${ids}))
  `
  const rows = await db`
    select account_id as id, card_id, private.sync_candidate_card(account_id)::text
    from private.candidates where account_id = any (${ids}) order by array_position(${ids}::uuid[], account_id)
  `
  return rows.map(({ id, card_id }) => ({ id, card_id }))
}

/** Has a recruiter unlock a candidate for nothing, past every rule, as of a plan without limit; answers the unlock's id. */
export async function unlockFor(
  stack: TestStack,
  recruiter: { id: string },
  cardId: string,
  { shared = false }: { shared?: boolean } = {},
): Promise<string> {
  const [row] = await sql(stack)`
    insert into private.candidate_unlocks (card_id, recruiter_id, organization_id, is_shared, paid_from, credits)
    select ${cardId}, account_id, organization_id, ${shared}, 'subscription', 0
    from public.recruiter_profiles where account_id = ${recruiter.id} returning id
  `
  return row!.id
}
