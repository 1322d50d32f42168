import type { z } from 'zod'
import type { Context } from '../context.ts'
import { TalentbaseError } from '../errors/talentbase-error.ts'
import { type Escrow, type EscrowRow, escrowOf } from '../escrows/types.ts'
import { type List, listPage } from '../list.ts'
import type { Result } from '../result.ts'
import {
  applicationIdSchema,
  applyToTaskSchema,
  cancelTaskSchema,
  completeTaskSchema,
  createTaskSchema,
  listApplicationsSchema,
  listMyApplicationsSchema,
  listMyTasksSchema,
  listTasksSchema,
  setMilestonesSchema,
  taskIdSchema,
  updateTaskSchema,
  withdrawApplicationSchema,
} from './schemas.ts'
import {
  type ApplicationRow,
  applicationOf,
  type MyTaskStatistics,
  type Task,
  type TaskApplication,
  type TaskRow,
  type TaskStatistics,
  taskOf,
} from './types.ts'

/** Work that clients want done, and freelancers' applications to it. */
export class Tasks {
  readonly #context: Context

  constructor(context: Context) {
    this.#context = context
  }

  /** Tasks of every status, newest first unless `sort` says otherwise. Public. MT12 */
  list(input: z.input<typeof listTasksSchema> = {}): Promise<Result<List<Task>>> {
    const context = this.#context
    return context.run(() => {
      const { limit, cursor, offset, ...filters } = context.parse(listTasksSchema, input)
      return listPage(
        { limit, cursor, offset },
        async (page) => (await context.rows(context.supabase.rpc('list_tasks', { ...filters, ...page }))) as TaskRow[],
        (row) => taskOf(context.supabase, row),
      )
    })
  }

  /** One's own tasks, newest first. MT23 */
  listMine(input: z.input<typeof listMyTasksSchema> = {}): Promise<Result<List<Task>>> {
    const context = this.#context
    return context.run(() => {
      const { limit, cursor, offset, ...filters } = context.parse(listMyTasksSchema, input)
      return listPage(
        { limit, cursor, offset },
        async (page) =>
          (await context.rows(context.supabase.rpc('list_my_tasks', { ...filters, ...page }))) as TaskRow[],
        (row) => taskOf(context.supabase, row),
      )
    })
  }

  /** One task; where exactly it is done, its owner and who was accepted read. Public. MT14 */
  get(taskId: string): Promise<Result<Task>> {
    const context = this.#context
    return context.run(() => this.#get(context.parse(taskIdSchema, { task_id: taskId }).task_id))
  }

  /** Posts a task. `permission_denied` without the role client. MT13 */
  create(input: z.input<typeof createTaskSchema>): Promise<Result<Task>> {
    const context = this.#context
    return context.run(async () => {
      const task = context.parse(createTaskSchema, input)
      const owner_id = await context.accountId()
      const query = context.supabase.from('tasks').insert({ ...task, owner_id })
      return this.#get((await context.rows(query.select('id').single())).id)
    })
  }

  /**
   * Changes what is named of one's own open task and leaves the rest; null clears a field. `conflict` once a freelancer was
   * accepted or it is over, and for another currency once somebody has applied. MT15
   */
  update(taskId: string, input: z.input<typeof updateTaskSchema>): Promise<Result<Task>> {
    const context = this.#context
    return context.run(async () => {
      const { task_id } = context.parse(taskIdSchema, { task_id: taskId })
      const changes = context.parse(updateTaskSchema, input)
      try {
        await context.rows(context.supabase.from('tasks').update(changes).eq('id', task_id).select('id').single())
      } catch (refusal) {
        // One that names a field is about something else that is not there.
        if (!(refusal instanceof TalentbaseError) || refusal.code !== 'not_found' || refusal.fields) throw refusal
        // Row-level security hides what may not be changed, one's own too once it is not open.
        const task = await this.#get(task_id)
        throw task.owner.id === (await context.accountId()) ? context.error('conflict') : refusal
      }
      return this.#get(task_id)
    })
  }

  /** Deletes one's own task and tells who applied; `conflict` once somebody was accepted or money was in it. MT16 */
  delete(taskId: string): Promise<Result<null>> {
    const context = this.#context
    return context.run(async () => {
      await context.rows(context.supabase.rpc('delete_task', context.parse(taskIdSchema, { task_id: taskId })))
      return null
    })
  }

  /** Who was accepted says that work begins: from now on money goes back only with their consent, or as an admin decides. */
  start(taskId: string): Promise<Result<Task>> {
    const context = this.#context
    return context.run(async () => {
      const wanted = context.parse(taskIdSchema, { task_id: taskId })
      return this.#answer(context.supabase.rpc('start_task', wanted).single())
    })
  }

  /**
   * One's own task is done: what is held of its money is released, what was not paid in is dropped. `invalid_transition`
   * unless it is in progress, `conflict` while money of it is disputed. MT21
   */
  complete(taskId: string, options: Omit<z.input<typeof completeTaskSchema>, 'task_id'> = {}): Promise<Result<Task>> {
    const context = this.#context
    return context.run(async () => {
      const wanted = context.parse(completeTaskSchema, { ...options, task_id: taskId })
      return this.#answer(context.supabase.rpc('complete_task', wanted).single())
    })
  }

  /**
   * Cancels one's own task: what is held of its money goes back to one's wallet, applicants are told. `conflict` when work has
   * begun and money is held: ask for it with `escrows.refund`, or dispute it. MT22
   */
  cancel(taskId: string, options: Omit<z.input<typeof cancelTaskSchema>, 'task_id'> = {}): Promise<Result<Task>> {
    const context = this.#context
    return context.run(async () => {
      const wanted = context.parse(cancelTaskSchema, { ...options, task_id: taskId })
      return this.#answer(context.supabase.rpc('cancel_task', wanted).single())
    })
  }

  /**
   * Splits the accepted price of one's own task into parts that are paid, held and released by themselves, while nothing of it
   * is held or was released (`conflict`); also to pay again what went back before work began.
   */
  setMilestones(
    taskId: string,
    milestones: z.input<typeof setMilestonesSchema>['milestones'],
  ): Promise<Result<Escrow[]>> {
    const context = this.#context
    return context.run(async () => {
      const wanted = context.parse(setMilestonesSchema, { task_id: taskId, milestones })
      return ((await context.rows(context.supabase.rpc('set_milestones', wanted))) as EscrowRow[]).map(escrowOf)
    })
  }

  /**
   * Applies to an open task of somebody else, once (`duplicate`). `permission_denied` without the role freelancer, `conflict`
   * when it is not open any more. MT17
   */
  apply(taskId: string, input: Omit<z.input<typeof applyToTaskSchema>, 'task_id'>): Promise<Result<TaskApplication>> {
    const context = this.#context
    return context.run(async () => {
      const wanted = context.parse(applyToTaskSchema, { ...input, task_id: taskId })
      return this.#application(context.supabase.rpc('apply_to_task', wanted).single())
    })
  }

  /** Applications to one's own task, newest first. `not_found` for others' tasks. MT18 */
  listApplications(
    taskId: string,
    input: Omit<z.input<typeof listApplicationsSchema>, 'task_id'> = {},
  ): Promise<Result<List<TaskApplication>>> {
    const context = this.#context
    return context.run(() => {
      const { limit, cursor, offset, ...filters } = context.parse(listApplicationsSchema, { ...input, task_id: taskId })
      return listPage(
        { limit, cursor, offset },
        async (page) =>
          (await context.rows(
            context.supabase.rpc('list_task_applications', { ...filters, ...page }),
          )) as ApplicationRow[],
        (row) => applicationOf(context.supabase, row),
      )
    })
  }

  /** One's own applications, newest first. MT24 */
  listMyApplications(input: z.input<typeof listMyApplicationsSchema> = {}): Promise<Result<List<TaskApplication>>> {
    const context = this.#context
    return context.run(() => {
      const { limit, cursor, offset, ...filters } = context.parse(listMyApplicationsSchema, input)
      return listPage(
        { limit, cursor, offset },
        async (page) =>
          (await context.rows(
            context.supabase.rpc('list_my_applications', { ...filters, ...page }),
          )) as ApplicationRow[],
        (row) => applicationOf(context.supabase, row),
      )
    })
  }

  /**
   * This freelancer does one's own task, for what they offered: every other application is rejected and told, and the money
   * can be paid in (`escrows.list`). `invalid_transition` when another was accepted. MT19
   */
  acceptApplication(applicationId: string): Promise<Result<TaskApplication>> {
    const context = this.#context
    return context.run(async () => {
      const wanted = context.parse(applicationIdSchema, { application_id: applicationId })
      return this.#application(context.supabase.rpc('accept_application', wanted).single())
    })
  }

  /** Says no to an application that waits. MT20 */
  rejectApplication(applicationId: string): Promise<Result<TaskApplication>> {
    const context = this.#context
    return context.run(async () => {
      const wanted = context.parse(applicationIdSchema, { application_id: applicationId })
      return this.#application(context.supabase.rpc('reject_application', wanted).single())
    })
  }

  /**
   * Takes one's own application back; who was accepted until work begins, which gives held money back, or once they have
   * given it back themselves: the task is open again. `conflict` while they hold or have got money for begun work.
   */
  withdrawApplication(
    applicationId: string,
    options: Omit<z.input<typeof withdrawApplicationSchema>, 'application_id'> = {},
  ): Promise<Result<TaskApplication>> {
    const context = this.#context
    return context.run(async () => {
      const wanted = context.parse(withdrawApplicationSchema, { ...options, application_id: applicationId })
      return this.#application(context.supabase.rpc('withdraw_application', wanted).single())
    })
  }

  /** Totals of all tasks and people. Public. MT29 */
  statistics(): Promise<Result<TaskStatistics>> {
    const { run, rows, supabase } = this.#context
    return run(async () => (await rows(supabase.rpc('task_statistics'))) as TaskStatistics)
  }

  /** One's own numbers, as a client and as a freelancer. MT30 */
  myStatistics(): Promise<Result<MyTaskStatistics>> {
    const { run, rows, supabase } = this.#context
    return run(async () => (await rows(supabase.rpc('my_task_statistics'))) as MyTaskStatistics)
  }

  async #get(task_id: string): Promise<Task> {
    return this.#answer(this.#context.supabase.rpc('get_task', { task_id }).single())
  }

  async #answer(call: Parameters<Context['rows']>[0]): Promise<Task> {
    return taskOf(this.#context.supabase, (await this.#context.rows(call)) as TaskRow)
  }

  async #application(call: Parameters<Context['rows']>[0]): Promise<TaskApplication> {
    return applicationOf(this.#context.supabase, (await this.#context.rows(call)) as ApplicationRow)
  }
}
