import type { z } from 'zod'
import { namedIn } from '../catalog/named.ts'
import type { Context } from '../context.ts'
import { type List, listPage } from '../list.ts'
import type { Card } from '../rows.ts'
import { type countCandidateFacetsSchema, filterType, type listFilterOptionsSchema } from './search-schemas.ts'

/** A choice of a filter. */
export interface FilterOption {
  /** As somebody has written it; others may have in other case. */
  word: string
  /** Of candidates who have it, counted to 1,000. */
  count: number
  /** False when there are more than `count`. */
  count_is_exact: boolean
}

/** A category of jobs. */
export interface FilterCategory extends Omit<FilterOption, 'word'> {
  slug: string
  /** In the SDK's locale. */
  name: string
}

const names = {
  role: 'roles',
  department: 'departments',
  religion: 'religions',
  country: 'countries',
  state: 'states',
  city: 'cities',
  education: 'educations',
  skill: 'skills',
  language: 'languages',
} as const satisfies Record<z.output<typeof filterType>, string>

type FilterName = (typeof names)[keyof typeof names]

/** What a filter panel offers: the first 100 words of each kind, by name, and the main categories that somebody is in. */
export type FilterOptions = Record<FilterName, FilterOption[]> & { categories: FilterCategory[] }

/** What candidates of a search have: the 50 most frequent words of each kind, the most frequent first. */
export interface CandidateFacets extends Record<FilterName, { word: string; count: number }[]> {
  /** Slugs; who is in a category counts for those above it, too. */
  categories: { slug: string; count: number }[]
  /** False when only 10,000 of them were counted. */
  is_exact: boolean
}

type OptionRow = Card<'candidate_option', never>
type CategoryRow = Card<'candidate_category', 'name_ru' | 'name_kk'>
type FacetRow = Card<'candidate_facet', never>

const counted = 1000

function countOf(count: number): Pick<FilterOption, 'count' | 'count_is_exact'> {
  return { count: Math.min(count, counted), count_is_exact: count <= counted }
}

const optionOf = ({ word, count }: OptionRow): FilterOption => ({ word, ...countOf(count) })

/** For each kind of filter its part of the rows. */
function byName<Row extends { type: string }, Item>(rows: Row[], toItem: (row: Row) => Item) {
  return Object.fromEntries(
    filterType.options.map((one) => [names[one], rows.filter(({ type }) => type === one).map(toItem)]),
  ) as Record<FilterName, Item[]>
}

export async function allOptions(context: Context): Promise<FilterOptions> {
  const { supabase, rows } = context
  const [options, categories] = await Promise.all([rows(supabase.rpc('candidate_options')), filterCategories(context)])
  return {
    ...byName(options as OptionRow[], optionOf),
    categories: categories.filter(({ count }) => count > 0),
  }
}

export function optionsOfType(
  { supabase, rows }: Context,
  { limit, cursor, offset, ...asked }: z.output<typeof listFilterOptionsSchema>,
): Promise<List<FilterOption>> {
  return listPage(
    { limit, cursor, offset },
    async (page) => (await rows(supabase.rpc('list_candidate_options', { ...asked, ...page }))) as OptionRow[],
    optionOf,
  )
}

/** The main categories, or those below one. */
export async function filterCategories(
  { supabase, rows, locale }: Context,
  below: { category?: string } = {},
): Promise<FilterCategory[]> {
  const categories = (await rows(supabase.rpc('candidate_categories', below))) as CategoryRow[]
  return namedIn(locale, categories).map(({ count, ...category }) => ({ ...category, ...countOf(count) }))
}

export async function facetsOf(
  { supabase, rows }: Context,
  filters: z.output<typeof countCandidateFacetsSchema>,
): Promise<CandidateFacets> {
  const facets = (await rows(supabase.rpc('candidate_facets', { filters }))) as FacetRow[]
  return {
    ...byName(facets, ({ word, count }) => ({ word, count })),
    categories: facets.filter(({ type }) => type === 'category').map(({ word, count }) => ({ slug: word, count })),
    is_exact: facets.every(({ is_exact }) => is_exact),
  }
}
