/**
 * The house checks itself: layers, bans, completeness, dead files, stale pages. Each test lists every place at once,
 * as `path:line: what is wrong`. The longest files and functions are printed, not judged.
 */

import assert from 'node:assert/strict'
import { execFileSync } from 'node:child_process'
import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { basename, join } from 'node:path'
import test from 'node:test'
import { renderPages } from '../src/docs.js'
import { CAST_ALLOWANCES, RULES, resolveImport } from './support/house-rules.js'
import { functionSpans, readSource, type Source } from './support/source-text.js'

const root = findRoot(import.meta.dirname)
const sources: readonly Source[] = ['src', 'test', 'bench'].flatMap((folder) =>
  filesBelow(folder)
    .filter((path) => path.endsWith('.ts'))
    .map((path) => readSource(path, readText(path))),
)

for (const { sentence, applies, find, broken } of RULES) {
  test(sentence, () => {
    const sample = readSource(broken.path, broken.text)
    assert.ok(applies(broken.path) && find(sample).length > 0, 'the rule does not find what it was made for')
    none(sources.filter(({ path }) => applies(path)).flatMap((source) => find(source)))
  })
}

test('no file is dead: each is reached from the process, the library, the pages, a test or a benchmark', () => {
  const byPath = new Map(sources.map((source) => [source.path, source]))
  // A test beside its file keeps nothing alive: what only its own test needs, nobody needs.
  const roots = sources
    .map(({ path }) => path)
    .filter((path) => /^src\/(?:main|testing|docs)\.ts$|^test\/.*\.test\.ts$|^bench\/main\.ts$/.test(path))
  const reached = new Set<string>()
  const waiting = [...roots]
  for (let path = waiting.pop(); path !== undefined; path = waiting.pop()) {
    const source = byPath.get(path)
    if (source === undefined || reached.has(path)) continue
    reached.add(path)
    // Any string that names a module counts: processes and workers are started by path.
    for (const text of source.strings) if (/^\.{1,2}\/.*\.js$/.test(text)) waiting.push(resolveImport(path, text))
  }
  none([...byPath.keys()].filter((path) => !reached.has(path) && !path.endsWith('.test.ts')))
})

test('every import of ours leads to a file', () => {
  const paths = new Set(sources.map(({ path }) => path))
  none(
    sources.flatMap(({ path, imports }) =>
      imports
        .filter((specifier) => /^\.{1,2}\/.*\.js$/.test(specifier) && !paths.has(resolveImport(path, specifier)))
        .map((specifier) => `${path}: ${specifier} does not exist`),
    ),
  )
})

test('every operation file has a row in the table and a specification', () => {
  const table = sources.find(({ path }) => path === 'src/operations/table.ts')
  const specifications = new Set(filesBelow('test/spec').map((path) => basename(path)))
  const operationFiles = sources.filter(
    ({ path, code }) =>
      path.startsWith('src/operations/') &&
      !path.endsWith('.test.ts') &&
      /^export const [\w$]+\s*=\s*(?:operation|bucketDocument)\b/m.test(code),
  )
  none(
    operationFiles.flatMap(({ path, code }) => {
      const names = [...code.matchAll(/^export const ([\w$]+)\s*=\s*(?:operation|bucketDocument)\b/gm)].map(
        ([, name]) => name,
      )
      const missing = names.filter((name) => table === undefined || !new RegExp(`\\b${name}\\b`).test(table.code))
      const specification = basename(path).replace(/\.ts$/, '.test.ts')
      return [
        ...missing.map((name) => `${path}: ${name} has no row in src/operations/table.ts`),
        ...(specifications.has(specification) ? [] : [`${path}: there is no ${specification} under test/spec`]),
      ]
    }),
  )
})

test('each library is imported by exactly one file of src/', () => {
  const manifest: { dependencies: Record<string, string>; devDependencies: Record<string, string> } = JSON.parse(
    readText('package.json'),
  )
  const product = sources.filter(({ path }) => path.startsWith('src/') && !path.endsWith('.test.ts'))
  const users = (library: string) =>
    product
      .filter(({ imports }) => imports.some((name) => name === library || name.startsWith(`${library}/`)))
      .map(({ path }) => path)
  none([
    ...Object.keys(manifest.dependencies)
      .filter((library) => users(library).length !== 1)
      .map((library) => `${library}: imported by ${users(library).join(', ') || 'no file'}`),
    ...Object.keys(manifest.devDependencies)
      .filter((library) => users(library).length > 0)
      .map((library) => `${library}: for development only, imported by ${users(library).join(', ')}`),
  ])
})

test('the list of allowed casts has no entry too many', () => {
  const casts = RULES.find(({ sentence }) => sentence.startsWith('casts'))
  assert.ok(casts)
  none(
    CAST_ALLOWANCES.flatMap(({ path, count }) => {
      const source = sources.find((candidate) => candidate.path === path)
      if (source === undefined) return [`${path}: does not exist`]
      const found = casts.find({ ...source, path: `${path} (allowance)` }).length
      return found === count ? [] : [`${path}: ${found} casts, ${count} allowed`]
    }),
  )
})

test('no tracked file names a path of someone’s machine or the host of a registry', () => {
  const patterns = [
    /(?:^|[\s"'`(=:])\/(?:root|work|home\/\w+|Users\/\w+)\//m,
    /registry\.npm|npm[m]irror|\.debian\.org/,
  ]
  none(
    trackedFiles().flatMap((path) => {
      const text = readText(path)
      return patterns.flatMap((pattern) => {
        const found = text.includes('\0') ? undefined : pattern.exec(text)?.[0]
        return found === undefined ? [] : [`${path}: ${found.trim()}`]
      })
    }),
  )
})

test('the generated pages are up to date', async () => {
  const tests = sources.filter(({ path }) => path.startsWith('test/') && path.endsWith('.test.ts'))
  const stale = (await renderPages(tests)).filter(
    ({ path, text }) => !existsSync(join(root, path)) || readText(path) !== text,
  )
  none(stale.map(({ path }) => `${path} is stale: run npm run docs`))
})

test('every invariant of ARCHITECTURE.md names a test that exists', () => {
  assert.ok(existsSync(join(root, 'ARCHITECTURE.md')), 'ARCHITECTURE.md is missing')
  const section = /^#+ [^\n]*invariants?\b[^\n]*\n([\s\S]*?)(?=^#+ |$(?![\s\S]))/im.exec(
    readText('ARCHITECTURE.md'),
  )?.[1]
  const invariants = invariantsIn(section ?? '')
  assert.ok(invariants.length > 0, 'ARCHITECTURE.md has no section of invariants')
  none(
    invariants.flatMap((invariant) => {
      const named = [...invariant.matchAll(/(?:src|test)\/[\w./-]+\.ts/g)].map(([path]) => path)
      const absent = named.filter((path) => !existsSync(join(root, path)))
      if (named.length === 0) return [`names no test: ${invariant}`]
      return absent.map((path) => `${path} does not exist: ${invariant}`)
    }),
  )
})

test('the longest files and functions are worth a question', (context) => {
  const product = sources.filter(({ path }) => path.startsWith('src/') && !path.endsWith('.test.ts'))
  const files = product.map(({ path, text }) => ({ path, lines: text.split('\n').length - 1 }))
  const functions = product.flatMap(functionSpans)
  context.diagnostic('longest files')
  for (const { path, lines } of longest(files)) context.diagnostic(`${String(lines).padStart(5)}  ${path}`)
  context.diagnostic('longest functions')
  for (const { path, line, name, lines } of longest(functions)) {
    context.diagnostic(`${String(lines).padStart(5)}  ${name}  ${path}:${line}`)
  }
})

/** List items with their continuation lines, or rows of a table without its head. */
function invariantsIn(section: string): string[] {
  const items = section.split(/^(?=(?:[-*]|\d+\.) )/m).filter((item) => /^(?:[-*]|\d+\.) /.test(item))
  const rows = section.split('\n').filter((line) => line.startsWith('|'))
  return [...items.map((item) => item.trim()), ...rows.slice(2)]
}

function longest<T extends { readonly lines: number }>(items: readonly T[]): T[] {
  return [...items].sort((a, b) => b.lines - a.lines).slice(0, 10)
}

function none(findings: readonly string[]): void {
  assert.equal(findings.length, 0, `${findings.length} places:\n${findings.join('\n')}`)
}

function readText(path: string): string {
  return readFileSync(join(root, path), 'utf8')
}

function filesBelow(folder: string): string[] {
  if (!existsSync(join(root, folder))) return []
  return readdirSync(join(root, folder), { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) =>
      join(entry.parentPath, entry.name)
        .slice(root.length + 1)
        .replaceAll('\\', '/'),
    )
    .sort()
}

/** Outside a repository, in an unpacked archive, everything below the folders that we write. */
function trackedFiles(): string[] {
  if (!existsSync(join(root, '.git'))) return ['src', 'test', 'bench', 'docs', 'scripts', '.ci'].flatMap(filesBelow)
  return execFileSync('git', ['ls-files', '-z'], { cwd: root, encoding: 'utf8' })
    .split('\0')
    .filter((path) => path !== '' && existsSync(join(root, path)))
}

/** The compiled test stands somewhere below the root, which is where the lock file is. */
function findRoot(directory: string): string {
  return existsSync(join(directory, 'package-lock.json')) ? directory : findRoot(join(directory, '..'))
}
