import type postgres from 'postgres'

/**
 * Cards and their index as the triggers would have it, without them: a superuser's right, and the only way to so many in
 * seconds. Nothing that a search reads is of accounts, so there are none.
 */
export async function fillCandidates(admin: postgres.Sql, count: number): Promise<void> {
  await admin.unsafe(`
    set session_replication_role = replica;
    select setseed(0.5);
    create temp table said as
    select gen_random_uuid() as id, n, r.x as years, r.y, r.z,
      'Role ' || (20 * r.y)::int || case when n % 3000 = 7 then ' Special 7' else '' end as role,
      (100 * r.z * r.z)::int as state
    from generate_series(1, ${count}) as n
    cross join lateral (select (40 * pow(random(), 2))::int as x, random() as y, random() + 0 * n as z) as r;
    insert into private.candidate_cards (
      id, birth_date, role, category, department, experience_years, current_ctc, currency, religion, country, state, city, degrees,
      skills, languages, willing_to_relocate, notice_period_days, has_resume, has_video, is_searchable, listed_on
    )
    select id, current_date - (18 + years) * 366 - (1500 * pow(z, 4))::int, case when n % 3000 = 7 then 'Special 7' else role end,
      case when n % 5000 = 9 then 'banking' when n % 2 = 0 then 'software-development' else 'nursing' end,
      'Department ' || case when n % 4000 = 3 then 9 else n % 4 end, years, (years + 1) * 10000000 + n,
      case when z < 0.7 then 'INR' else 'KZT' end, case when n % 2000 = 1 then 'Jain' else 'Hindu' end,
      case when n % 6000 = 5 then 'Nauru' when z < 0.7 then 'India' else 'Kazakhstan' end, 'State ' || state,
      'City ' || case when n % 3 = 0 then n else state end, array[case when n % 2500 = 11 then 'Rare degree' else 'B.Tech' end],
      array['Skill 0', 'Skill ' || n % 30000], array[case when n % 3500 = 2 then 'Rare language' else 'English' end], n % 3000 <> 8,
      case when n % 3000 = 4 then 1 else 30 end, true, n % 4000 = 6, true, date '2026-01-01' - n / 100
    from said;
    insert into private.candidate_terms (type, key, card_id, word)
    select t.type, lower(t.word), d.id, t.word
    from private.candidate_cards as d
    cross join lateral (
      values ('role', d.role), ('department', d.department), ('religion', d.religion), ('country', d.country), ('state', d.state),
        ('city', d.city), ('category', d.category), ('education', d.degrees[1]), ('skill', d.skills[1]), ('language', d.languages[1])
      union select 'skill', d.skills[2]
    ) as t (type, word)
    where d.is_searchable;
    insert into private.candidate_search (
      card_id, listed, experience_years, currency, current_ctc, birth_date, notice_period_days, terms, words
    )
    select d.id, d.listed_on - date '1970-01-01', d.experience_years, d.currency, d.current_ctc, d.birth_date, d.notice_period_days,
      array_agg(t.type || ':' || t.key) || ('relocation:' || d.willing_to_relocate) || ('video:' || d.has_video),
      to_tsvector('simple', string_agg(t.key, ' '))
    from private.candidate_cards as d join private.candidate_terms as t on t.card_id = d.id
    group by d.id;
    reset session_replication_role;
  `)
}
