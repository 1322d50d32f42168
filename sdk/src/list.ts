/** What every list takes: `limit` items (1-100, 20 unless told), after a `cursor`, or after the first `offset` (0-1000). */
export interface PageInput {
  limit?: number | undefined
  cursor?: string | undefined
  offset?: number | undefined
}

/** What every list answers. */
export interface List<Item> {
  items: Item[]
  /** Items of the whole list, counted to 1,000. */
  total: number
  /** False when there are more than `total`. */
  total_is_exact: boolean
  has_more: boolean
  /** Continues the list after its last item; null when there is no more. */
  next_cursor: string | null
}

/** How the database's list functions are asked. */
export interface PageQuery {
  page_size: number
  cursor?: string
  skip?: number
}

const usual = 20
const most = 100
const counted = 1000

interface ListRow {
  cursor: string
  total: number
}

/** Asks a list function for a page, and whether there is more after it. */
export async function listPage<Row extends ListRow, Item>(
  input: PageInput,
  ask: (query: PageQuery) => Promise<Row[]>,
  toItem: (row: Row) => Item,
): Promise<List<Item>> {
  const limit = input.limit ?? usual
  const rows = await ask({
    page_size: Math.min(limit + 1, most),
    ...(input.cursor === undefined ? {} : { cursor: input.cursor }),
    ...(input.offset === undefined ? {} : { skip: input.offset }),
  })
  const shown = rows.slice(0, limit)
  const last = shown.at(-1)
  const isFull = last !== undefined && rows.length === most && limit === most
  const has_more = rows.length > limit || (isFull && (await ask({ page_size: 1, cursor: last.cursor })).length > 0)

  // Rows tell the total; a page behind the end has none.
  const isBeyond = rows.length === 0 && (input.cursor !== undefined || (input.offset ?? 0) > 0)
  const first = isBeyond ? (await ask({ page_size: 1 }))[0] : rows[0]
  const total = first?.total ?? 0
  return {
    items: shown.map(toItem),
    total: Math.min(total, counted),
    total_is_exact: total <= counted,
    has_more,
    next_cursor: has_more && last !== undefined ? last.cursor : null,
  }
}
