export const style = `
:root { color-scheme: light dark; --page: #f5f5f4; --sheet: #ffffff; --ink: #1c1917; --quiet: #57534e; --line: #d6d3d1; --accent: #1d4ed8; --on-accent: #ffffff; --good: #166534; --bad: #b91c1c }
@media (prefers-color-scheme: dark) {
  :root { --page: #1c1917; --sheet: #292524; --ink: #f5f5f4; --quiet: #bdb6b0; --line: #57534e; --accent: #93c5fd; --on-accent: #1c1917; --good: #86efac; --bad: #fca5a5 }
}
* { box-sizing: border-box }
body { margin: 0; background: var(--page); color: var(--ink); font: 16px/1.5 system-ui, sans-serif }
a { color: var(--accent) }
:focus-visible { outline: 3px solid var(--accent); outline-offset: 2px }
header { padding: 4px 20px; border-bottom: 1px solid var(--line) }
main { max-width: 880px; margin: 0 auto; padding: 20px }
h1 { font-size: 24px } h2 { margin-top: 32px; font-size: 20px }
.quiet { color: var(--quiet) } .number { white-space: nowrap }
.done { color: var(--good); font-weight: 600 } .failed { color: var(--bad); font-weight: 600 }
dl { display: grid; grid-template-columns: max-content 1fr; gap: 8px 16px; padding: 16px; border: 1px solid var(--line); border-radius: 8px; background: var(--sheet) }
dt { color: var(--quiet) } dd { margin: 0; overflow-wrap: anywhere } .amount { font-size: 20px; font-weight: 700 }
button { min-height: 44px; margin: 0 8px 8px 0; padding: 8px 20px; border: 2px solid var(--accent); border-radius: 8px; background: var(--accent); color: var(--on-accent); font: inherit; cursor: pointer }
button.second { background: var(--sheet); color: var(--accent) }
input { width: 20px; height: 20px; margin: 0 8px 0 0; vertical-align: -4px }
.wide { overflow-x: auto; border: 1px solid var(--line); border-radius: 8px; background: var(--sheet) }
table { width: 100%; border-collapse: collapse }
th, td { padding: 8px 12px; text-align: left; border-bottom: 1px solid var(--line); overflow-wrap: anywhere }
thead th { color: var(--quiet); font-weight: 400 } tbody th { font-weight: 400 }
`
