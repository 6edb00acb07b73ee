/** 304 in the COS dialect says more than HTTP asks for: the vendor's Python SDK fails on one without a length. */

import assert from 'node:assert/strict'
import { inCos, inS3, type Speaker } from '../../support/exchange.js'

async function unchanged(speak: Speaker, method: 'GET' | 'HEAD') {
  await speak.makeBucket()
  const etag = (await speak.put('k', 'content', { 'content-type': 'text/css' })).headers.get('etag') ?? ''
  const heard = await speak.say({ method, bucket: speak.bucket, key: 'k', headers: { 'if-none-match': etag } })
  assert.equal(heard.status, 304)
  assert.equal(heard.headers.get('etag'), etag)
  return heard
}

inCos('a GET that finds nothing new names the type, the hash and a length of nothing', async (speak) => {
  const { sizeBytes, headers } = await unchanged(speak, 'GET')
  assert.equal(sizeBytes, 0)
  assert.equal(headers.get('content-type'), 'text/css')
  assert.match(headers.get('x-cos-hash-crc64ecma') ?? '', /^\d+$/)
})

inCos('a HEAD that finds nothing new has the type of an error, once', async (speak) => {
  const { sizeBytes, headers } = await unchanged(speak, 'HEAD')
  assert.equal(sizeBytes, 0)
  assert.equal(headers.get('content-type'), 'application/xml')
})

inS3('an answer without news announces neither length nor type', async (speak) => {
  const { sizeBytes, headers } = await unchanged(speak, 'GET')
  assert.equal(sizeBytes, undefined)
  assert.equal(headers.has('content-type'), false)
})
