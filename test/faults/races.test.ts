/**
 * Writers of one key at the same time, in thousands of different orders: every store call of every writer waits until a
 * seeded scheduler lets it go on, so that each seed is one interleaving and can be run again.
 */

import assert from 'node:assert/strict'
import test from 'node:test'
import type { FaultHook } from '../../src/base/faults.js'
import type { Core } from '../../src/core/core.js'
import type { Bucket } from '../../src/model/bucket.js'
import { fail, isApiError } from '../../src/model/errors/index.js'
import { raises } from '../support/raises.js'
import { interleave, type Outcome } from './interleave.js'
import {
  assertSound,
  complete,
  copy,
  copyPart,
  createWorld,
  initiate,
  large,
  makeBucket,
  put,
  putInParts,
  putPart,
  read,
  remove,
  removeVersion,
  setAcl,
  visible,
  type World,
  when,
} from './world.js'

const SEEDS = 60
const NAME = 'races-1250000000'

/** A world and a bucket per seed; afterwards nothing may be damaged or left over. */
async function forEachSeed(
  versioning: 'unset' | 'enabled' | 'suspended',
  race: (world: World, core: Core, bucket: Bucket, seed: number) => Promise<void>,
  seeds = SEEDS,
): Promise<void> {
  for (let seed = 1; seed <= seeds; seed++) {
    const world = createWorld(seed)
    const core = world.start()
    const bucket = await makeBucket(core, NAME, versioning)
    try {
      await race(world, core, bucket, seed)
      await assertSound(world)
    } catch (error) {
      throw new Error(`with seed ${seed}`, { cause: error })
    }
  }
}

const SIZES: readonly { readonly size: string; readonly text: (word: string) => string }[] = [
  { size: 'small', text: (word) => word },
  { size: 'large', text: large },
]

for (const versioning of ['unset', 'enabled', 'suspended'] as const) {
  for (const { size, text } of SIZES) {
    test(`${size} puts of one key, versioning ${versioning}: all succeed, one is there, none is torn`, () =>
      forEachSeed(versioning, async (world, core, bucket, seed) => {
        const words = ['a', 'b', 'c']
        const writers = words.map((word) => (writer: Core) => put(writer, bucket, 'key', text(word)))
        assert.deepEqual(await interleave(world, seed, writers), ['done', 'done', 'done'])
        assert.ok(words.map(text).includes(await read(core, bucket, 'key')))
        const versions = (await visible(world)).filter((line) => /^(?:current|older)/.test(line))
        assert.equal(versions.length, versioning === 'enabled' ? 3 : 1)
      }))

    test(`${size} put and delete of one key, versioning ${versioning}: both succeed, in some order`, () =>
      forEachSeed(versioning, async (world, core, bucket, seed) => {
        await put(core, bucket, 'key', text('old'))
        const outcomes = await interleave(world, seed, [
          (writer) => put(writer, bucket, 'key', text('new')),
          (writer) => remove(writer, bucket, 'key'),
        ])
        assert.deepEqual(outcomes, ['done', 'done'])
        const seen = await read(core, bucket, 'key').catch((error: unknown) => error)
        assert.ok(seen === text('new') || isApiError(seen, 'NoSuchKey'))
      }))
  }
}

for (const versioning of ['unset', 'enabled'] as const) {
  test(`an ACL belongs to the version that it was decided for, versioning ${versioning}`, () =>
    forEachSeed(versioning, async (world, core, bucket, seed) => {
      await put(core, bucket, 'key', large('old'))
      const outcomes = await interleave(world, seed, [
        (writer) =>
          writer.objects.setAcl({ bucket, key: 'key', reference: undefined }, 'public-read', ({ version }) => {
            if (version.sizeBytes !== large('old').length) fail('AccessDenied')
          }),
        (writer) => put(writer, bucket, 'key', 'new'),
        (writer) => copy(writer, bucket, 'key', 'copy'),
      ])
      assert.deepEqual(outcomes.slice(1), ['done', 'done'])
      const { version } = await core.objects.find({ bucket, key: 'key', reference: undefined })
      assert.deepEqual([version.sizeBytes, version.acl], [3, undefined], 'what came later has its own')
      const opened = (await visible(world)).filter((line) => line.includes('public-read'))
      assert.equal(opened.length, versioning === 'enabled' && outcomes[0] === 'done' ? 1 : 0)
    }))
}

test(raises('NoSuchVersion', 'an ACL does not bring back the older version that another removes'), () =>
  forEachSeed('enabled', async (world, core, bucket, seed) => {
    const { version } = await put(core, bucket, 'key', large('old'))
    await put(core, bucket, 'key', 'new')
    const outcomes = await interleave(world, seed, [
      (writer) => setAcl(writer, bucket, 'key', 'public-read', version.sequence),
      (writer) => setAcl(writer, bucket, 'key', 'authenticated-read', version.sequence),
      (writer) => removeVersion(writer, bucket, 'key', version.sequence),
    ])
    assert.equal(outcomes[2], 'done')
    for (const outcome of outcomes.slice(0, 2)) assert.ok(outcome === 'done' || outcome === 'NoSuchVersion', outcome)
    const left = (await visible(world)).filter((line) => line.startsWith('older'))
    assert.deepEqual(left, [])
  }),
)

test('overwrites of a multipart object succeed, and readers get the old body or a new one', () =>
  forEachSeed('unset', async (world, core, bucket, seed) => {
    const parts = [large('one'), large('two'), 'end']
    await putInParts(core, bucket, 'key', parts)
    const bodies: string[] = []
    const outcomes = await interleave(world, seed, [
      (writer) => put(writer, bucket, 'key', large('new')),
      (writer) => put(writer, bucket, 'key', 'newer'),
      async (reader) => bodies.push(await read(reader, bucket, 'key')),
      async (reader) => bodies.push(await read(reader, bucket, 'key')),
    ])
    assert.deepEqual(outcomes, ['done', 'done', 'done', 'done'])
    for (const body of bodies) assert.ok([parts.join(''), large('new'), 'newer'].includes(body), body)
  }))

test(raises('PreconditionFailed', 'of eight creators with If-None-Match, exactly one wins'), () =>
  forEachSeed('unset', async (world, core, bucket, seed) => {
    const words = ['a', 'b', 'c', 'd', 'e', 'f', 'g', 'h']
    const outcomes = await interleave(
      world,
      seed,
      words.map((word) => (writer: Core) => put(writer, bucket, 'key', large(word), when({ ifNoneMatch: '*' }))),
    )
    assert.deepEqual(outcomes.toSorted(), [...Array<string>(7).fill('PreconditionFailed'), 'done'])
    assert.equal(await read(core, bucket, 'key'), large(words[outcomes.indexOf('done')] ?? ''))
  }),
)

test('If-Match lets no update be lost', () =>
  forEachSeed('unset', async (world, core, bucket, seed) => {
    await put(core, bucket, 'key', '')
    const append = (word: string) => async (writer: Core) => {
      for (;;) {
        const { version } = await writer.objects.find({ bucket, key: 'key', reference: undefined })
        const body = await read(writer, bucket, 'key')
        try {
          return await put(
            writer,
            bucket,
            'key',
            body + word,
            when({ ifMatch: [{ value: version.etag, weak: false }] }),
          )
        } catch (error) {
          if (!isApiError(error, 'PreconditionFailed')) throw error
        }
      }
    }
    assert.deepEqual(await interleave(world, seed, ['a', 'b', 'c'].map(append)), ['done', 'done', 'done'])
    assert.equal([...(await read(core, bucket, 'key'))].toSorted().join(''), 'abc')
  }))

test('complete and abort of one upload: one wins, the other finds no upload', () =>
  forEachSeed('unset', async (world, core, bucket, seed) => {
    const uploadId = await initiate(core, bucket, 'key')
    await putPart(core, bucket, 'key', uploadId, 1, large('one'))
    await putPart(core, bucket, 'key', uploadId, 2, 'two')
    const outcomes = await interleave(world, seed, [
      (writer) => complete(writer, bucket, 'key', uploadId),
      (writer) => writer.multipart.abort({ bucket, key: 'key', uploadId }),
    ])
    assert.deepEqual(outcomes.toSorted(), ['NoSuchUpload', 'done'])
    const seen = await read(core, bucket, 'key').catch((error: unknown) => error)
    assert.ok(outcomes[0] === 'done' ? seen === `${large('one')}two` : isApiError(seen, 'NoSuchKey'))
  }))

for (const end of ['complete', 'abort'] as const) {
  for (const number of [1, 2]) {
    test(`${end} while part ${number} of 1 is written: the part is in, or it finds no upload; none is left behind`, () =>
      forEachSeed('unset', async (world, core, bucket, seed) => {
        const uploadId = await initiate(core, bucket, 'key')
        await putPart(core, bucket, 'key', uploadId, 1, large('one'))
        await putPart(core, bucket, 'key', uploadId, 3, large('three'))
        const [ended, part] = await interleave(world, seed, [
          (writer) =>
            end === 'complete'
              ? complete(writer, bucket, 'key', uploadId)
              : writer.multipart.abort({ bucket, key: 'key', uploadId }),
          (writer) => putPart(writer, bucket, 'key', uploadId, number, large('again')),
        ])
        assert.ok(part === 'done' || part === 'NoSuchUpload', part)
        assert.ok(ended === 'done' || (end === 'complete' && ended === 'InvalidPart'), ended)
        const lines = await visible(world)
        if (ended === 'done')
          assert.deepEqual(
            lines.filter((line) => /^(?:upload|part)/.test(line)),
            [],
          )
        if (ended !== 'done' || end === 'abort') return
        const middle = number === 2 ? ['', large('again')] : ['']
        const first = number === 1 ? [large('one'), large('again')] : [large('one')]
        const bodies = first.flatMap((head) => middle.map((body) => head + body + large('three')))
        assert.ok(bodies.includes(await read(core, bucket, 'key')))
      }))
  }
}

for (const source of ['small', 'large', 'parts'] as const) {
  const body = { small: 'small', large: large('large'), parts: `${large('one')}two` }[source]
  const prepare = async (core: Core, bucket: Bucket) => {
    if (source === 'parts') await putInParts(core, bucket, 'source', [large('one'), 'two'])
    else await put(core, bucket, 'source', body)
  }

  test(`copy and delete of the source (${source}): the copy is whole, or there is no such key`, () =>
    forEachSeed('unset', async (world, core, bucket, seed) => {
      await prepare(core, bucket)
      const [copied, removed] = await interleave(world, seed, [
        (writer) => copy(writer, bucket, 'source', 'copy'),
        (writer) => remove(writer, bucket, 'source'),
      ])
      assert.equal(removed, 'done')
      assert.ok(copied === 'done' || copied === 'NoSuchKey', copied)
      if (copied === 'done') assert.equal(await read(core, bucket, 'copy'), body)
    }))

  test(`part copy and overwriting of the source (${source}): the part is of one of them`, () =>
    forEachSeed('unset', async (world, core, bucket, seed) => {
      await prepare(core, bucket)
      const uploadId = await initiate(core, bucket, 'key')
      const outcomes = await interleave(world, seed, [
        (writer) => copyPart(writer, bucket, 'key', uploadId, 1, 'source'),
        (writer) => put(writer, bucket, 'source', large('new')),
      ])
      assert.deepEqual(outcomes, ['done', 'done'])
      await complete(core, bucket, 'key', uploadId)
      assert.ok([body.slice(1), large('new').slice(1)].includes(await read(core, bucket, 'key')))
    }))
}

test('delete of the current version and a put: the new object is on top, the deleted one is gone', () =>
  forEachSeed('enabled', async (world, core, bucket, seed) => {
    await put(core, bucket, 'key', large('first'))
    const { version } = await put(core, bucket, 'key', large('second'))
    const outcomes = await interleave(world, seed, [
      (writer) => removeVersion(writer, bucket, 'key', version.sequence),
      (writer) => put(writer, bucket, 'key', large('third')),
    ])
    assert.deepEqual(outcomes, ['done', 'done'])
    assert.equal(await read(core, bucket, 'key'), large('third'))
    const versions = (await visible(world)).filter((line) => /^(?:current|older)/.test(line))
    assert.equal(versions.length, 2)
    assert.ok(!versions.some((line) => line.includes(version.sequence) && line.endsWith(large('second'))))
  }))

test('versioning is switched on under a put and a delete: no body is lost to the delete once it is on', () =>
  forEachSeed('unset', async (world, core, bucket, seed) => {
    await put(core, bucket, 'key', large('old'))
    const outcomes = await interleave(world, seed, [
      async (writer) => {
        const versioned = await writer.buckets.setVersioning(bucket, 'enabled')
        await put(writer, versioned, 'key', large('new'))
      },
      (writer) => remove(writer, bucket, 'key'),
    ])
    assert.deepEqual(outcomes, ['done', 'done'])
    const lines = await visible(world)
    assert.ok(lines.some((line) => line.endsWith(large('new'))))
  }))

test(raises('OperationAborted', 'a bucket that is being deleted takes no object, and none is lost'), async () => {
  const met = new Set<Outcome>()
  await forEachSeed('unset', async (world, core, bucket, seed) => {
    const outcomes = await interleave(world, seed, [
      (writer) => writer.buckets.delete(bucket, { uploadsCount: false }),
      (writer) => writer.buckets.delete(bucket, { uploadsCount: true }),
      (writer) => put(writer, bucket, 'key', large('new')),
      (writer) => initiate(writer, bucket, 'upload'),
    ])
    const [, , written] = outcomes
    for (const outcome of outcomes) met.add(outcome)
    assert.ok(['done', 'OperationAborted', 'NoSuchBucket'].includes(written ?? ''), written)
    if (written === 'done') assert.equal(await read(core, bucket, 'key'), large('new'))
    const now = await core.buckets.find(NAME)
    assert.ok(now === undefined || now.state === 'active')
  })
  for (const outcome of ['done', 'OperationAborted', 'NoSuchBucket', 'BucketNotEmpty'] as const) {
    assert.ok(met.has(outcome), `${outcome} is met in some order`)
  }
})

test('a put that has seen the bucket open is refused once it is gone', () =>
  forEachSeed(
    'unset',
    async (world, core, bucket, seed) => {
      const [removed, written] = await interleave(world, seed, [
        (writer) => writer.buckets.delete(bucket, { uploadsCount: true }),
        (writer) => put(writer, bucket, 'key', 'new'),
      ])
      assert.ok(['done', 'OperationAborted', 'NoSuchBucket'].includes(written ?? ''), written)
      assert.notEqual(removed, written === 'done' ? 'done' : '')
      if (written === 'done') assert.equal(await read(core, bucket, 'key'), 'new')
    },
    500,
  ))

test('a DeleteBucket that another one has opened and a third closed again does not take what has entered', async () => {
  const world = createWorld()
  const core = world.start()
  const bucket = await makeBucket(core, NAME)
  await initiate(core, bucket, 'upload')
  const steps = new Map<string, () => void>()
  const reached = new Map<string, () => void>()
  /** Holds a process at its call number `index`; resolves when it is there. */
  const hold = (name: string, index: number): readonly [FaultHook, Promise<void>] => {
    const hook: FaultHook = (call) => {
      if (call.index !== index || call.moment !== 'before') return
      reached.get(name)?.()
      return new Promise<void>((resolve) => steps.set(name, resolve))
    }
    return [hook, new Promise<void>((resolve) => reached.set(name, resolve))]
  }
  // Closing takes two calls, the look for content three more.
  const [holdFirst, firstLooked] = hold('first', 5)
  const [holdThird, thirdClosed] = hold('third', 2)
  const outcomeOf = (deleting: Promise<void>) =>
    deleting.then(
      () => 'done',
      (error: unknown) => (isApiError(error) ? error.condition : error),
    )
  const first = outcomeOf(world.start(holdFirst).buckets.delete(bucket, { uploadsCount: false }))
  await firstLooked
  assert.equal(await outcomeOf(core.buckets.delete(bucket, { uploadsCount: true })), 'BucketNotEmpty')
  await put(core, bucket, 'key', large('entered'))
  const third = outcomeOf(world.start(holdThird).buckets.delete(bucket, { uploadsCount: true }))
  await thirdClosed
  steps.get('first')?.()
  assert.equal(await first, 'OperationAborted')
  steps.get('third')?.()
  assert.equal(await third, 'BucketNotEmpty')
  assert.equal(await read(core, bucket, 'key'), large('entered'))
  await assertSound(world)
})
