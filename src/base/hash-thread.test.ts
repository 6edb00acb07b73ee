import assert from 'node:assert/strict'
import { createHash } from 'node:crypto'
import { test } from 'node:test'
import { createHashThread } from './hash-thread.js'

function patterned(sizeBytes: number, seed: number): Buffer {
  const bytes = Buffer.alloc(sizeBytes)
  for (let at = 0; at < sizeBytes; at++) bytes[at] = (at * 31 + seed) & 0xff
  return bytes
}

const SIZES = [0, 1, 262_143, 262_144, 262_145, 1_048_576, 1_048_577, 3_000_001]

for (const sizeBytes of SIZES) {
  test(`${sizeBytes} bytes in pieces of any size hash like the whole`, async () => {
    const bytes = patterned(sizeBytes, 7)
    for (const pieceBytes of [1_000, 65_536, 262_144, 700_001]) {
      const hash = createHashThread().start('md5')
      for (let at = 0; at < sizeBytes; at += pieceBytes) await hash.update(bytes.subarray(at, at + pieceBytes))
      assert.equal((await hash.finish()).toString('hex'), createHash('md5').update(bytes).digest('hex'))
    }
  })
}

test('streams that interleave keep apart', async () => {
  const thread = createHashThread()
  const bodies = [1, 2, 3].map((seed) => patterned(2_000_000 + seed, seed))
  const sums = await Promise.all(
    bodies.map(async (body) => {
      const hash = thread.start('md5')
      for (let at = 0; at < body.byteLength; at += 65_536) await hash.update(body.subarray(at, at + 65_536))
      return (await hash.finish()).toString('hex')
    }),
  )
  assert.deepEqual(
    sums,
    bodies.map((body) => createHash('md5').update(body).digest('hex')),
  )
})

test('memory may be reused once the update has returned and been waited for', async () => {
  const hash = createHashThread().start('md5')
  const memory = Buffer.alloc(100_000)
  const expected = createHash('md5')
  for (let round = 0; round < 40; round++) {
    memory.fill(round)
    expected.update(memory)
    await hash.update(memory)
  }
  assert.equal((await hash.finish()).toString('hex'), expected.digest('hex'))
})

test('an abandoned stream does not disturb the next', async () => {
  const thread = createHashThread()
  const dropped = thread.start('md5')
  await dropped.update(patterned(2_000_000, 1))
  dropped.abandon()
  const hash = thread.start('md5')
  await hash.update(Buffer.from('hello'))
  assert.equal((await hash.finish()).toString('hex'), '5d41402abc4b2a76b9719d911017c592')
  hash.abandon()
})
