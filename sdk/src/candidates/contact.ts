// The database's private.holds_contact, which decides; here so that a form learns of it before a file is stored.

const frameworks = /(asp|ado|vb|ml|basic)\.net|(socket|draw)\.io/g

const signs = [
  /@|[[({] *(at|dot) *[\])}]|[a-z0-9] +at +[a-z0-9.-]+ +dot +[a-z]/,
  /https?:|www\.|(^|[^a-z0-9])t\.me/,
  /[a-z0-9]{2,}\.(com|net|org|info|biz|in|kz|ru|uz|kg|by|io|me|co|us|uk|dev|app|ai|ee|gg|ly|xyz|site|online|link|page|tech|design|pro|studio|work|works|cv|bio|blog|live|cloud|team|space|website|agency|digital)(?![a-z0-9])/,
  /(telegram|whatsapp|viber|skype|wechat|snapchat|insta|instagram|facebook|twitter|linkedin|github) *(id|no)? *[:=] *[^ ]/,
]

/** Seven digits or more with no letter between them. */
const numbers = /[0-9](?:[^a-z\p{L}\p{N}]*[0-9]){6,}/gu

const year = /^(19|20)[0-9]{2}$/

/** Whether a text could tell how to reach somebody: addresses, links, handles, and numbers, of which years are none. */
export function holdsContact(value: string): boolean {
  const text = value
    .normalize('NFKC')
    .toLowerCase()
    .replace(/\p{Nd}/gu, digitOf)
    .replace(frameworks, '')
  return signs.some((sign) => sign.test(text)) || (text.match(numbers) ?? []).some(isNumber)
}

function isNumber(run: string): boolean {
  const groups = run.match(/[0-9]+/g) ?? []
  return groups.filter((group) => !year.test(group)).join('').length >= 6
}

/** What a digit of any script counts: each has its ten in a row. */
function digitOf(digit: string): string {
  const code = digit.codePointAt(0)!
  let zero = code
  while (code - zero < 9 && /^\p{Nd}$/u.test(String.fromCodePoint(zero - 1))) zero -= 1
  return String(code - zero)
}
