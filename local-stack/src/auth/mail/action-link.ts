/** The link of a mail: it verifies and leads on to `redirectTo`. */
export function actionLink(url: string, token: string, type: string, redirectTo: string): string {
  // A target without these letters counts as encoded already.
  const target = /[&=#]/.test(redirectTo) ? encodeURIComponent(redirectTo) : redirectTo
  return `${url}/verify?token=${encodeURIComponent(token)}&type=${encodeURIComponent(type)}&redirect_to=${target}`
}
