import type { z } from 'zod'
import type { Context } from '../context.ts'
import { type List, listPage } from '../list.ts'
import type { Result } from '../result.ts'
import type { Card } from '../rows.ts'
import { namedIn } from './named.ts'
import {
  createProposalSchema,
  getSkillSchema,
  listCategoriesSchema,
  listCitiesSchema,
  listProposalsSchema,
  listSkillsSchema,
  listStatesSchema,
  referenceType,
} from './schemas.ts'
import type { Category, City, Country, Proposal, ReferenceOption, ReferenceType, Skill, State } from './types.ts'

type SkillRow = Card<'skill_card', 'description'>
type ProposalRow = Card<'proposal_card', 'parent' | 'note' | 'reason' | 'decided_at'>

/** The words that people choose from, and places. */
export class Catalog {
  readonly #context: Context

  constructor(context: Context) {
    this.#context = context
  }

  /** Categories of a kind, below a parent, or all of them, in their order. Public. */
  listCategories(input: z.input<typeof listCategoriesSchema> = {}): Promise<Result<Category[]>> {
    const context = this.#context
    return context.run(async () => {
      const { kind, parent } = context.parse(listCategoriesSchema, input)
      let query = context.supabase
        .from('categories')
        .select('slug, parent_slug, kinds, name, name_ru, name_kk, position')
      if (kind !== undefined) query = query.contains('kinds', [kind])
      if (parent === null) query = query.is('parent_slug', null)
      else if (parent !== undefined) query = query.eq('parent_slug', parent)
      return namedIn(context.locale, await context.rows(query)) as Category[]
    })
  }

  /** Skills by name; `search` looks into names and descriptions. Public. UG32, MT59 */
  listSkills(input: z.input<typeof listSkillsSchema> = {}): Promise<Result<List<Skill>>> {
    const context = this.#context
    return context.run(() => {
      const { limit, cursor, offset, ...filters } = context.parse(listSkillsSchema, input)
      return listPage(
        { limit, cursor, offset },
        async (page) =>
          (await context.rows(context.supabase.rpc('list_skills', { ...filters, ...page }))) as SkillRow[],
        ({ total: _total, cursor: _cursor, ...skill }) => skill,
      )
    })
  }

  /** One skill; `not_found` when there is none. Public. UG33 */
  getSkill(skillId: string): Promise<Result<Skill>> {
    const context = this.#context
    return context.run(async () => {
      const { skill_id } = context.parse(getSkillSchema, { skill_id: skillId })
      return context.rows(context.supabase.from('skills').select('id, name, description').eq('id', skill_id).single())
    })
  }

  /** Countries by name. */
  listCountries(): Promise<Result<Country[]>> {
    const context = this.#context
    return context.run(() => context.rows(context.supabase.from('countries').select('code, name').order('name')))
  }

  /** States, regions and union territories by name; of every country unless one is named. WF15 */
  listStates(input: z.input<typeof listStatesSchema> = {}): Promise<Result<State[]>> {
    const context = this.#context
    return context.run(() => {
      const { country } = context.parse(listStatesSchema, input)
      const query = context.supabase.from('states').select('slug, country_code, name').order('name')
      return context.rows(country === undefined ? query : query.eq('country_code', country))
    })
  }

  /** The cities of a state by name; `not_found` when there is no such state. WF16 */
  listCities(input: z.input<typeof listCitiesSchema>): Promise<Result<City[]>> {
    const context = this.#context
    return context.run(async () => {
      const { state } = context.parse(listCitiesSchema, input)
      const query = context.supabase.from('states').select('cities(slug, name)').eq('slug', state)
      const { cities } = await context.rows(query.order('name', { referencedTable: 'cities' }).single())
      return cities
    })
  }

  /** What forms offer, by what it is about: departments, religions, languages and so on, each in its order. WF24 */
  listReferenceOptions(): Promise<Result<Record<ReferenceType, ReferenceOption[]>>> {
    const context = this.#context
    return context.run(async () => {
      const query = context.supabase.from('reference_options').select('type, slug, name, name_ru, name_kk, position')
      const options = namedIn(context.locale, await context.rows(query))
      const ofType = (wanted: string) =>
        options.filter(({ type }) => type === wanted).map(({ type: _, ...option }) => option)
      return Object.fromEntries(referenceType.options.map((type) => [type, ofType(type)])) as never
    })
  }

  /**
   * Proposes a word that the catalog lacks. `duplicate` when the catalog has it, in any case of letters, and while one's
   * proposal of the same word waits. What became of it comes as the notification `proposal_decided`.
   */
  propose(input: z.input<typeof createProposalSchema>): Promise<Result<Proposal>> {
    const context = this.#context
    return context.run(async () => {
      const proposal = context.parse(createProposalSchema, input)
      const account_id = await context.accountId()
      const query = context.supabase.from('catalog_proposals').insert({ ...proposal, account_id })
      const { account_id: _, ...row } = await context.rows(query.select().single())
      return row as Proposal
    })
  }

  /** What one has proposed, newest first. */
  listProposals(input: z.input<typeof listProposalsSchema> = {}): Promise<Result<List<Proposal>>> {
    const context = this.#context
    return context.run(() =>
      listPage(
        context.parse(listProposalsSchema, input),
        async (page) => (await context.rows(context.supabase.rpc('list_proposals', page))) as ProposalRow[],
        ({ total: _total, cursor: _cursor, ...proposal }) => proposal as Proposal,
      ),
    )
  }
}
