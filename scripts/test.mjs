/**
 * `npm test`: installs and builds when needed, then runs node:test over the compiled tests. Paths, of sources or of
 * folders, choose some of them; options are handed to Node. The last line is `N passed, N failed`.
 *
 * `--debian` runs test/debian instead, which needs programs of Debian and is left out otherwise (see .ci/run).
 */

import { spawnSync } from 'node:child_process'
import { existsSync, readFileSync, rmSync } from 'node:fs'
import { join, relative } from 'node:path'
import { prepare, root, say, sourceFiles } from './steps.mjs'

const DEBIAN_FOLDER = 'test/debian/'
const CONCURRENCY = 2
/** For each test and each file: those that kill processes under load take minutes on a busy machine. */
const TIMEOUT_MS = 300_000
/** For all of them: a run that hangs is a failed run. */
const RUN_MS_MAX = 900_000
const RESULTS = join(root, 'dist', '.test-results.tap')

const parameters = process.argv.slice(2)
const debian = parameters.includes('--debian')
const options = parameters.filter((parameter) => parameter.startsWith('-') && parameter !== '--debian')
const chosen = parameters
  .filter((parameter) => !parameter.startsWith('-'))
  .map((path) => relative(root, join(process.cwd(), path)).replaceAll('\\', '/'))

prepare()
const tests = sourceFiles()
  .filter((path) => path.endsWith('.test.ts') && path.startsWith(DEBIAN_FOLDER) === debian)
  .filter((path) => chosen.length === 0 || chosen.some((choice) => path === choice || path.startsWith(`${choice}/`)))
if (tests.length === 0) {
  say(`No test file matches${chosen.map((choice) => ` ${choice}`).join('')}.`)
  process.exit(1)
}

say(`Testing: ${tests.length} files (node --test).`)
rmSync(RESULTS, { force: true })
const { status } = spawnSync(
  process.execPath,
  [
    '--enable-source-maps',
    '--test',
    `--test-concurrency=${CONCURRENCY}`,
    `--test-timeout=${TIMEOUT_MS}`,
    '--test-reporter=spec',
    '--test-reporter-destination=stdout',
    '--test-reporter=tap',
    `--test-reporter-destination=${RESULTS}`,
    ...options,
    ...tests.map((path) => join('dist', path.replace(/\.ts$/, '.js'))),
  ],
  { cwd: root, stdio: 'inherit', timeout: RUN_MS_MAX, killSignal: 'SIGTERM' },
)

const results = existsSync(RESULTS) ? readFileSync(RESULTS, 'utf8') : ''
const passed = countOf('pass')
// A cancelled test did not pass, and a run that ended early counts as a failure even when no test says so.
const failed = Math.max(countOf('fail') + countOf('cancelled'), status === 0 ? 0 : 1)
process.stdout.write(`${passed} passed, ${failed} failed\n`)
process.exit(failed === 0 ? 0 : 1)

function countOf(what) {
  return Number(new RegExp(`^# ${what} (\\d+)$`, 'm').exec(results)?.[1] ?? 0)
}
