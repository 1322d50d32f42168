/** A picture or film of a portfolio item. */
export interface PortfolioImage {
  id: string
  item_id: string
  account_id: string
  /** Path in the bucket `portfolio`. */
  image_path: string
  /** Url of the picture or film. */
  image: string
  caption: string | null
  /** Order in the item, from 0. */
  position: number
  created_at: string
}

/** A work that somebody shows. */
export interface PortfolioItem {
  id: string
  account_id: string
  title: string
  description: string | null
  /** Path in the bucket `portfolio`. */
  cover_path: string | null
  /** Url of the picture. */
  cover: string | null
  link: string | null
  technologies: string[]
  /** In order, at most 100. */
  images: PortfolioImage[]
  created_at: string
  updated_at: string
}
