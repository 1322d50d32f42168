/** An error as Resend's API answers it. */
export class ResendError extends Error {
  readonly status: number
  readonly code: string
  readonly headers: Record<string, string>

  constructor(status: number, code: string, message: string, headers: Record<string, string> = {}) {
    super(message)
    this.status = status
    this.code = code
    this.headers = headers
  }

  toResponse(): Response {
    const body = { statusCode: this.status, name: this.code, message: this.message }
    return Response.json(body, { status: this.status, headers: this.headers })
  }
}
