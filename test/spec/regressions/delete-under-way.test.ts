/** A DeleteBucket under way: it keeps writers out, and readers do not notice it. */

import assert from 'node:assert/strict'
import { bucketCodec, bucketKey, putOf } from '../../../src/core/rows.js'
import { assertError, inBothDialects } from '../../support/exchange.js'
import { raises } from '../../support/raises.js'

inBothDialects(raises('OperationAborted', 'a bucket about to be deleted is read and not written'), async (speak) => {
  await speak.makeBucket()
  await speak.put('key', 'body')
  const bucket = (await speak.core.buckets.find(speak.bucket)) ?? assert.fail()
  const { meta } = speak.core.dependencies
  await meta.commit({ puts: [putOf(bucketCodec, bucketKey(bucket.name), { ...bucket, state: 'deleting' })] })

  const read = await speak.say({ method: 'GET', bucket: speak.bucket, key: 'key' })
  assert.equal(read.status, 200)
  assert.equal(read.text, 'body')
  const written = await speak.say({ method: 'PUT', bucket: speak.bucket, key: 'key', body: 'other' })
  assertError(written, 409, 'OperationAborted', { ConflictingOperation: 'DeleteBucket' })
})
