/** Whether a bucket is there (cos-auth-and-bucket.md 5.3, 5.5): a status and headers, never a body. */

import assert from 'node:assert/strict'
import { assertError, inBothDialects, REGION } from '../../support/exchange.js'
import { raises } from '../../support/raises.js'

inBothDialects(raises('NoSuchBucket', 'a bucket that is not there, whoever asks'), async (speak) => {
  for (const as of ['owner', 'other', 'anonymous'] as const) {
    assertError(await speak.say({ method: 'HEAD', bucket: speak.bucket, as }), 404, 'NoSuchBucket')
  }
})

inBothDialects(raises('AccessDenied', 'a private bucket says no more than that to others'), async (speak) => {
  await speak.makeBucket()
  for (const as of ['other', 'anonymous'] as const) {
    assertError(await speak.say({ method: 'HEAD', bucket: speak.bucket, as }), 403, 'AccessDenied')
  }
})

inBothDialects(raises('InvalidBucketName', 'a name that no bucket can have'), async (speak) => {
  for (const path of ['/B_ad', '/a', '/under_score', '/-a', '/192.168.0.1']) {
    assertError(await speak.say({ method: 'HEAD', path }), 400, 'InvalidBucketName')
  }
})

inBothDialects(raises('UnexpectedContent', 'a body where none is taken'), async (speak) => {
  await speak.makeBucket()
  const heard = await speak.say({ method: 'HEAD', bucket: speak.bucket, body: 'x' })
  assertError(heard, 400, 'UnexpectedContent')
  assert.equal(heard.bodyRead, false)
})

inBothDialects('the owner learns the region', async (speak) => {
  await speak.makeBucket()
  for (const pathStyle of [false, true]) {
    const heard = await speak.say({ method: 'HEAD', bucket: speak.bucket, pathStyle })
    assert.equal(heard.status, 200)
    assert.equal(heard.headers.get(`${speak.prefix}bucket-region`), REGION)
    assert.equal(heard.headers.has(`${speak.prefix}bucket-arch`), false, 'coscli takes the header for a file system')
  }
})

inBothDialects('whoever may read a bucket may ask whether it is there', async (speak) => {
  const readers = { 'public-read': ['other', 'anonymous'], 'authenticated-read': ['other'] } as const
  for (const [acl, callers] of Object.entries(readers)) {
    const bucket = `${acl}-1250000000`
    await speak.makeBucket(bucket, { [`${speak.prefix}acl`]: acl })
    for (const as of callers) assert.equal((await speak.say({ method: 'HEAD', bucket, as })).status, 200)
  }
  const denied = await speak.say({ method: 'HEAD', bucket: 'authenticated-read-1250000000', as: 'anonymous' })
  assert.equal(denied.status, 403)
})
