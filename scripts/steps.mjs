/**
 * The steps that every script begins with: the right Node, installed dependencies, an up-to-date build. Each says what
 * it does and why, and does nothing when there is nothing to do. Only Node and npm are needed.
 */

import { spawn, spawnSync } from 'node:child_process'
import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { dirname, join, relative } from 'node:path'
import { fileURLToPath } from 'node:url'

export const root = dirname(dirname(fileURLToPath(import.meta.url)))

const NODE_MIN = [20, 19]
const SOURCE_FOLDERS = ['src', 'test', 'bench']
const STAMP = join(root, 'dist', '.built.json')

/** To standard error, so that what a script prints stays clean. */
export function say(sentence) {
  process.stderr.write(`${sentence}\n`)
}

export function prepare() {
  requireNode()
  install()
  build()
}

export function requireNode() {
  const [major, minor] = process.versions.node.split('.').map(Number)
  if (major > NODE_MIN[0] || (major === NODE_MIN[0] && minor >= NODE_MIN[1])) return
  say(`Stowage needs Node ${NODE_MIN.join('.')} or newer; this is Node ${process.versions.node} (${process.execPath}).`)
  process.exit(1)
}

export function install() {
  const installed = modifiedMs(join(root, 'node_modules', '.package-lock.json'))
  if (installed !== undefined && installed >= modifiedMs(join(root, 'package-lock.json'))) return
  const reason = installed === undefined ? 'node_modules is missing' : 'package-lock.json changed'
  say(`Installing dependencies: ${reason} (npm ci).`)
  // The build needs the development dependencies, whatever NODE_ENV says.
  runNpm(['ci', '--include=dev', '--no-audit', '--no-fund', '--loglevel=error'])
}

export function build() {
  const sources = sourceFiles()
  const reason = staleReason(sources)
  if (reason === undefined) return
  say(`Building: ${reason} (tsc).`)
  const startedAtMs = Date.now()
  // Outputs of a deleted or renamed source would still be imported, and still be run as tests.
  if (!sameFiles(sources, readStamp()?.files)) rmSync(join(root, 'dist'), { recursive: true, force: true })
  runNode([compiler(), '-p', root])
  mkdirSync(dirname(STAMP), { recursive: true })
  writeFileSync(STAMP, JSON.stringify({ startedAtMs, files: sources }))
}

export function compiler() {
  return join(root, 'node_modules', 'typescript', 'bin', 'tsc')
}

/** Paths below the root with forward slashes, of all TypeScript sources. */
export function sourceFiles() {
  return SOURCE_FOLDERS.flatMap((folder) => filesBelow(join(root, folder)))
    .filter((path) => path.endsWith('.ts'))
    .sort()
}

/** Runs Node to its end; a failure ends this process with the same code. */
export function runNode(parameters, options = {}) {
  endOnFailure(spawnSync(process.execPath, parameters, { cwd: root, stdio: 'inherit', ...options }))
}

/** A child that receives what this process is told to do, and whose end is this process's end. */
export function becomeNode(parameters) {
  const child = spawn(process.execPath, parameters, { cwd: root, stdio: 'inherit' })
  for (const signal of ['SIGINT', 'SIGTERM']) process.on(signal, () => child.kill(signal))
  child.on('exit', (code, signal) => process.exit(code ?? (signal === 'SIGINT' ? 130 : 143)))
  return child
}

function runNpm(parameters) {
  const script = process.env.npm_execpath
  const underNode = script !== undefined && /\.c?js$/.test(script)
  endOnFailure(
    underNode
      ? spawnSync(process.execPath, [script, ...parameters], { cwd: root, stdio: ['inherit', 2, 'inherit'] })
      : spawnSync('npm', parameters, {
          cwd: root,
          stdio: ['inherit', 2, 'inherit'],
          shell: process.platform === 'win32',
        }),
  )
}

function endOnFailure({ status, signal, error }) {
  if (error !== undefined) say(String(error))
  if (status !== 0) process.exit(status ?? (signal === 'SIGINT' ? 130 : 1))
}

function staleReason(sources) {
  const stamp = readStamp()
  if (stamp === undefined) return 'dist is missing or unfinished'
  if (!sameFiles(sources, stamp.files)) return 'source files were added or removed'
  const newer = [...sources, 'tsconfig.json', 'package-lock.json'].find(
    (path) => modifiedMs(join(root, path)) > stamp.startedAtMs,
  )
  return newer === undefined ? undefined : `${newer} changed`
}

function readStamp() {
  try {
    return JSON.parse(readFileSync(STAMP, 'utf8'))
  } catch {
    return undefined
  }
}

function sameFiles(a, b) {
  return b !== undefined && a.length === b.length && a.every((path, index) => path === b[index])
}

function filesBelow(folder) {
  if (!existsSync(folder)) return []
  return readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => relative(root, join(entry.parentPath ?? entry.path, entry.name)).replaceAll('\\', '/'))
}

function modifiedMs(path) {
  return statSync(path, { throwIfNoEntry: false })?.mtimeMs
}
