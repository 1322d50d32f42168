export const style = `
:root { color-scheme: light dark; --page: #f5f5f4; --sheet: #ffffff; --ink: #1c1917; --quiet: #57534e; --line: #d6d3d1; --accent: #1d4ed8; --chosen: #dbeafe }
@media (prefers-color-scheme: dark) {
  :root { --page: #1c1917; --sheet: #292524; --ink: #f5f5f4; --quiet: #bdb6b0; --line: #57534e; --accent: #93c5fd; --chosen: #1e3a5f }
}
* { box-sizing: border-box }
body { margin: 0; background: var(--page); color: var(--ink); font: 16px/1.5 system-ui, sans-serif }
a { color: var(--accent) }
:focus-visible { outline: 3px solid var(--accent); outline-offset: -3px }
.skip { position: absolute; left: -999px }
.skip:focus { left: 8px; top: 8px; padding: 8px; background: var(--sheet) }
header { display: flex; flex-wrap: wrap; gap: 0 16px; align-items: baseline; padding: 12px 20px; border-bottom: 1px solid var(--line) }
h1 { margin: 0; font-size: 20px }
header p { margin: 0; color: var(--quiet) }
header p:last-child { margin-left: auto }
main { display: grid; grid-template-columns: minmax(240px, 360px) 1fr; min-height: calc(100vh - 56px) }
nav { border-right: 1px solid var(--line) }
ol { margin: 0; padding: 0; list-style: none }
nav a { display: block; padding: 12px 20px; border-bottom: 1px solid var(--line); color: inherit; text-decoration: none }
nav a:hover, nav a[aria-current] { background: var(--chosen) }
nav strong, nav span { display: block; overflow: hidden; text-overflow: ellipsis; white-space: nowrap }
.quiet { color: var(--quiet); font-size: 14px }
article { min-width: 0; padding: 20px }
h2 { margin: 0 0 12px; font-size: 20px; overflow-wrap: anywhere }
dl { display: grid; grid-template-columns: max-content 1fr; gap: 4px 16px; margin: 0 0 20px }
dt { color: var(--quiet) }
dd { margin: 0; overflow-wrap: anywhere }
.code { font: 700 22px/1.3 ui-monospace, monospace; letter-spacing: 2px; user-select: all }
iframe { width: 100%; height: 60vh; border: 1px solid var(--line); border-radius: 8px; background: #ffffff; color-scheme: light }
pre { padding: 16px; border: 1px solid var(--line); border-radius: 8px; background: var(--sheet); white-space: pre-wrap; overflow-wrap: anywhere }
summary { padding: 8px 0; cursor: pointer }
.empty { color: var(--quiet) }
@media (max-width: 720px) { main { grid-template-columns: 1fr } nav { border-right: 0; border-bottom: 1px solid var(--line); max-height: 40vh; overflow: auto } }
`

// Tells of new mails and leaves it to the reader when to look: a page that reloads by itself loses one's place.
export const script = `
const shown = document.currentScript.dataset.newest
const news = document.getElementById('news')
setInterval(async () => {
  if (document.hidden) return
  const answer = await fetch('/api/newer?than=' + shown).catch(() => undefined)
  if (!answer?.ok) return
  const { count, newest } = await answer.json()
  if (count === 0) return
  news.textContent = count === 1 ? 'Show the new mail' : 'Show ' + count + ' new mails'
  news.href = '/messages/' + newest
  news.hidden = false
}, 2000)
`
