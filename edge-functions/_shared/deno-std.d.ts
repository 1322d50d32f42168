// The package ships no types; what is used of it stands here.
declare module 'deno-std/async/delay.js' {
  export function delay(ms: number): Promise<void>
}

declare module 'deno-std/html/entities.js' {
  /** Makes text safe between tags and inside quoted attributes. */
  // biome-ignore lint/suspicious/noShadowRestrictedNames: the package's own name
  export function escape(text: string): string
}
