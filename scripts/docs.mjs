/** `npm run docs`: writes the pages that are generated. `--check` writes nothing and fails when one is stale. */

import { mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { prepare, root, say, sourceFiles } from './steps.mjs'

prepare()
const { renderPages } = await import('../dist/src/docs.js')
const tests = sourceFiles()
  .filter((path) => path.startsWith('test/') && path.endsWith('.test.ts'))
  .map((path) => ({ path, text: readText(join(root, path)) }))
const stale = (await renderPages(tests)).filter(({ path, text }) => text !== readText(join(root, path)))

if (process.argv.includes('--check')) {
  for (const { path } of stale) say(`${path} is stale: run npm run docs.`)
  process.exit(stale.length === 0 ? 0 : 1)
}
for (const { path, text } of stale) {
  mkdirSync(dirname(join(root, path)), { recursive: true })
  writeFileSync(join(root, path), text)
  say(`Wrote ${path}.`)
}
if (stale.length === 0) say('All generated pages are up to date.')
// Idle sockets of the servers that were thrown away.
process.exit(0)

function readText(path) {
  try {
    return readFileSync(path, 'utf8')
  } catch {
    return undefined
  }
}
