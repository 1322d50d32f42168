import type { Card } from '../rows.ts'

/** What somebody can do. */
export interface AccountSkill {
  /** Of this entry; the skill's own is `skill.id`. */
  id: string
  account_id: string
  skill: { id: string; name: string; description: string | null }
  /** 1 (knows it) to 5 (masters it); null: not said. */
  level: number | null
  /** Of experience; null: not said. */
  years: number | null
  created_at: string
  updated_at: string
}

/** What `upsertMany` did with one skill. */
export interface SkillChange {
  id: string
  skill_id: string
  skill_name: string
  level: number | null
  years: number | null
  /** Whether it was not there before. */
  created: boolean
}

export type SkillRow = Card<'account_skill_card', 'description' | 'level' | 'years'>

export function skillOf({ total: _total, cursor: _cursor, ...row }: SkillRow): AccountSkill {
  const { skill_id, name, description, ...entry } = row
  return { ...entry, skill: { id: skill_id, name, description } }
}
