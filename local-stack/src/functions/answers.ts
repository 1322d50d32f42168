/** An answer of the platform, not of a function, with the codes and texts of hosted Supabase. */
function platformError(status: number, code: string, message: string): Response {
  return Response.json({ code, message }, { status, headers: { 'sb-error-code': code } })
}

export const functionNotFound = () => platformError(404, 'NOT_FOUND', 'Requested function was not found')

export const bootFailed = () => platformError(503, 'BOOT_ERROR', 'Function failed to start (please check logs)')

export const functionFailed = () =>
  platformError(500, 'WORKER_ERROR', 'Function exited due to an error (please check logs)')

export const outOfResources = () =>
  platformError(
    546,
    'WORKER_RESOURCE_LIMIT',
    'Function failed due to not having enough compute resources (please check logs)',
  )

export const unauthorized = (message: string) => Response.json({ code: 401, message }, { status: 401 })
