/** Which failures are the disk's. */

import assert from 'node:assert/strict'
import { test } from 'node:test'
import { diskFailureOf } from './disk-failures.js'

const coded = (code: string) => Object.assign(new Error('write failed'), { code })

test('a disk without room and one that is broken are told apart, from the depth of causes as well', () => {
  const cases: readonly (readonly [unknown, string | undefined])[] = [
    [coded('ENOSPC'), 'full'],
    [coded('EDQUOT'), 'full'],
    [coded('EROFS'), 'failing'],
    [coded('EIO'), 'failing'],
    [new Error('No space left on device'), 'full'],
    [new Error('MDB_MAP_FULL: Environment mapsize limit reached'), 'full'],
    [new Error('Input/output error'), 'failing'],
    [new Error('could not commit', { cause: new Error('again', { cause: coded('ENOSPC') }) }), 'full'],
    [coded('ECONNRESET'), undefined],
    [new Error('no such thing'), undefined],
    ['ENOSPC', undefined],
    [undefined, undefined],
  ]
  for (const [error, expected] of cases) assert.equal(diskFailureOf(error), expected, String(error))
})

test('causes that go round end', () => {
  const error = new Error('round')
  error.cause = error
  assert.equal(diskFailureOf(error), undefined)
})
