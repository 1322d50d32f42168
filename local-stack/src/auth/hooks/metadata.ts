import { randomUUID } from 'node:crypto'
import type { AuthRequest } from '../http/request.ts'

export function hookMetadata(name: string, request: AuthRequest) {
  return {
    uuid: randomUUID(),
    time: new Date().toISOString(),
    name,
    ...(request.ip !== '' && { ip_address: request.ip }),
  }
}
