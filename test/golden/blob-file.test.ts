/**
 * A blob file as a release wrote it. A later one must read it, and as long as the format is the current one it must
 * write the same bytes (docs/data-format.md).
 */

import assert from 'node:assert/strict'
import { test } from 'node:test'
import { checkBlocks, checkFooter, createBlockChecksums, dataSizeOf } from '../../src/blob/file-format.js'
import { asBlobId } from '../../src/core/stored-bytes.js'

const ID = asBlobId('019e0000000100112233445566ab')
/** Two blocks: a whole one, and the beginning of another. */
const DATA = Buffer.from('stowage '.repeat(9_000), 'latin1')
const FOOTER = Buffer.from(
  '98292053e5397f7753544f57424c4f4201000000000001004019010000000000019e0000000100112233445566ab0000c4ac7ef4',
  'hex',
)

test('the recorded blob file is read', () => {
  assert.equal(dataSizeOf(DATA.byteLength + FOOTER.byteLength), DATA.byteLength)
  checkFooter(ID, FOOTER, DATA.byteLength)
  checkBlocks(ID, DATA, 0, FOOTER)
})

test('what is written now is what was recorded', () => {
  const checksums = createBlockChecksums()
  for (let at = 0; at < DATA.byteLength; at += 1_000) checksums.update(DATA.subarray(at, at + 1_000))
  assert.equal(checksums.footer(ID).toString('hex'), FOOTER.toString('hex'))
})
