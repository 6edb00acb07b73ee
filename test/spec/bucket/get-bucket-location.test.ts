/** The region of a bucket (cos-auth-and-bucket.md 5.26). */

import assert from 'node:assert/strict'
import { assertError, inBothDialects, inCos, inS3, REGION } from '../../support/exchange.js'
import { raises } from '../../support/raises.js'

inBothDialects(raises('NoSuchBucket', 'the location of a bucket that is not there'), async (speak) => {
  const heard = await speak.say({ method: 'GET', bucket: speak.bucket, query: { location: true } })
  assertError(heard, 404, 'NoSuchBucket', { BucketName: speak.bucket })
})

inBothDialects(raises('AccessDenied', 'the location is not told to others'), async (speak) => {
  await speak.makeBucket()
  for (const as of ['other', 'anonymous'] as const) {
    const heard = await speak.say({ method: 'GET', bucket: speak.bucket, query: { location: true }, as })
    assertError(heard, 403, 'AccessDenied')
  }
})

inCos('the location is the bare region, without a namespace', async (speak) => {
  await speak.makeBucket()
  const heard = await speak.say({ method: 'GET', bucket: speak.bucket, query: { location: true } })
  assert.equal(heard.status, 200)
  assert.equal(heard.headers.get('content-type'), 'application/xml')
  assert.equal(heard.text, `${speak.declaration}<LocationConstraint>${REGION}</LocationConstraint>`)
})

inS3('the location stands in a namespace', async (speak) => {
  await speak.makeBucket()
  const heard = await speak.say({ method: 'GET', bucket: speak.bucket, query: { location: true }, pathStyle: true })
  const namespace = 'http://s3.amazonaws.com/doc/2006-03-01/'
  assert.equal(
    heard.text,
    `${speak.declaration}<LocationConstraint xmlns="${namespace}">${REGION}</LocationConstraint>`,
  )
})
