import { z } from 'zod'
import { amount, blame, currency, date, id, inOrder, isChange, page, place, slug, text } from '../schemas/fields.ts'

export const taskStatus = z.enum(['open', 'in_progress', 'completed', 'cancelled'])

export const taskType = z.enum(['physical', 'digital'])

export const applicationStatus = z.enum(['pending', 'accepted', 'rejected', 'withdrawn'])

/** Minor units, more than nothing. */
const price = amount.min(1)

/** A UUID of the app's own: with the same one, a repeated call does nothing again for a day. */
const idempotency_key = id.optional()

const fields = z.strictObject({
  title: text(3, 200),
  description: text(1, 10_000),
  /** Of the kind task, by its slug, such as logo-design. */
  category: slug,
  /** A physical one is done in a city. */
  task_type: taskType,
  /** Minor units of `currency`. */
  budget: price,
  /** ISO 4217; USD unless told. It stays once a freelancer has applied. */
  currency: currency.optional(),
  /** ISO 8601 without a time, such as 2030-05-30, from 2000 on. */
  deadline: date.refine((value) => value >= '2000-01-01', { params: { rule: 'range' } }).nullish(),
  city: place.nullish(),
  country: place.nullish(),
  /** For whom is accepted alone. */
  address: text(1, 500).nullish(),
  /** What it asks for, of the catalog; at most 20. */
  skill_ids: z.array(id).max(20).optional(),
})

export const createTaskSchema = fields.refine(
  ({ task_type, city }) => task_type !== 'physical' || typeof city === 'string',
  blame('city', 'required'),
)

export const updateTaskSchema = fields.partial().refine(isChange, { params: { rule: 'required' } })

const filters = {
  /** With those below it. */
  category: z.string().max(50).optional(),
  task_type: taskType.optional(),
  city: place.optional(),
  /** That ask for this skill. */
  skill_id: id.optional(),
  /** Minor units of `currency`. */
  min_budget: amount.optional(),
  /** Minor units of `currency`. */
  max_budget: amount.optional(),
  /** Needed to compare budgets. */
  currency: currency.optional(),
  /** In title and description; without three letters in a row in the title alone. */
  search: z.string().min(1).max(200).optional(),
  /** Of one client. */
  owner_id: id.optional(),
}

const budgetsInOrder = [inOrder('min_budget', 'max_budget'), blame('max_budget', 'order')] as const

const namesCurrency = [
  ({ min_budget, max_budget, sort, currency }: Record<string, unknown>) =>
    currency !== undefined ||
    (min_budget === undefined && max_budget === undefined && sort !== 'highest_budget' && sort !== 'lowest_budget'),
  blame('currency', 'required'),
] as const

export const listTasksSchema = z
  .strictObject({
    /** Every one unless told. */
    status: taskStatus.optional(),
    ...filters,
    /** newest unless told. */
    sort: z.enum(['newest', 'oldest', 'highest_budget', 'lowest_budget']).optional(),
    ...page,
  })
  .refine(...budgetsInOrder)
  .refine(...namesCurrency)

/** What a saved search for tasks looks for, among those that are new. */
export const taskFiltersSchema = z
  .strictObject({ status: z.literal('open').optional(), ...filters })
  .refine(...budgetsInOrder)
  .refine(...namesCurrency)

export const listMyTasksSchema = z.strictObject({ status: taskStatus.optional(), ...page })

export const taskIdSchema = z.strictObject({ task_id: id })

export const completeTaskSchema = taskIdSchema.extend({ idempotency_key })

export const cancelTaskSchema = taskIdSchema.extend({ reason: text(1, 2000).optional(), idempotency_key })

export const applyToTaskSchema = taskIdSchema.extend({
  proposal: text(1, 5000),
  /** Minor units of the task's currency. */
  offered_price: price,
  /** In words, such as 2 days. */
  estimated_duration: text(1, 100).optional(),
})

export const listApplicationsSchema = taskIdSchema.extend({ status: applicationStatus.optional(), ...page })

export const listMyApplicationsSchema = z.strictObject({ status: applicationStatus.optional(), ...page })

export const applicationIdSchema = z.strictObject({ application_id: id })

export const withdrawApplicationSchema = applicationIdSchema.extend({ idempotency_key })

export const setMilestonesSchema = taskIdSchema.extend({
  /** 1 to 20; together they are the accepted price. */
  milestones: z
    .array(z.strictObject({ title: text(1, 200), amount: price }))
    .min(1)
    .max(20),
})
