/**
 * The house rules that a reader of source can hold: layers, bans, names, openings. Each rule takes one file and returns
 * what it finds, so that the tidy test can also hand it a file that breaks it.
 */

import { posix } from 'node:path'
import { lineAt, type Source } from './source-text.js'

export interface Rule {
  readonly sentence: string
  /** Paths below the root that the rule speaks about. */
  readonly applies: (path: string) => boolean
  /** `path:line: what is wrong`, one for each place. */
  readonly find: (source: Source) => readonly string[]
  /** A file that breaks the rule. */
  readonly broken: { readonly path: string; readonly text: string }
}

const isTest = (path: string) => path.endsWith('.test.ts')
const isProduct = (path: string) => path.startsWith('src/') && !isTest(path)

/** The folder of src/ that a file stands in, or the file's own name at the top of src/. */
function layerOf(path: string): string {
  return path.split('/')[1]?.replace(/\.ts$/, '') ?? ''
}

const TOP = ['app', 'main', 'testing', 'docs', 'tries']

/** What is not an engine below the core: the two contracts, and the form of keys and records. */
const CONTRACTS = ['src/meta/meta-store', 'src/meta/key', 'src/meta/record', 'src/meta/json', 'src/blob/blob-store']

/** What each layer may import, besides itself. A path stands for one file, a name for a whole layer. */
const LAYERS: Readonly<Record<string, readonly string[]>> = {
  base: [],
  model: ['base'],
  meta: ['base'],
  blob: ['base'],
  core: ['base', 'model', ...CONTRACTS],
  wire: ['base', 'model', 'core'],
  dialects: ['base', 'model', 'wire'],
  operations: ['base', 'model', 'core', 'wire'],
  jobs: ['base', 'model', 'core', ...CONTRACTS],
  admin: ['base', 'model', 'core', 'wire'],
  config: ['base', 'model'],
  cli: ['base', 'model', 'core', 'config'],
}

/** Single imports across the table, each with its reason. */
const LAYER_ALLOWANCES: readonly { readonly from: string; readonly to: string; readonly reason: string }[] = [
  { from: 'src/core/', to: 'src/config/seed', reason: 'the type of a seed, which the core applies' },
  { from: 'src/cli/explain-request', to: 'src/wire/', reason: 'runs the signature schemes on a recorded request' },
  { from: 'src/cli/explain-request', to: 'src/dialects/', reason: 'runs the signature schemes on a recorded request' },
]

function mayImport(path: string, target: string): boolean {
  const from = layerOf(path)
  const to = layerOf(target)
  if (from === to || TOP.includes(from)) return true
  const module = target.replace(/\.ts$/, '')
  if ((LAYERS[from] ?? []).some((allowed) => allowed === to || allowed === module)) return true
  return LAYER_ALLOWANCES.some((allowance) => path.startsWith(allowance.from) && module.startsWith(allowance.to))
}

/** Where a relative import leads, below the root. */
export function resolveImport(path: string, specifier: string): string {
  return posix.join(posix.dirname(path), specifier).replace(/\.js$/, '.ts')
}

/** Casts that the types cannot do without. `count` is exact: one more needs a reason of its own. */
export const CAST_ALLOWANCES: readonly { readonly path: string; readonly count: number; readonly reason: string }[] = [
  { path: 'src/admin/parameters.ts', count: 1, reason: 'every parameter was read by its own kind, as the type says' },
  { path: 'src/config/load.ts', count: 1, reason: 'every row was parsed by its own kind, which the mapped type says' },
  { path: 'src/core/stored-bytes.ts', count: 1, reason: 'brands a blob id that was just checked' },
  { path: 'src/meta/batch.ts', count: 1, reason: 'the one place where a number becomes a version' },
  { path: 'src/wire/operation.ts', count: 8, reason: 'where the types of the descriptor are built' },
]

/** Files of wire/ that answer before a dialect, and so its traits, is known. */
const DIALECT_ALLOWANCES: readonly { readonly path: string; readonly reason: string }[] = [
  { path: 'src/wire/error-body.ts', reason: 'renders refusals of requests that no dialect claimed' },
  { path: 'src/wire/request-ids.ts', reason: 'both families of ids where the dialect is unknown' },
]

const PURE_BUILT_INS = ['node:buffer', 'node:crypto', 'node:net', 'node:util']

/** Words that belong to one place. The owner is the only file that may say them. */
const OWNED_WORDS: readonly { readonly word: RegExp; readonly name: string; readonly owners: readonly string[] }[] = [
  { word: /\bprocess\s*\.\s*env\b/g, name: 'process.env', owners: ['src/main.ts'] },
  { word: /\bDate\s*\.\s*now\b/g, name: 'Date.now', owners: ['src/base/clock.ts'] },
  { word: /\bnew\s+Date\s*\(\s*\)/g, name: 'new Date()', owners: [] },
  { word: /\bMath\s*\.\s*random\b/g, name: 'Math.random', owners: [] },
  { word: /\bconsole\s*\./g, name: 'console', owners: ['src/main.ts'] },
]

const BANNED_NAMES = ['req', 'ctx', 'cfg', 'mgr', 'util', 'utils', 'helper', 'helpers', 'common']

export const RULES: readonly Rule[] = [
  {
    sentence: 'imports follow the layers of ARCHITECTURE.md',
    applies: isProduct,
    find: ({ path, imports }) =>
      imports
        .filter((specifier) => specifier.startsWith('.'))
        .map((specifier) => resolveImport(path, specifier))
        .filter((target) => !target.startsWith('src/') || !mayImport(path, target))
        .map((target) => `${path}: must not import ${target}`),
    broken: { path: 'src/model/a.ts', text: "import type { B } from '../core/b.js'\n" },
  },
  {
    sentence: 'every folder of src/ is a layer',
    applies: isProduct,
    find: ({ path }) => (layerOf(path) in LAYERS || TOP.includes(layerOf(path)) ? [] : [`${path}: no such layer`]),
    broken: { path: 'src/shared/a.ts', text: '' },
  },
  {
    sentence: 'the model has no I/O, no clock and no promises',
    applies: (path) => isProduct(path) && layerOf(path) === 'model',
    find: (source) => [
      ...places(source, /\b(?:async|await|Promise|setTimeout)\b/g, (word) => `${word} in the model`),
      ...source.imports
        .filter((specifier) => specifier.startsWith('node:') && !PURE_BUILT_INS.includes(specifier))
        .map((specifier) => `${source.path}: imports ${specifier}`),
    ],
    broken: { path: 'src/model/a.ts', text: 'export const a = async () => {}\n' },
  },
  {
    sentence: 'imports name their file with its extension',
    applies: () => true,
    find: ({ path, imports }) =>
      imports
        .filter((specifier) => specifier.startsWith('.') && !/\.(?:m?js|json)$/.test(specifier))
        .map((specifier) => `${path}: imports ${specifier} without .js`),
    broken: { path: 'src/base/a.ts', text: "import { b } from './b'\n" },
  },
  {
    sentence: 'nothing is exported as default',
    applies: () => true,
    find: (source) => places(source, /\bexport\s+default\b|\bas\s+default\b/g, () => 'default export'),
    broken: { path: 'src/base/a.ts', text: 'export default 1\n' },
  },
  {
    sentence: 'there is no enum',
    applies: () => true,
    find: (source) => places(source, /^\s*(?:export\s+)?(?:declare\s+)?(?:const\s+)?enum\s/gm, () => 'enum'),
    broken: { path: 'src/base/a.ts', text: 'export enum A { B }\n' },
  },
  {
    sentence: 'there is no any',
    applies: () => true,
    find: (source) => places(source, /(?<![.\w$])any(?!\s*[:(\w$])/g, () => 'any'),
    broken: { path: 'src/base/a.ts', text: 'export let a: any\n' },
  },
  {
    sentence: 'casts stand on the list of allowed casts, with a reason',
    applies: isProduct,
    find: (source) => {
      const found = castsIn(source)
      const allowed = CAST_ALLOWANCES.find(({ path }) => path === source.path)?.count ?? 0
      return found.length > allowed ? found : []
    },
    broken: { path: 'src/base/a.ts', text: 'export const a = JSON.parse("1") as number\n' },
  },
  {
    sentence: 'the environment, the time, chance and the console belong to their owners',
    applies: isProduct,
    find: (source) =>
      OWNED_WORDS.filter(({ owners }) => !owners.includes(source.path)).flatMap(({ word, name }) =>
        places(source, word, () => name),
      ),
    broken: { path: 'src/core/a.ts', text: 'export const a = () => new Date()\n' },
  },
  {
    sentence: 'one dialect is never asked for by name outside dialects/',
    applies: (path) =>
      isProduct(path) &&
      ['core', 'operations', 'wire', 'jobs', 'model'].includes(layerOf(path)) &&
      !DIALECT_ALLOWANCES.some((allowance) => allowance.path === path),
    find: (source) =>
      places(source, /\b(?:dialect|dialectName|dialect\s*\.\s*name)\s*[!=]==/g, () => 'asks which dialect'),
    broken: { path: 'src/operations/a.ts', text: "export const a = (dialect: D) => dialect.name === 'cos'\n" },
  },
  {
    sentence: 'names are whole words',
    applies: () => true,
    find: (source) => [
      ...wordsOf(posix.basename(source.path, '.ts'))
        .filter((word) => BANNED_NAMES.includes(word))
        .map((word) => `${source.path}: "${word}" in the file's name`),
      ...places(source, /(?<![.\w$])[A-Za-z_$][\w$]*/g, (name) =>
        wordsOf(name).some((word) => BANNED_NAMES.includes(word)) ? `the name ${name}` : undefined,
      ),
    ],
    broken: { path: 'src/base/a.ts', text: 'export const parseReq = 1\n' },
  },
  {
    sentence: 'file names are kebab-case',
    applies: () => true,
    find: ({ path }) =>
      path.split('/').every((part) => /^[a-z0-9]+(?:-[a-z0-9]+)*(?:\.test)?(?:\.ts)?$/.test(part)) ? [] : [path],
    broken: { path: 'src/base/someThing.ts', text: '' },
  },
  {
    sentence: 'each file of src/ opens with one to six lines that say what lives here',
    applies: isProduct,
    find: ({ path, text }) => {
      const opening = /^(?:#![^\n]*\n)?\s*\/\*\*([\s\S]*?)\*\//.exec(text)?.[1]
      if (opening === undefined) return [`${path}: no opening comment`]
      const lines = opening.split('\n').filter((line) => /[^\s*]/.test(line)).length
      return lines > 6 ? [`${path}: the opening comment has ${lines} lines`] : []
    },
    broken: { path: 'src/base/a.ts', text: 'export const a = 1\n' },
  },
  {
    sentence: 'no test is skipped, left to do, or run alone',
    applies: isTest,
    find: (source) =>
      places(
        source,
        /\b(?:test|describe|it)\s*\.\s*(?:skip|todo|only)\b|\b(?:skip|todo|only)\s*:\s*true\b/g,
        (word) => word,
      ),
    broken: { path: 'test/a.test.ts', text: "test.skip('a', () => {})\n" },
  },
]

/** `as const` is a promise, not a cast; renaming imports and exports is neither. */
function castsIn(source: Source): string[] {
  const code = source.code.replace(
    /\b(?:import|export)\s+(?:type\s+)?(?:[\w$]+\s*,\s*)?(?:\{[^}]*\}|\*\s+as\s+[\w$]+)/g,
    (clause) => clause.replace(/[^\n]/g, ' '),
  )
  return places({ ...source, code }, /(?<![.\w$])as\s+(?!const\b)[\w$({['"<]/g, () => 'cast')
}

function places(source: Source, pattern: RegExp, say: (found: string) => string | undefined): string[] {
  return [...source.code.matchAll(pattern)].flatMap((found) => {
    const sentence = say(found[0])
    return sentence === undefined ? [] : [`${source.path}:${lineAt(source.code, found.index)}: ${sentence}`]
  })
}

/** `CommonPrefixes` is the protocol's own name and counts as one word. */
function wordsOf(name: string): string[] {
  return name
    .replace(/common-?(prefix)/gi, '$1')
    .replace(/([a-z0-9])([A-Z])/g, '$1-$2')
    .toLowerCase()
    .split(/[^a-z0-9]+/)
}
