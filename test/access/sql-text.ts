/** Statements of a function's body that update or delete rows and have no WHERE; dynamic SQL in literals included. */
export function writesWithoutWhere(body: string): string[] {
  const text = body.replace(/--[^\n]*/g, ' ').replace(/\/\*[\s\S]*?\*\//g, ' ')
  const literals = [...text.matchAll(/'((?:[^']|'')*)'/g)].flatMap(([, literal]) => statements(literal!))
  return [...statements(text.replace(/'(?:[^']|'')*'/g, "''")), ...literals]
}

// `for update` locks and `do update` belongs to an insert: neither is a statement of its own.
const write = /(?<!\b(?:for|do|key)\s+)\b(?:update\s+(?:only\s+)?[a-z_]+\.|delete\s+from\b)/gi

function statements(text: string): string[] {
  return [...text.matchAll(write)]
    .map((match) => text.slice(match.index, endOf(text, match.index)))
    .filter((statement) => !/\bwhere\b/i.test(withoutBrackets(statement)))
    .map((statement) => statement.replace(/\s+/g, ' ').trim())
}

/** The next semicolon, or the bracket that closes the expression the statement stands in. */
function endOf(text: string, start: number): number {
  let depth = 0
  for (let at = start; at < text.length; at++) {
    const character = text[at]
    if (character === '(') depth++
    if (character === ')') depth--
    if (depth < 0 || (character === ';' && depth === 0)) return at
  }
  return text.length
}

/** A WHERE inside brackets is a subquery's. */
function withoutBrackets(text: string): string {
  const shorter = text.replace(/\([^()]*\)/g, ' ')
  return shorter === text ? text : withoutBrackets(shorter)
}
