/**
 * The rows of the founding table that no test raises yet, by name: docs/errors.md says of them that they are still to
 * come. Whoever raises one takes it off this list; nothing leaves the list of what is raised unnoticed.
 */

import assert from 'node:assert/strict'
import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { test } from 'node:test'
import type { Condition } from '../../src/model/errors/index.js'
import { scanRaises } from '../../src/wire/errors-page.js'

/** By the feature that will raise them. */
const STILL_TO_COME: Readonly<Record<string, readonly Condition[]>> = {
  acceleration: [
    'AccelerateCannotBeEnabled',
    'AccelerateDisabled',
    'AccelerateNameNotDnsCompatible',
    'AccelerateNameWithDot',
    'AccelerateNotSupported',
  ],
  'bucket documents': ['InvalidBucketState', 'NoSuchLifecycleConfiguration'],
  regions: ['PermanentRedirect', 'Redirect', 'TemporaryRedirect'],
  restores: ['RestoreAlreadyInProgress'],
  websites: ['InvalidAddressingHeader'],
}

/** The rows of InvalidRequest are conditions of their own, told apart by their sentences. */
const INVALID_REQUESTS: readonly Condition[] = [
  'SignatureVersion4Required',
  'AccelerateNameNotDnsCompatible',
  'AccelerateNameWithDot',
  'AccelerateVirtualHostOnly',
  'AccelerateNotConfigured',
  'AccelerateDisabled',
  'AccelerateNotSupported',
  'AccelerateCannotBeEnabled',
]

const TABLE = 'test/fixtures/founding-table.md'
const root = rootOf(import.meta.dirname)

function rootOf(folder: string): string {
  return existsSync(join(folder, TABLE)) ? folder : rootOf(dirname(folder))
}

function foundingConditions(): readonly string[] {
  const table = readFileSync(join(root, TABLE), 'utf8').trim().split('\n').slice(2)
  const codes = table.map((line) => (line.split('|')[1] ?? '').trim().split(/\s/)[0] ?? '')
  return [...codes.filter((code) => code !== 'InvalidRequest'), ...INVALID_REQUESTS]
}

function testFiles() {
  return readdirSync(join(root, 'test'), { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile() && entry.name.endsWith('.test.ts'))
    .map((entry) => join(entry.parentPath, entry.name))
    .map((path) => ({ path, text: readFileSync(path, 'utf8') }))
}

test('each founding row is raised by a test, or is on the list of those still to come', () => {
  const raised = scanRaises(testFiles())
  const missing = foundingConditions().filter((name) => !new Set<string>(raised.keys()).has(name))
  assert.deepEqual([...new Set(missing)].sort(), Object.values(STILL_TO_COME).flat().sort())
})
