import { invalidRequest } from './errors.ts'

/** What an url may ask of an image. */
export interface Transformation {
  /** Pixels. With one of the two given, the other follows. */
  width?: number | undefined
  height?: number | undefined
  resize?: 'cover' | 'contain' | 'fill' | undefined
  /** 20 to 100; 80 where nothing is given. */
  quality?: number | undefined
  format?: 'origin' | 'avif' | 'webp' | undefined
}

export interface Rendered {
  bytes: Uint8Array<ArrayBuffer>
  mimeType: string
}

// Hosted's limits: sides of 1 to 2,500 pixels, images of 25 MB and 50 megapixels.
const maxSide = 2500
const maxBytes = 25 * 1024 * 1024
const maxPixels = 50_000_000
const formats = ['jpeg', 'png', 'webp', 'avif', 'gif', 'tiff'] as const

/** Asked before an image is read into memory. */
export function mustBeRenderable(bytes: number): void {
  if (bytes > maxBytes) throw invalidRequest('The source image file is too large to process')
}

/** Changes an image as imgproxy does behind the real service: never larger than it is, upright, without its metadata. */
export async function transform(
  source: Buffer,
  { width, height, resize, quality = 80, format }: Transformation,
  acceptsWebp: boolean,
): Promise<Rendered> {
  // Loaded for the first image only: it is the largest thing this service has.
  const { default: sharp } = await import('sharp')
  sharp.cache(false)
  const read = () => sharp(source, { limitInputPixels: maxPixels, animated: true }).autoOrient()
  const original = await read()
    .metadata()
    .catch((error: Error) => {
      throw imageError(error)
    })
  const name = original.format === 'heif' ? 'avif' : original.format
  const origin = formats.find((known) => known === name)
  if (origin === undefined) throw unsupported()
  const target = format === 'origin' || format === undefined ? origin : format
  const output = format === undefined && acceptsWebp ? 'webp' : target

  const image = read().resize({
    ...(width ? { width: clamp(width) } : {}),
    ...(height ? { height: clamp(height) } : {}),
    fit: resize === 'contain' ? 'inside' : resize === 'fill' ? 'fill' : 'cover',
    withoutEnlargement: true,
  })
  try {
    // For these two a quality would mean fewer colours.
    const options = output === 'gif' || output === 'png' ? {} : { quality }
    const bytes = await image.toFormat(output, options).toBuffer()
    return { bytes: new Uint8Array(bytes), mimeType: `image/${output}` }
  } catch (error) {
    throw imageError(error as Error)
  }
}

/** As a signed url's token carries it. */
export function writeTransformation({ width, height, resize, quality, format }: Transformation): string {
  const parts = [
    height ? `height:${clamp(height)}` : '',
    width ? `width:${clamp(width)}` : '',
    (width || height) && resize ? `resize:${resize}` : '',
    quality ? `quality:${quality}` : '',
    format && format !== 'origin' ? `format:${format}` : '',
  ]
  return parts.filter((part) => part !== '').join(',')
}

export function readTransformation(written: string): Transformation {
  const values = new Map(written.split(',').map((part) => part.split(':') as [string, string | undefined]))
  const number = (name: string) => (values.get(name) === undefined ? undefined : Number(values.get(name)))
  return {
    width: number('width'),
    height: number('height'),
    quality: number('quality'),
    resize: values.get('resize') as Transformation['resize'],
    format: values.get('format') as Transformation['format'],
  }
}

function clamp(side: number): number {
  return Math.min(Math.max(side, 1), maxSide)
}

function imageError({ message }: Error) {
  return /pixel limit/.test(message)
    ? invalidRequest('The source image resolution is too large to process')
    : unsupported()
}

function unsupported() {
  return invalidRequest('The source image is invalid or unsupported for rendering')
}
