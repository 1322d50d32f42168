import type { Sample } from './measure.ts'

interface Case {
  title: string
  first: Sample
  second: Sample
}

const plainList = `
  select * from castings where status = 'active'
  order by created_at desc, id desc limit 20`

/** What is claimed to be fast, beside what one would do otherwise. */
export const cases: Case[] = [
  {
    title: 'First page of castings',
    first: { name: 'list_castings()', role: 'anon', statement: 'select * from list_castings()' },
    second: { name: 'plain select under RLS, no total, no creator', role: 'authenticated', statement: plainList },
  },
  {
    title: 'Castings of a city for an age and gender',
    first: {
      name: 'list_castings(city, gender, min_age, max_age)',
      role: 'anon',
      statement: "select * from list_castings(city => 'almaty', gender => 'female', min_age => 20, max_age => 25)",
    },
    second: {
      name: 'plain select under RLS',
      role: 'authenticated',
      statement: `
        select * from castings where status = 'active' and city ilike 'almaty'
          and (gender is null or gender = 'female') and (max_age is null or max_age >= 20) and (min_age is null or min_age <= 25)
        order by created_at desc, id desc limit 20`,
    },
  },
  {
    title: 'Text search for a rare word',
    first: {
      name: 'list_castings(search)',
      role: 'anon',
      statement: "select * from list_castings(search => 'abcdef')",
    },
    second: {
      name: 'plain ilike under RLS',
      role: 'authenticated',
      statement: `
        select * from castings where status = 'active' and title || ' ' || description ilike '%abcdef%'
        order by created_at desc, id desc limit 20`,
    },
  },
  {
    title: 'Open tasks of a city within a budget, the highest first',
    first: {
      name: 'list_tasks(status, city, min_budget, sort)',
      role: 'anon',
      statement:
        "select * from list_tasks(status => 'open', city => 'almaty', min_budget => 500000, currency => 'USD', sort => 'highest_budget')",
    },
    second: {
      name: 'the newest, without filters',
      role: 'anon',
      statement: 'select * from list_tasks()',
    },
  },
  {
    title: 'Services by price',
    first: {
      name: 'list_services(max_price, sort)',
      role: 'anon',
      statement: "select * from list_services(max_price => 500000, currency => 'USD', sort => 'highest_price')",
    },
    second: { name: 'the newest, without filters', role: 'anon', statement: 'select * from list_services()' },
  },
  {
    title: 'First page of models, promoted ones before the others',
    first: {
      name: 'list_models(promoted_first)',
      role: 'anon',
      statement: 'select * from list_models(promoted_first => true)',
    },
    second: { name: 'list_models()', role: 'anon', statement: 'select * from list_models()' },
  },
  {
    title: 'Models by gender, age, height, city and category',
    first: {
      name: 'list_models(gender, min_age, max_age, min_height, city, category)',
      role: 'anon',
      statement: `
        select * from list_models(
          gender => 'female', min_age => 20, max_age => 25, min_height => 175, city => 'almaty', category => 'runway'
        )`,
    },
    second: {
      name: 'plain select past RLS, no total, no photo',
      role: 'service_role',
      statement: `
        select * from model_profiles where visibility = 'public' and gender = 'female' and height >= 175
          and birth_date between now() - interval '26 years' and now() - interval '20 years'
          and city ilike 'almaty' and categories @> '{runway}'
        order by created_at desc, account_id desc limit 20`,
    },
  },
  {
    title: 'Models by a rare word',
    first: {
      name: 'list_models(search)',
      role: 'anon',
      statement: "select * from list_models(search => 'name 199977')",
    },
    second: {
      name: 'plain ilike past RLS, no total, no photo',
      role: 'service_role',
      statement: `
        select * from model_profiles where visibility = 'public' and name || ' ' || coalesce(bio, '') ilike '%name 199977%'
        order by created_at desc, account_id desc limit 20`,
    },
  },
  {
    title: 'Candidates by country, experience and skill, masked and counted',
    first: {
      name: 'search_candidates(filters)',
      role: 'authenticated',
      statement: `
        select * from search_candidates('{"country": "India", "min_experience": 3, "skills": ["Skill 0"], "category": "technology"}')`,
    },
    second: { name: 'search_candidates()', role: 'authenticated', statement: 'select * from search_candidates()' },
  },
  {
    title: 'Candidates by filters that exclude each other',
    first: {
      name: 'search_candidates(filters), found by nobody',
      role: 'authenticated',
      statement: `select * from search_candidates('{"city": "City 0", "state": "State 1"}')`,
    },
    second: { name: 'search_candidates()', role: 'authenticated', statement: 'select * from search_candidates()' },
  },
  {
    title: 'Notification count with 10,000 unread',
    first: { name: 'notification_count()', role: 'authenticated', statement: 'select * from notification_count()' },
    second: {
      name: 'counting rows',
      role: 'authenticated',
      statement: 'select count(*) filter (where read_at is null), count(*) from notifications',
    },
  },
]
