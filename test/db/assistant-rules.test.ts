import fc from 'fast-check'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { sql } from '../helpers/people.ts'
import { startTestStack, type TestStack } from '../helpers/stack.ts'
import { arabic, english, kazakh, russian, type Sentence, today, unclear } from './assistant-sentences.ts'

let stack: TestStack
beforeAll(async () => {
  stack = await startTestStack()
})
afterAll(() => stack.close())

interface Draft {
  title: string | null
  category: string | null
  task_type: string | null
  budget: string | null
  currency: string | null
  day: string | null
  city: string | null
  country: string | null
  skill_ids: string[]
  missing: string[]
}

/** What messages say together, seen from `today`; asked: what the rules had asked for before each. */
async function draftOf(bodies: string[], asked: (string | null)[] = bodies.map(() => null)): Promise<Draft> {
  const [row] = await sql(stack)`
    select d.*, d.deadline::text as day
    from private.facts_in(${bodies}, ${asked}, ${today}) as f, private.draft_of(f, ${today}) as d
  `
  return row as unknown as Draft
}

async function foundIn(text: string): Promise<Sentence> {
  const { category, task_type, budget, currency, day, city } = await draftOf([text])
  const found = {
    category,
    type: task_type,
    budget: budget === null ? null : [Number(budget) / 100, currency],
    deadline: day,
    city,
  }
  const named = Object.entries(found).filter(([, value]) => value !== null)
  return { text, ...Object.fromEntries(named) }
}

describe.each(Object.entries({ english, russian, kazakh, arabic, unclear }))('%s', (_language, sentences) => {
  test.each(sentences)('$text', async (sentence) => {
    expect(await foundIn(sentence.text)).toEqual(sentence)
  })
})

describe('deadlines', () => {
  test.each([
    ['in three days', '2026-11-28'],
    ['by Wednesday', '2026-12-02'],
    ['до среды', '2026-12-02'],
    ['by 24 November', '2027-11-24'],
    ['by 25 November', '2026-11-25'],
    ['31 февраля', null],
    ['29 February', null],
    ['29 февраля 2028', '2028-02-29'],
    ['1.1.2020', null],
    ['2026-13-01', null],
    ['12/25/2026', '2026-12-25'],
    ['до 5.5 тыс', null],
    ['through 2199-01-01', null],
    ['за 5000 тенге', null],
    ['по пятницам', null],
    ['next month', '2026-12-31'],
    ['к концу недели', '2026-11-29'],
    ['екі аптадан кейін', '2026-12-09'],
    ['خلال شهرين', '2027-01-25'],
    ['maybe in 999 months', null],
  ])('%s', async (text, expected) => {
    const [row] = await sql(stack)`select private.deadline_in(private.fold_text(${text}), ${today})::text as day`
    expect(row!.day).toBe(expected)
  })

  test('one that is found is never over, and not ten years away', async () => {
    const word = fc.constantFrom(
      ...[
        'in',
        'by',
        'до',
        '5',
        '31',
        '99',
        '2026',
        '.',
        '-',
        '/',
        'march',
        'декабря',
        'week',
        'дней',
        'tomorrow',
        'قبل',
      ],
    )
    await fc.assert(
      fc.asyncProperty(fc.array(word, { maxLength: 12 }), async (words) => {
        const [row] = await sql(stack)`
          select coalesce(d between ${today}::date and ${today}::date + 3700, true) as is_sound
          from private.deadline_in(private.fold_text(${words.join(' ')}), ${today}) as d
        `
        expect(row!.is_sound).toBe(true)
      }),
      { numRuns: 200 },
    )
  })
})

describe('amounts', () => {
  test.each([
    ['1,500.50 USD', 1500.5, 'USD'],
    ['1.500,50 EUR', 1500.5, 'EUR'],
    ['2.5k usd', 2500, 'USD'],
    ['1,5 тыс. руб', 1500, 'RUB'],
    ['US$ 99', 99, 'USD'],
    ['from 100 to 200 dollars', 200, 'USD'],
    ['3 lakh rupees', 300_000, 'INR'],
    ['۲۰۰ دولار', 200, 'USD'],
    ['२०० rupees', 200, 'INR'],
    ['5 جنيهات', 5, 'EGP'],
    ['room 12, 50$', 50, 'USD'],
    ['an iPhone for 1000$, budget 20$', 20, 'USD'],
    ['5 km away', null, null],
    ['100 pounds', null, null],
    ['0 USD', null, null],
    ['99999999999999999999999 USD', null, null],
  ])('%s', async (text, amount, currency) => {
    const [row] = await sql(stack)`
      select amount::float8, currency from private.budget_in(private.mark_amounts(private.fold_text(${text})), false)
    `
    expect(row ?? { amount: null, currency: null }).toEqual({ amount, currency })
  })

  test('an amount waits for its currency, and one that no task may have is none', async () => {
    expect(await draftOf(['Walk my dog, budget 500'])).toMatchObject({ budget: null, missing: ['city', 'currency'] })
    for (const text of ['0.001 USD', '99999999999 USD']) {
      expect(await draftOf([`A logo, ${text}`]), text).toMatchObject({ budget: null, missing: ['budget'] })
    }
  })
})

describe('places', () => {
  test.each([
    ['in Almaty or so', 'Almaty'],
    ['oral exam', null],
    ['I am in Oral', 'Oral'],
    ['в Уральске', 'Oral'],
    ['Уборка, Семей', 'Semey'],
    ['няня для семьи', null],
    ['это моё дело', null],
    ['New Delhi please', 'New Delhi'],
    ['из Нур-Султана', 'Astana'],
    ['Өскеменде', 'Oskemen'],
    ['في مومباي', 'Mumbai'],
    ['من بومباي إلى دلهي', 'Mumbai'],
    ['surat letter', 'Surat'],
    ['eat a mango', null],
  ])('%s: %s', async (text, city) => {
    const [row] = await sql(stack)`select city from private.city_in(${text}, false)`
    expect(row?.city ?? null).toBe(city)
  })

  test('one that the catalog does not have is taken when it was asked for', async () => {
    const asked = (text: string) => draftOf(['أحتاج سباك', text], [null, 'city'])
    expect(await asked('في القاهرة')).toMatchObject({ city: 'القاهرة', country: null })
    expect(await asked('Mumbai')).toMatchObject({ city: 'Mumbai', country: 'India' })
    expect(await asked('123')).toMatchObject({ city: null })
    expect(await asked('x'.repeat(61))).toMatchObject({ city: null })
  })
})

describe('conversations', () => {
  test('what was said last counts, and answers are no part of the description', async () => {
    const bodies = ['A logo for $100 by Friday', 'It is for a bakery', '300', 'actually 20 December']
    const draft = await draftOf(bodies, [null, null, 'budget', null])
    expect(draft).toMatchObject({
      title: 'A logo for $100 by Friday',
      description: 'A logo for $100 by Friday\nIt is for a bakery\nactually 20 December',
      category: 'logo-design',
      budget: '30000',
      day: '2026-12-20',
    })
  })

  test('an answer names the category, by its name too', async () => {
    for (const [answer, category] of [
      ['cleaning', 'cleaning'],
      ['Мебель құрастыру', null],
      ['Груминг', 'pet-grooming'],
    ]) {
      const draft = await draftOf(['I need somebody on Sunday', answer!], [null, 'category'])
      expect(draft.category, answer!).toBe(category)
    }
  })

  test('where it is done, when somebody says it', async () => {
    expect(await draftOf(['A logo, come to our office at our place'])).toMatchObject({ task_type: 'physical' })
    expect(await draftOf(['Маникюр онлайн'])).toMatchObject({ task_type: 'digital' })
    expect(await draftOf(['Maths tutor'])).toMatchObject({ task_type: null })
    expect(await draftOf(['Maths tutor', 'at home'], [null, 'task_type'])).toMatchObject({ task_type: 'physical' })
    expect(await draftOf(['Maths tutor in Astana'])).toMatchObject({ task_type: 'physical' })
  })

  test('skills by their names, each of the catalog, 20 at most', async () => {
    const names = async (text: string) => {
      const { skill_ids } = await draftOf([text])
      const rows = await sql(
        stack,
      )`select name from public.skills where id = any (${skill_ids}) order by name collate "C"`
      return rows.map(({ name }) => name)
    }
    expect(await names('Site with React and Node.js, some C++ and C#.')).toEqual(['C#', 'C++', 'Node.js', 'React'])
    expect(await names('Go to the shop')).toEqual([])
    expect(await names('A service in Go')).toEqual(['Go'])
    expect(await names('overreacting javascripts')).toEqual([])
    const all = await sql(stack)`select string_agg(name, ', ' order by name) as text from public.skills`
    expect(await names(all[0]!.text.slice(0, 4000))).toHaveLength(20)
  })

  test('a title is the first sentence, without a greeting, of 80 characters at most', async () => {
    const titles = async (text: string) => (await draftOf([text])).title
    expect(await titles('Hello! need a logo. Soon.')).toBe('Need a logo')
    expect(await titles('Здравствуйте, нужен сайт\nна завтра')).toBe('Нужен сайт')
    expect(await titles('Fix version 2.5 of our app')).toBe('Fix version 2.5 of our app')
    expect((await titles('word '.repeat(50)))!.length).toBeLessThanOrEqual(80)
    expect(await titles('Hi')).toBeNull()
  })
})

describe('categories', () => {
  const best = async (text: string) =>
    (await sql(stack)`select private.best_category(${text}) as category`)[0]!.category as string | null

  test('a new one is known by its names at once, and by a word that an admin adds', async () => {
    await sql(stack)`
      insert into public.categories (slug, kinds, name, name_ru) values ('zx-knitting', '{task}', 'Zxknitting', 'Зхвязание')
    `
    expect(await best('I want zxknitting')).toBe('zx-knitting')
    expect(await best('нужно зхвязание')).toBe('zx-knitting')
    expect(await best('a zxsweater')).toBeNull()
    await sql(
      stack,
    )`insert into private.category_words (category, locale, word) values ('zx-knitting', 'en', 'zxsweater')`
    expect(await best('two zxsweaters')).toBe('zx-knitting')
    await sql(stack)`update public.categories set name = 'Zxcrochet' where slug = 'zx-knitting'`
    expect(await best('I want zxknitting')).toBeNull()
    expect(await best('two zxsweaters')).toBe('zx-knitting')
    await sql(stack)`update public.categories set kinds = '{casting}' where slug = 'zx-knitting'`
    expect(await best('two zxsweaters'), 'tasks cannot have it').toBeNull()
    await sql(stack)`delete from public.categories where slug = 'zx-knitting'`
    expect(await sql(stack)`select from private.category_words where category = 'zx-knitting'`).toHaveLength(0)
  })

  test('two that are as likely are no answer; one more word decides', async () => {
    for (const slug of ['zx-left', 'zx-right']) {
      await sql(
        stack,
      )`insert into public.categories (slug, kinds, name) values (${slug}, '{task}', ${`Name of ${slug}`})`
      await sql(stack)`insert into private.category_words (category, locale, word) values (${slug}, 'en', 'zxtwin')`
    }
    const found = await sql(
      stack,
    )`select category, points::float8 from private.category_points('a zxtwin') order by category`
    expect(found).toEqual([
      { category: 'zx-left', points: 5 },
      { category: 'zx-right', points: 5 },
    ])
    expect(await best('a zxtwin')).toBeNull()
    await sql(stack)`insert into private.category_words (category, locale, word) values ('zx-right', 'en', 'zxright')`
    expect(await best('a zxtwin, zxright')).toBe('zx-right')
    await sql(stack)`delete from public.categories where slug like 'zx-%'`
  })

  test('every category of tasks has words in four languages, but the one for all others', async () => {
    const lacking = await sql(stack)`
      select c.slug, l.locale from public.categories as c, unnest(array['en', 'ru', 'kk', 'ar']) as l (locale)
      where 'task' = any (c.kinds) and c.slug <> 'other-tasks'
        and not exists (select from private.category_words as w where w.category = c.slug and w.locale = l.locale)
      order by 1, 2
    `
    expect(lacking).toEqual([])
    const [mute] = await sql(stack)`select count(*)::int as count from private.category_words where query is null`
    expect(mute!.count).toBe(0)
  })
})

const repeat = (text: string, length = 4000) => text.repeat(Math.ceil(length / text.length)).slice(0, length)

describe('50: huge and hostile texts are read in bounded time', () => {
  const texts: Record<string, string> = {
    'one letter': repeat('a'),
    digits: repeat('1'),
    'parted digits': repeat('1 '),
    thousands: repeat('123 456 '),
    currencies: repeat('$1 '),
    ranges: repeat('1-'),
    prepositions: repeat('in 1 '),
    months: repeat('1 january '),
    cities: repeat('in Oral Almaty Shu Delhi '),
    'words of categories': repeat('clean video logo dog '),
    'many words': Array.from({ length: 900 }, (_, i) => `w${i}x`)
      .join(' ')
      .slice(0, 4000),
    greetings: repeat('hi, '),
    dots: repeat('. '),
    brackets: repeat('(((('),
    'a pattern': repeat('(a+)+$ \\d+[ '),
    'a query': repeat(`' & | ! :* `),
    'wild cards': repeat('%_'),
    blanks: `x${repeat(' ', 3998)}y`,
    ligatures: repeat('ﷺ'),
    'vowel signs': `ا${repeat('\u064b', 3999)}`,
    emoji: repeat('👍', 4000),
    mixed: repeat('за 1-2 тысяч тенге до 1.1 '),
  }

  // The statement_timeout of hosted is 8 s; this is a quarter of it on a machine that does other things besides.
  test.each(Object.entries(texts))('%s', async (_name, text) => {
    const row = await sql(stack).begin(async (tx) => {
      await tx`set local statement_timeout = '2s'`
      return (
        await tx`select d.* from private.facts_in(${[text]}, ${[null]}, ${today}) as f, private.draft_of(f, ${today}) as d`
      )[0]
    })
    expect(row!.missing).toBeInstanceOf(Array)
  })

  test('ten of them', async () => {
    const many = Object.values(texts).slice(0, 10)
    const [row] = await sql(stack).begin(async (tx) => {
      await tx`set local statement_timeout = '6s'`
      return tx`select private.facts_in(${many}, ${many.map(() => null)}, ${today}) as facts`
    })
    expect(row!.facts.description.length).toBeLessThanOrEqual(10_000)
  })
})

test('whatever is said, a draft holds only what a task may hold', async () => {
  const piece = fc.oneof(
    fc.constantFrom(
      '$5',
      '1e99',
      'tomorrow',
      'в Алматы',
      'plumber',
      'Hello',
      '٥٠٠ جنيه',
      '\n',
      '.',
      "'; drop table x; --",
      '{title}',
    ),
    fc.string({ unit: 'grapheme', maxLength: 40 }),
  )
  await fc.assert(
    fc.asyncProperty(fc.array(piece, { minLength: 1, maxLength: 8 }), async (pieces) => {
      const text = pieces.join(' ').replaceAll('\u0000', '')
      const [row] = await sql(stack)`
        select coalesce(private.is_clean_text(d.title, 3, 200), true) and coalesce(private.is_clean_text(d.description, 1, 10000), true)
          and coalesce(d.budget between 1 and 1000000000000, true) and coalesce(private.is_clean_text(d.city, 1, 100), true)
          and coalesce(d.deadline >= ${today}, true) as is_sound
        from private.facts_in(${[text]}, ${[null]}, ${today}) as f, private.draft_of(f, ${today}) as d
      `
      expect(row!.is_sound, text).toBe(true)
    }),
    { numRuns: 60 },
  )
})
