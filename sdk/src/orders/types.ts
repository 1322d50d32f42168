import type { z } from 'zod'
import type { Supabase } from '../context.ts'
import type { StoredFile } from '../files/stored-file.ts'
import { pictureUrl } from '../pictures.ts'
import type { Card } from '../rows.ts'
import type { orderStatus } from './schemas.ts'

export type OrderStatus = z.output<typeof orderStatus>

/** An option that was ordered, at the price it had. `option_id` is null once the service has it no more. */
export type OrderOption = Card<'order_option', 'option_id'>

export type OrderRow = Omit<
  Card<
    'order_card',
    | 'service_id'
    | 'buyer_id'
    | 'buyer_name'
    | 'buyer_avatar_path'
    | 'seller_id'
    | 'seller_name'
    | 'seller_avatar_path'
    | 'requirements'
    | 'delivery_date'
    | 'due_on'
    | 'approves_at'
    | 'funded_at'
    | 'started_at'
    | 'delivered_at'
    | 'completed_at'
    | 'cancelled_at'
    | 'cancellation_reason'
  >,
  'options'
> & { options: OrderOption[] }

interface Side {
  /** Null when they have left. */
  id: string | null
  full_name: string | null
  avatar: string | null
}

/** An order as its sides see it; all amounts in minor units of `currency`. */
export interface Order
  extends Omit<
    OrderRow,
    | 'side'
    | 'status'
    | 'buyer_id'
    | 'buyer_name'
    | 'buyer_avatar_path'
    | 'seller_id'
    | 'seller_name'
    | 'seller_avatar_path'
    | 'options'
    | 'total'
    | 'cursor'
  > {
  /** Which one one is. */
  side: 'buyer' | 'seller'
  status: OrderStatus
  buyer: Side
  seller: Side
  selected_options: OrderOption[]
}

export interface OrderDelivery {
  id: string
  order_id: string
  message: string | null
  files: StoredFile[]
  created_at: string
}

/** What the buyer asked to be changed. */
export interface OrderRevision {
  id: string
  order_id: string
  account_id: string | null
  /** Null when they have left. */
  message: string | null
  /** Of one that costs: it is to do once that is paid (`escrows.get`); null for a free one. */
  escrow_id: string | null
  created_at: string
}

export function orderOf(supabase: Supabase, row: OrderRow): Order {
  const { buyer_id, buyer_name, buyer_avatar_path, seller_id, seller_name, seller_avatar_path, ...rest } = row
  const { total: _total, cursor: _cursor, options, ...order } = rest
  const side = (id: string | null, full_name: string | null, path: string | null): Side => ({
    id,
    full_name,
    avatar: pictureUrl(supabase, 'avatars', path),
  })
  return {
    ...order,
    side: order.side as Order['side'],
    status: order.status as OrderStatus,
    buyer: side(buyer_id, buyer_name, buyer_avatar_path),
    seller: side(seller_id, seller_name, seller_avatar_path),
    selected_options: options,
  }
}
