import type { z } from 'zod'
import type { Context } from '../context.ts'
import { renameFields } from '../errors/rename-fields.ts'
import { TalentbaseError } from '../errors/talentbase-error.ts'
import { type List, listPage, type PageInput } from '../list.ts'
import type { Result } from '../result.ts'
import {
  accountSkillIdSchema,
  addSkillSchema,
  listSkillsOfSchema,
  replaceSkillsSchema,
  setSkillLevelSchema,
  upsertSkillsSchema,
} from './schemas.ts'
import { type AccountSkill, type SkillChange, type SkillRow, skillOf } from './types.ts'

// A row of the table with the skill it names.
const columns = 'id, account_id, level, years, created_at, updated_at, skill:skills(id, name, description)'

type UpsertSkills = z.input<typeof upsertSkillsSchema>['skills']

/** What creators and freelancers can do, each skill with a level of 1 to 5. */
export class Skills {
  readonly #context: Context

  constructor(context: Context) {
    this.#context = context
  }

  /** The skills of an account, newest first. Public, as they are part of a creator's profile. UG34 */
  list(accountId: string, input: PageInput = {}): Promise<Result<List<AccountSkill>>> {
    return this.#context.run(() => this.#list(accountId, input))
  }

  /** One's own skills, newest first. MT60 */
  mine(input: PageInput = {}): Promise<Result<List<AccountSkill>>> {
    return this.#context.run(async () => this.#list(await this.#context.accountId(), input))
  }

  /**
   * Adds a skill of the catalog to one's own. `permission_denied` without the role creator or freelancer, `duplicate`
   * when it is there, `not_found` when the catalog has none such. UG35
   */
  add(input: z.input<typeof addSkillSchema>): Promise<Result<AccountSkill>> {
    const context = this.#context
    return context.run(async () => {
      const skill = context.parse(addSkillSchema, input)
      const account_id = await context.accountId()
      const query = context.supabase.from('account_skills').insert({ account_id, ...skill })
      return context.rows(query.select(columns).single())
    })
  }

  /** Sets the level, 1 to 5, of a skill of one's own, by the id of its entry. UG36 */
  setLevel(accountSkillId: string, level: number): Promise<Result<AccountSkill>> {
    const context = this.#context
    return context.run(async () => {
      const wanted = context.parse(setSkillLevelSchema, { account_skill_id: accountSkillId, level })
      const query = context.supabase.from('account_skills').update({ level: wanted.level })
      return context.rows(query.eq('id', wanted.account_skill_id).select(columns).single())
    })
  }

  /** Removes a skill of one's own, by the id of its entry. UG37 */
  remove(accountSkillId: string): Promise<Result<null>> {
    const context = this.#context
    return context.run(async () => {
      const { account_skill_id } = context.parse(accountSkillIdSchema, { account_skill_id: accountSkillId })
      await context.rows(
        context.supabase.from('account_skills').delete().eq('id', account_skill_id).select('id').single(),
      )
      return null
    })
  }

  /**
   * Adds these skills to one's own, or changes level and years of those that are there, all or none; says of each
   * whether it was created. At most 100; what is not named or null leaves level and years as they are. UG38
   */
  upsertMany(skills: UpsertSkills): Promise<Result<SkillChange[]>> {
    const context = this.#context
    return context.run(async () => {
      const wanted = context.parse(upsertSkillsSchema, { skills }).skills
      const args = {
        skill_ids: wanted.map(({ skill_id }) => skill_id),
        levels: wanted.map(({ level }) => level ?? null) as number[],
        years: wanted.map(({ years }) => years ?? null) as number[],
      }
      try {
        return (await context.rows(context.supabase.rpc('upsert_account_skills', args))) as SkillChange[]
      } catch (error) {
        throw error instanceof TalentbaseError ? renameFields(error, { skill_ids: 'skills' }) : error
      }
    })
  }

  /** Makes these one's own skills, at most 100; those that stay keep level and years. Answers all of them. MT61 */
  replace(skillIds: string[]): Promise<Result<AccountSkill[]>> {
    const context = this.#context
    return context.run(async () => {
      const wanted = context.parse(replaceSkillsSchema, { skill_ids: skillIds })
      return context.rows(context.supabase.rpc('replace_account_skills', wanted).select(columns))
    })
  }

  #list(accountId: string, input: PageInput): Promise<List<AccountSkill>> {
    const { supabase, parse, rows } = this.#context
    const { account_id, ...page } = parse(listSkillsOfSchema, { ...input, account_id: accountId })
    return listPage(
      page,
      async (query) => (await rows(supabase.rpc('list_account_skills', { account_id, ...query }))) as SkillRow[],
      skillOf,
    )
  }
}
