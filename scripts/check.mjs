/** `npm run check`: lint and format, types, generated pages, and the house rules. Runs all of them and fails if one does. */

import { spawnSync } from 'node:child_process'
import { join } from 'node:path'
import { compiler, install, requireNode, root, say } from './steps.mjs'

const CHECKS = [
  ['lint and format (biome)', [join('node_modules', '@biomejs', 'biome', 'bin', 'biome'), 'check']],
  ['types (tsc)', [compiler(), '-p', root, '--noEmit', '--incremental', 'false']],
  ['generated pages', [join('scripts', 'docs.mjs'), '--check']],
  ['house rules', [join('scripts', 'test.mjs'), 'test/tidy.test.ts']],
]

requireNode()
install()
const failed = CHECKS.filter(([name, parameters]) => {
  say(`Checking ${name}.`)
  return spawnSync(process.execPath, parameters, { cwd: root, stdio: 'inherit' }).status !== 0
})
for (const [name] of failed) say(`Failed: ${name}.`)
process.exit(failed.length === 0 ? 0 : 1)
