import type { z } from 'zod'
import type { Supabase } from '../context.ts'
import { pictureUrl } from '../pictures.ts'
import type { Card } from '../rows.ts'
import type { applicationStatus, taskStatus, taskType } from './schemas.ts'

export type TaskStatus = z.output<typeof taskStatus>

export type ApplicationStatus = z.output<typeof applicationStatus>

export type TaskRow = Card<
  'task_card',
  | 'owner_name'
  | 'owner_avatar_path'
  | 'deadline'
  | 'city'
  | 'country'
  | 'address'
  | 'accepted_application_id'
  | 'my_application_status'
  | 'started_at'
  | 'completed_at'
  | 'cancelled_at'
  | 'cancellation_reason'
>

/** Work that a client wants done. */
export interface Task
  extends Omit<
    TaskRow,
    | 'owner_id'
    | 'owner_name'
    | 'owner_avatar_path'
    | 'task_type'
    | 'status'
    | 'my_application_status'
    | 'total'
    | 'cursor'
  > {
  owner: { id: string; full_name: string | null; avatar: string | null }
  task_type: z.output<typeof taskType>
  status: TaskStatus
  /** Of one's own application, when there is one. */
  my_application_status: ApplicationStatus | null
}

export type ApplicationRow = Card<
  'application_card',
  'freelancer_username' | 'freelancer_name' | 'freelancer_avatar_path' | 'freelancer_rating' | 'estimated_duration'
>

/** A freelancer's application to a task. `offered_price` is minor units of `currency`. */
export interface TaskApplication {
  id: string
  task: { id: string; title: string; status: TaskStatus; owner_id: string }
  freelancer: {
    id: string
    username: string | null
    full_name: string | null
    avatar: string | null
    /** 1-5; null before the first review. */
    rating: number | null
    completed_tasks: number
  }
  proposal: string
  offered_price: number
  currency: string
  estimated_duration: string | null
  status: ApplicationStatus
  created_at: string
  updated_at: string
}

/** Totals of everything; `average_budgets` has a row a currency, in its minor units. */
export interface TaskStatistics {
  open_tasks: number
  in_progress_tasks: number
  completed_tasks: number
  freelancers: number
  clients: number
  average_budgets: { currency: string; amount: number; tasks: number }[]
}

/** One's own tasks as a client, and applications and jobs as a freelancer. */
export type MyTaskStatistics = Card<'own_task_statistics', 'rating_as_client' | 'rating_as_freelancer'>

export function taskOf(supabase: Supabase, row: TaskRow): Task {
  const { owner_id, owner_name, owner_avatar_path, total: _total, cursor: _cursor, ...task } = row
  return {
    ...task,
    owner: { id: owner_id, full_name: owner_name, avatar: pictureUrl(supabase, 'avatars', owner_avatar_path) },
    task_type: task.task_type as Task['task_type'],
    status: task.status as TaskStatus,
    my_application_status: task.my_application_status as ApplicationStatus | null,
  }
}

export function applicationOf(supabase: Supabase, row: ApplicationRow): TaskApplication {
  return {
    id: row.id,
    task: {
      id: row.task_id,
      title: row.task_title,
      status: row.task_status as TaskStatus,
      owner_id: row.task_owner_id,
    },
    freelancer: {
      id: row.freelancer_id,
      username: row.freelancer_username,
      full_name: row.freelancer_name,
      avatar: pictureUrl(supabase, 'avatars', row.freelancer_avatar_path),
      rating: row.freelancer_rating,
      completed_tasks: row.freelancer_completed_tasks,
    },
    proposal: row.proposal,
    offered_price: row.offered_price,
    currency: row.currency,
    estimated_duration: row.estimated_duration,
    status: row.status as ApplicationStatus,
    created_at: row.created_at,
    updated_at: row.updated_at,
  }
}
