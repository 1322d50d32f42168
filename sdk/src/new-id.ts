/** A random UUID. React Native and pages without https may lack it. */
export function newId(): string {
  const uuid = globalThis.crypto?.randomUUID?.()
  return uuid ?? 'xxxxxxxx-xxxx-4xxx-8xxx-xxxxxxxxxxxx'.replace(/x/g, () => Math.floor(Math.random() * 16).toString(16))
}
