import { writeFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { accessPage } from './markdown.ts'

writeFileSync(fileURLToPath(new URL('../../docs/access.md', import.meta.url)), accessPage())
