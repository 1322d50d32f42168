import type { Supabase } from '../context.ts'
import { pictureUrl } from '../pictures.ts'
import type { Card, Row } from '../rows.ts'
import type { PortfolioImage, PortfolioItem } from './types.ts'

export type PortfolioItemRow = Card<'portfolio_item_card', 'description' | 'cover_path' | 'link'>

export type PortfolioImageRow = Card<'portfolio_image_card', 'caption'>

export function itemOf(supabase: Supabase, row: PortfolioItemRow): PortfolioItem {
  const { total: _total, cursor: _cursor, images, ...item } = row
  return {
    ...item,
    cover: pictureUrl(supabase, 'portfolio', item.cover_path),
    images: images.map((image) => imageOf(supabase, image)),
  }
}

export function imageOf(supabase: Supabase, row: Row<'portfolio_images'>): PortfolioImage {
  return { ...row, image: pictureUrl(supabase, 'portfolio', row.image_path) }
}
