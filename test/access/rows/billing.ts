import type { TableRows } from './types.ts'

export const entitlements: TableRows = { make: async () => ({ id: 'photos' }) }

export const plans: TableRows = { make: async () => ({ id: 'casting_pro' }) }

export const plan_prices: TableRows = { make: async () => ({ plan_id: 'casting_pro', period: 'month' }) }

export const plan_entitlements: TableRows = {
  make: async () => ({ plan_id: 'casting_pro', entitlement_id: 'photos' }),
}

export const subscriptions: TableRows = {
  trio: (cast) => cast.agency,
  async make({ sql }, _kind, owner) {
    const [row] = await sql`select private.activate_subscription(${owner.id}, 'casting_pro', 'month') as id`
    return { id: row!.id }
  },
}
