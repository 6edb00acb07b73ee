import assert from 'node:assert/strict'
import { assertError, inBothDialects, type Speaker } from '../../support/exchange.js'
import { raises } from '../../support/raises.js'
import { begin, blobsAfterReclaim } from './upload.js'

function abort(speak: Speaker, uploadId: string, key = 'k') {
  return speak.say({ method: 'DELETE', bucket: speak.bucket, key, query: { uploadId } })
}

inBothDialects(
  raises('NoSuchUpload', 'aborting an upload that is unknown, of another key, aborted or completed'),
  async (speak) => {
    await speak.makeBucket()
    const aborted = await begin(speak, 'k')
    await abort(speak, aborted.id)
    const completed = await begin(speak, 'k')
    await completed.complete([await completed.store(1, 'x')])
    const other = await begin(speak, 'other')
    for (const uploadId of ['x', `1767323045${'a'.repeat(64)}`, aborted.id, completed.id, other.id]) {
      assertError(await abort(speak, uploadId), 404, 'NoSuchUpload', { UploadId: uploadId })
    }
    assert.equal((await other.part(1, 'x')).status, 200)
    assert.equal((await speak.say({ method: 'GET', bucket: speak.bucket, key: 'k' })).text, 'x')
  },
)

inBothDialects(
  raises('ListPartUploadIdIsEmpty', 'aborting no upload in particular is never a delete of the object'),
  async (speak) => {
    await speak.makeBucket()
    await speak.put('k', 'x')
    const code = speak.dialect === 'cos' ? 'ListPartUploadIdIsEmpty' : 'InvalidArgument'
    assertError(await abort(speak, ''), 400, code)
    assert.equal((await speak.say({ method: 'GET', bucket: speak.bucket, key: 'k' })).text, 'x')
  },
)

inBothDialects(raises('AccessDenied', 'aborting an upload in the bucket of another account'), async (speak) => {
  await speak.makeBucket()
  const { id, part } = await begin(speak, 'k')
  for (const as of ['anonymous', 'other'] as const) {
    const said = { method: 'DELETE', bucket: speak.bucket, key: 'k', query: { uploadId: id }, as }
    assert.equal((await speak.say(said)).status, 403)
  }
  assert.equal((await part(1, 'x')).status, 200)
})

inBothDialects('an abort is 204, and the parts go with their bytes; what stands under the key stays', async (speak) => {
  await speak.makeBucket()
  await speak.put('k', 'old')
  const { id, store, part, complete } = await begin(speak, 'k')
  const parts = [await store(1, 'b'.repeat(200_000)), await store(2, 'small')]
  assert.equal((await abort(speak, id)).status, 204)
  assertError(await part(3, 'x'), 404, 'NoSuchUpload')
  assertError(await complete(parts), 404, 'NoSuchUpload')
  assert.equal(await blobsAfterReclaim(speak), 0)
  assert.equal((await speak.say({ method: 'GET', bucket: speak.bucket, key: 'k' })).text, 'old')
})

inBothDialects('other uploads of the key go on', async (speak) => {
  await speak.makeBucket()
  const first = await begin(speak, 'k')
  const second = await begin(speak, 'k')
  const part = await second.store(1, 'second')
  assert.equal((await abort(speak, first.id)).status, 204)
  assert.equal((await second.complete([part])).status, 200)
  assert.equal((await speak.say({ method: 'GET', bucket: speak.bucket, key: 'k' })).text, 'second')
})
