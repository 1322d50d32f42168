import type { Locale } from '../errors/messages/index.ts'

interface Named {
  name: string
  name_ru: string | null
  name_kk: string | null
  position: number
}

/** Rows under the name of the SDK's locale, in the order of the position and then of that name. */
export function namedIn<Row extends Named>(
  locale: Locale,
  rows: Row[],
): (Omit<Row, Exclude<keyof Named, 'name'>> & { name: string })[] {
  return rows
    .map((row) => ({ row, name: nameIn(row, locale) }))
    .sort((a, b) => a.row.position - b.row.position || a.name.localeCompare(b.name, locale))
    .map(({ row: { name_ru: _ru, name_kk: _kk, position: _position, ...row }, name }) => ({ ...row, name }))
}

function nameIn({ name, name_ru, name_kk }: Named, locale: Locale): string {
  return { en: name, ru: name_ru, kk: name_kk }[locale] ?? name
}
