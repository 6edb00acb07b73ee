/** Collecting and slicing streams, and that nobody reads further than needed. */

import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { collectBytes, oneChunk, sliceStream, TooLong } from './streams.js'

async function* chunksOf(texts: readonly string[], seen: { ended: boolean; given: number }) {
  try {
    for (const text of texts) {
      seen.given += 1
      yield Buffer.from(text)
    }
  } finally {
    seen.ended = true
  }
}

describe('streams', () => {
  test('a source beyond the limit fails at the chunk that crosses it, and is ended', async () => {
    const seen = { ended: false, given: 0 }
    await assert.rejects(collectBytes(chunksOf(['abc', 'def', 'ghi'], seen), 5), (error: unknown) => {
      assert.ok(error instanceof TooLong)
      assert.equal(error.sizeBytesMax, 5)
      return true
    })
    assert.deepEqual(seen, { ended: true, given: 2 })
  })

  test('a failure of the source rises as it is', async () => {
    const broken = async function* () {
      yield Buffer.from('a')
      throw new RangeError('cut')
    }
    await assert.rejects(collectBytes(broken(), 10), RangeError)
  })

  test('exactly the limit is within it', async () => {
    const seen = { ended: false, given: 0 }
    assert.equal((await collectBytes(chunksOf(['ab', '', 'cd'], seen), 4)).toString(), 'abcd')
    assert.equal((await collectBytes(oneChunk(Buffer.alloc(0)), 0)).byteLength, 0)
    assert.equal((await collectBytes(oneChunk(new Uint8Array([65])), 1)).toString(), 'A')
  })

  test('a slice is cut at both ends and stops the source behind it', async () => {
    const rows: readonly (readonly [number, number, string, number])[] = [
      [0, 0, '', 0],
      [5, 3, '', 0],
      [0, 9, 'abcdefghi', 3],
      [0, 3, 'abc', 1],
      [2, 4, 'cd', 2],
      [3, 6, 'def', 2],
      [8, 9, 'i', 3],
      [8, 99, 'i', 3],
      [9, 99, '', 3],
    ]
    for (const [start, end, expected, given] of rows) {
      const seen = { ended: false, given: 0 }
      const slice = sliceStream(chunksOf(['abc', 'def', 'ghi'], seen), start, end)
      assert.equal((await collectBytes(slice, 100)).toString(), expected, `${start}-${end}`)
      assert.equal(seen.given, given, `${start}-${end}`)
    }
  })
})
