import {
  chmodSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  truncateSync,
  writeFileSync,
} from 'node:fs'
import { createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { createClient } from '@supabase/supabase-js'
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest'
import { removePlace } from '../../local-stack/src/postgres/place.ts'
import { areFree, type Command, descendants, eventually, freeBlock, processTable, type Row, run } from './command.ts'

const cli = fileURLToPath(new URL('../../local-stack/src/cli/', import.meta.url))
const demoScript = fileURLToPath(new URL('../flows/demo.ts', import.meta.url))

let folder: string
let data: string
let port: number

beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'talentbase-start-'))
  // The user that Postgres runs as under root passes through it.
  chmodSync(folder, 0o711)
  data = join(folder, 'data')
})

afterEach(() => {
  // What a failed test found left.
  for (const { pid, command } of processTable()) if (command.includes(folder)) process.kill(pid, 'SIGKILL')
})

afterAll(() => {
  removePlace(join(folder, 'closed', 'data'))
  rmSync(folder, { recursive: true, force: true })
})

const start = (...args: string[]) => run(process.execPath, [`${cli}start.ts`, '--data', data, ...args])
const startOn = (first: number, ...args: string[]) => start('--port', String(first), ...args)
const demo = (...args: string[]) => run(process.execPath, ['--conditions=@talentbase/source', demoScript, ...args])
const reset = (...args: string[]) => run(process.execPath, [`${cli}reset.ts`, '--data', data, ...args])

/** Nothing of these, nothing that works on the data folder, and no port of the block. */
async function nothingLeft(rows: Row[], first: number): Promise<void> {
  expect(rows.length).toBeGreaterThan(0)
  await eventually(`the end of ${rows.map(({ command }) => command.slice(0, 80)).join('\n')}`, () => {
    const table = processTable()
    const alive = (row: Row) => table.some(({ pid, started }) => pid === row.pid && started === row.started)
    return !rows.some(alive) && !table.some(({ command }) => command.includes(data))
  })
  await eventually('free ports', () => areFree(first))
}

const isSentence = (output: string) => output.trim().split('\n').length === 1 && !/\bat .*:\d+:\d+/.test(output)

describe('a start', () => {
  beforeAll(async () => {
    port = await freeBlock()
  })

  test('from nothing is ready, refuses a second one and a reset meanwhile, and leaves nothing after Ctrl-C', async () => {
    const stack = startOn(port)
    await stack.printed('ready')
    await stack.printed('Ctrl-C')
    for (const shown of [`http://127.0.0.1:${port}\n`, 'sb_publishable_', 'sb_secret_', 'agency@talentbase.test']) {
      expect(stack.output()).toContain(shown)
    }
    expect(stack.output()).not.toContain('could not be created')

    const second = start('--port', String(await freeBlock()))
    expect(await second.exited).toBe(1)
    expect(second.output()).toContain(`already running on ${data}`)
    expect(isSentence(second.output())).toBe(true)
    const refused = reset()
    expect(await refused.exited).toBe(1)
    expect(refused.output()).toContain('stop it first')
    expect((await fetch(`http://127.0.0.1:${port}`)).status).toBe(200)

    const rows = descendants(stack.child.pid!)
    expect(rows.map(({ command }) => command).join('\n')).toMatch(/bin\/postgres/)
    stack.child.kill('SIGINT')
    // The terminal and npm may both pass on one Ctrl-C.
    stack.child.kill('SIGINT')
    expect(await stack.exited).toBe(0)
    await nothingLeft(rows, port)
  }, 60_000)

  test('keeps people and keys, and ends when it is told to by SIGTERM', async () => {
    const stack = startOn(port)
    await stack.printed('ready')
    const [, key] = /(sb_publishable_\S+)/.exec(stack.output()) ?? []
    const supabase = createClient(`http://127.0.0.1:${port}`, key!, { auth: { persistSession: false } })
    const { data: signedIn, error } = await supabase.auth.signInWithPassword({
      email: 'model@talentbase.test',
      password: 'talentbase',
    })
    expect(error).toBeNull()
    const roles = await supabase.from('account_roles').select('role').eq('account_id', signedIn.user!.id)
    expect(roles.data).toEqual([{ role: 'model' }])
    await supabase.auth.signOut()

    const rows = descendants(stack.child.pid!)
    stack.child.kill('SIGTERM')
    expect(await stack.exited).toBe(0)
    await nothingLeft(rows, port)
  }, 60_000)

  test('is what npm run demo uses on its port, and says in its first line', async () => {
    const stack = startOn(port)
    await stack.printed('ready')
    const story = demo('--port', String(port))
    expect(await story.exited).toBe(0)
    expect(story.output()).toMatch(new RegExp(`^The demo uses the running stack at http://127.0.0.1:${port};`))
    stack.child.kill('SIGINT')
    expect(await stack.exited).toBe(0)
  }, 60_000)

  test.each(['SIGKILL', 'SIGTERM'] as const)(
    'ends when the npm that started it ends by %s',
    async (signal) => {
      // npm runs a script through a shell.
      const outer = `import { spawn } from 'node:child_process'
      spawn('sh', ['-c', '"$0" "$@"; exit $?', ...process.argv.slice(1)], { stdio: 'inherit' })`
      const args = [process.execPath, `${cli}start.ts`, '--data', data, '--port', String(port)]
      const npm = run(process.execPath, ['--input-type=module', '-e', outer, '--', ...args], {
        npm_lifecycle_event: 'start',
      })
      await npm.printed('ready')
      const rows = descendants(npm.child.pid!)
      npm.child.kill(signal)
      await nothingLeft(rows, port)
      // Gone is not yet read.
      await npm.exited
      expect(npm.output()).toContain('Stopped')
    },
    60_000,
  )

  test('that is killed takes everything with it', async () => {
    const stack = startOn(port)
    await stack.printed('ready')
    const rows = descendants(stack.child.pid!)
    stack.child.kill('SIGKILL')
    await nothingLeft(rows, port)
  }, 60_000)

  test('ends at once when Ctrl-C comes again', async () => {
    const stack = startOn(port)
    await stack.printed('ready')
    const rows = descendants(stack.child.pid!)
    // Held, it does not hear that it is to stop; in order, the stack would wait for it and end with 0.
    const postmaster = rows.find(({ command }) => /bin\/postgres /.test(command))!
    process.kill(postmaster.pid, 'SIGSTOP')
    stack.child.kill('SIGINT')
    await stack.printed('Stopping')
    const again = setInterval(() => stack.child.kill('SIGINT'), 100)
    expect(await stack.exited).toBe(130)
    clearInterval(again)
    await nothingLeft(rows, port)
  }, 60_000)
})

describe('a start that is interrupted', () => {
  test.each(['Making a new Postgres cluster', 'Applying migrations', 'Starting PostgREST'])(
    'at "%s" leaves nothing',
    async (step) => {
      rmSync(data, { recursive: true, force: true })
      const stack = startOn(port)
      await stack.printed(step)
      const rows = descendants(stack.child.pid!)
      stack.child.kill('SIGINT')
      expect(await stack.exited).toBe(130)
      expect(stack.output()).not.toContain('ready')
      await nothingLeft(rows, port)
    },
    60_000,
  )

  test('does not keep the next from being ready', async () => {
    const stack = startOn(port)
    await stack.printed('ready')
    const rows = descendants(stack.child.pid!)
    stack.child.kill('SIGINT')
    expect(await stack.exited).toBe(0)
    await nothingLeft(rows, port)
  }, 60_000)
})

describe('one clear sentence and no process is left', () => {
  async function refusal(command: Command): Promise<string> {
    expect(await command.exited).toBe(1)
    expect(command.output()).not.toMatch(/\bat .*:\d+:\d+|Error:/)
    await eventually('the end of all', () => !processTable().some(({ command: line }) => line.includes(data)))
    return command.output().trim().split('\n').at(-1)!
  }

  test.each([0, 1, 3])('for a taken port (%i of the block)', async (offset) => {
    const taken = createServer()
    await new Promise<void>((resolve) => taken.listen(port + offset, '127.0.0.1', resolve))
    try {
      expect(await refusal(startOn(port))).toMatch(new RegExp(`^Port ${port + offset} is taken`))
    } finally {
      await new Promise((resolve) => taken.close(resolve))
    }
  })

  test('for a data folder that lost a part', async () => {
    const version = join(data, 'postgres', 'data', 'PG_VERSION')
    const control = join(data, 'postgres', 'data', 'global', 'pg_control')
    const [wholeVersion, wholeControl] = [readFileSync(version), readFileSync(control)]
    rmSync(version)
    expect(await refusal(startOn(port))).toMatch(/damaged.*npm run reset/)
    writeFileSync(version, wholeVersion)
    truncateSync(control, 0)
    expect(await refusal(startOn(port))).toMatch(/damaged.*npm run reset/)
    writeFileSync(control, wholeControl)
  })

  test('for a database whose folder is gone', async () => {
    const database = join(data, 'postgres', 'data', 'base', '5')
    renameSync(database, `${database}.away`)
    try {
      expect(await refusal(startOn(port))).toMatch(
        /^The data folder .* is damaged \(.*"base\/5.* is missing\): npm run reset/,
      )
    } finally {
      rmSync(database, { recursive: true, force: true })
      renameSync(`${database}.away`, database)
    }
  })

  const withoutD = (key: string) => JSON.stringify({ ...JSON.parse(key), d: undefined })
  test.each<[string, string, (whole: string) => string]>([
    ['signing-key.json', 'is a public key', withoutD],
    ['signing-key.json', 'is no key', () => '{"kty":"EC","crv":"P-256","x":"a","y":"b","d":"c"}'],
    ['secrets.json', 'lacks a secret', () => '{}'],
    ['applied.json', 'is null', () => 'null'],
    ['applied.json', 'is of another shape', () => '{"20260101000100_first.sql":1}'],
    ...['signing-key.json', 'secrets.json', 'applied.json'].flatMap((name): [string, string, () => string][] => [
      [name, 'is empty', () => ''],
      [name, 'is no JSON', () => 'xx\n'],
    ]),
  ])('for %s that %s', async (name, _, spoil) => {
    const file = join(data, name)
    const whole = readFileSync(file, 'utf8')
    writeFileSync(file, spoil(whole))
    try {
      const sentence = await refusal(startOn(port))
      expect(sentence).toMatch(new RegExp(`^The data folder .* is damaged \\(${name} .*\\): npm run reset`))
    } finally {
      writeFileSync(file, whole)
    }
  })

  test('for a data folder that is a file', async () => {
    const file = join(folder, 'file')
    writeFileSync(file, 'years of work')
    for (const name of ['start', 'reset']) {
      const command = run(process.execPath, [`${cli}${name}.ts`, '--data', file])
      expect(await command.exited).toBe(1)
      expect(command.output()).toBe(`${file} is not a folder: name one with --data.\n`)
    }
    expect(readFileSync(file, 'utf8')).toBe('years of work')
  })

  test('for a demo on a port where no stack runs', async () => {
    const command = demo('--port', String(port))
    expect(await command.exited).toBe(1)
    expect(command.output()).toBe(`No stack runs on port ${port}: npm start -- --port ${port} starts one.\n`)
  })

  test('for a folder that may not be written', async () => {
    const command = run(process.execPath, [`${cli}start.ts`, '--data', '/sys/talentbase', '--port', String(port)])
    expect(await command.exited).toBe(1)
    expect(command.output()).toMatch(/^No permission on \/sys\/talentbase.*\n$/)
  })

  test('for a folder of somebody else, which stays as it is', async () => {
    const other = mkdtempSync(join(folder, 'other-'))
    writeFileSync(join(other, 'thesis.txt'), 'years of work')
    for (const name of ['start', 'reset']) {
      const command = run(process.execPath, [`${cli}${name}.ts`, '--data', other])
      expect(await command.exited).toBe(1)
      expect(isSentence(command.output())).toBe(true)
    }
    expect(readdirSync(other)).toEqual(['thesis.txt'])
  })

  test.each([
    [['--prot', '1'], /Unknown option '--prot'; usage: npm start/],
    [['--port', '80'], /--port takes a number/],
    [['--port', '54321x'], /--port takes a number/],
    [['--port'], /--port.*usage: npm start/],
    [['--port', '-1'], /'--port' takes no value that begins with a dash; usage: npm start/],
    [['now'], /usage: npm start/],
  ])('for the command line %s', async (args, sentence) => {
    const command = start(...args)
    expect(await command.exited).toBe(2)
    expect(command.output()).toMatch(sentence)
    expect(isSentence(command.output())).toBe(true)
  })
})

test.each([
  [`${cli}start.ts`, 'npm start -- '],
  [`${cli}reset.ts`, 'npm run reset -- '],
  [`${cli}types.ts`, 'npm run types -- '],
  [demoScript, 'npm run demo -- '],
])('--help of %s prints the usage and nothing else', async (script, usage) => {
  const command = run(process.execPath, ['--conditions=@talentbase/source', script, '--help'])
  expect(await command.exited).toBe(0)
  expect(command.output()).toContain(`Usage: ${usage}`)
  expect(isSentence(command.output())).toBe(true)
})

describe('reset', () => {
  test('deletes a folder whose note of the stack is spoilt', async () => {
    const spoilt = join(folder, 'spoilt')
    mkdirSync(spoilt)
    writeFileSync(join(spoilt, 'stack.json'), 'null')
    const command = run(process.execPath, [`${cli}reset.ts`, '--data', spoilt])
    expect(await command.exited).toBe(0)
    expect(existsSync(spoilt)).toBe(false)
  })

  test('deletes the data folder and says so', async () => {
    expect(existsSync(join(data, 'postgres'))).toBe(true)
    const command = reset()
    expect(await command.exited).toBe(0)
    expect(command.output()).toContain(`Deleted ${data}`)
    expect(existsSync(data)).toBe(false)
    const again = reset()
    expect(await again.exited).toBe(0)
    expect(again.output()).toContain('Nothing to delete')
  })
})

// Only root's stack runs Postgres as somebody else.
test.runIf(process.getuid?.() === 0)(
  'a database that lies elsewhere is named by the start and by reset, which deletes it',
  async () => {
    const closed = join(folder, 'closed')
    mkdirSync(closed, { mode: 0o700 })
    // Its database is removed after the tests, whatever became of this one.
    const args = ['--data', join(closed, 'data')]
    const stack = run(process.execPath, [`${cli}start.ts`, '--port', String(port), ...args])
    await stack.printed('Ctrl-C')
    const [, database] = /^ {2}Database +(\/var\/lib\/talentbase\/\S+)$/m.exec(stack.output()) ?? []
    expect(existsSync(`${database}/data/PG_VERSION`)).toBe(true)
    stack.child.kill('SIGINT')
    expect(await stack.exited).toBe(0)
    const command = run(process.execPath, [`${cli}reset.ts`, ...args])
    expect(await command.exited).toBe(0)
    expect(command.output()).toContain(`with its database in ${database},`)
    expect(existsSync(database!)).toBe(false)
  },
  60_000,
)
