/** DELETE Bucket (cos-auth-and-bucket.md 5.4); errors.md rows 6, 20. */

import assert from 'node:assert/strict'
import { failAt } from '../../../src/base/faults.js'
import { assertError, inBothDialects, inCos, inS3, type Speaker, textsOf } from '../../support/exchange.js'
import { raises } from '../../support/raises.js'

const remove = (speak: Speaker) => speak.say({ method: 'DELETE', bucket: speak.bucket })

async function initiate(speak: Speaker): Promise<string> {
  const heard = await speak.say({ method: 'POST', bucket: speak.bucket, key: 'k', query: { uploads: true } })
  const [uploadId = ''] = textsOf(heard.xml, 'UploadId')
  assert.notEqual(uploadId, '')
  return uploadId
}

inBothDialects(raises('NoSuchBucket', 'a bucket that is not there, or no longer'), async (speak) => {
  assertError(await remove(speak), 404, 'NoSuchBucket', { BucketName: speak.bucket })
  await speak.makeBucket()
  assert.equal((await remove(speak)).status, 204)
  assertError(await remove(speak), 404, 'NoSuchBucket')
})

inBothDialects(raises('NoSuchBucket', 'a name that no bucket can have'), async (speak) => {
  for (const path of ['/B_ad', '/a', '/192.168.0.1']) {
    assertError(await speak.say({ method: 'DELETE', path }), 404, 'NoSuchBucket')
  }
})

inBothDialects(raises('AccessDenied', 'only the owner removes a bucket, whoever may write into it'), async (speak) => {
  await speak.makeBucket(speak.bucket, { [`${speak.prefix}acl`]: 'public-read-write' })
  for (const as of ['other', 'anonymous'] as const) {
    assertError(await speak.say({ method: 'DELETE', bucket: speak.bucket, as }), 403, 'AccessDenied')
  }
  assert.equal((await speak.say({ method: 'HEAD', bucket: speak.bucket })).status, 200)
})

inBothDialects(raises('BucketNotEmpty', 'an object is left'), async (speak) => {
  await speak.makeBucket()
  await speak.put('k')
  assertError(await remove(speak), 409, 'BucketNotEmpty', { BucketName: speak.bucket })
  assert.equal((await speak.put('another')).status, 200, 'the bucket goes on')
})

inBothDialects(raises('BucketNotEmpty', 'a version or a delete marker is left'), async (speak) => {
  await speak.makeBucket()
  await speak.setVersioning('Enabled')
  const put = await speak.put('k')
  const versionId = put.headers.get(`${speak.prefix}version-id`) ?? ''
  const deleted = await speak.say({ method: 'DELETE', bucket: speak.bucket, key: 'k' })
  const markerId = deleted.headers.get(`${speak.prefix}version-id`) ?? ''
  const both = await remove(speak)
  assertError(both, 409, 'BucketNotEmpty')
  assert.match(both.error.message, /all versions/)
  await speak.say({ method: 'DELETE', bucket: speak.bucket, key: 'k', query: { versionId } })
  assertError(await remove(speak), 409, 'BucketNotEmpty')
  await speak.say({ method: 'DELETE', bucket: speak.bucket, key: 'k', query: { versionId: markerId } })
  assert.equal((await remove(speak)).status, 204)
})

inCos(raises('BucketNotEmpty', 'an unfinished upload is left'), async (speak) => {
  await speak.makeBucket()
  const uploadId = await initiate(speak)
  assertError(await remove(speak), 409, 'BucketNotEmpty')
  await speak.say({ method: 'DELETE', bucket: speak.bucket, key: 'k', query: { uploadId } })
  assert.equal((await remove(speak)).status, 204)
})

inS3('unfinished uploads go with the bucket', async (speak) => {
  await speak.makeBucket()
  const uploadId = await initiate(speak)
  assert.equal((await remove(speak)).status, 204)
  await speak.makeBucket()
  const heard = await speak.say({ method: 'GET', bucket: speak.bucket, key: 'k', query: { uploadId } })
  assertError(heard, 404, 'NoSuchUpload')
})

inBothDialects('an empty bucket goes, with an empty answer and its place in the list', async (speak) => {
  await speak.makeBucket()
  const heard = await remove(speak)
  assert.equal(heard.status, 204)
  assert.equal(heard.sizeBytes, undefined)
  assert.deepEqual(textsOf((await speak.say({ method: 'GET' })).xml, 'Name'), [])
  assertError(await speak.say({ method: 'HEAD', bucket: speak.bucket }), 404, 'NoSuchBucket')
})

inBothDialects(
  raises('InternalError', 'a removal that the store fails leaves the bucket as it was, or gone'),
  async (speak) => {
    await speak.makeBucket()
    const before = speak.calls.count()
    await remove(speak)
    const calls = speak.calls.count() - before
    let refused = 0
    for (let call = 0; call < calls; call++) {
      if ((await speak.core.buckets.find(speak.bucket)) === undefined) await speak.makeBucket()
      speak.fault(failAt({ index: speak.calls.count() + call, moment: 'before' }, new Error('the disk is gone')))
      const heard = await remove(speak)
      speak.fault(undefined)
      if (heard.status !== 204) {
        refused++
        assertError(heard, 500, 'InternalError')
        assert.doesNotMatch(heard.text, /disk/)
      }
      await speak.core.buckets.recover()
      if ((await speak.core.buckets.find(speak.bucket)) !== undefined) await speak.put('k')
      await speak.say({ method: 'DELETE', bucket: speak.bucket, key: 'k' })
      assert.ok([204, 404].includes((await remove(speak)).status))
    }
    assert.equal(refused, calls, 'every call of the store counts')
  },
)
