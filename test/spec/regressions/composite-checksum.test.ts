/** A composite checksum as clients write it at Complete: with the number of parts behind it, or without (minio-go). */

import assert from 'node:assert/strict'
import { createHash } from 'node:crypto'
import { assertError, childText, inS3 } from '../../support/exchange.js'
import { begin } from '../multipart/upload.js'

const sha256 = (bytes: string | Uint8Array) => createHash('sha256').update(bytes).digest()
const PART = sha256('content').toString('base64')
const COMPOSITE = sha256(sha256('content')).toString('base64')

for (const { given, status } of [
  { given: `${COMPOSITE}-1`, status: 200 },
  { given: COMPOSITE, status: 200 },
  { given: `${COMPOSITE}-2`, status: 400 },
  { given: PART, status: 400 },
]) {
  const outcome = status === 200 ? 'taken' : 'BadDigest'
  inS3(`a composite checksum of one part given as ${given} is ${outcome}`, async (speak) => {
    await speak.makeBucket()
    const upload = await begin(speak, 'k', { 'x-amz-checksum-algorithm': 'SHA256' })
    const part = await upload.store(1, 'content', { 'x-amz-checksum-sha256': PART })
    const listed = { ...part, more: `<ChecksumSHA256>${PART}</ChecksumSHA256>` }
    const heard = await upload.complete([listed], { 'x-amz-checksum-sha256': given })
    if (status !== 200) return assertError(heard, 400, 'BadDigest')
    assert.equal(heard.status, 200, heard.text)
    assert.equal(childText(heard.xml, 'ChecksumSHA256'), `${COMPOSITE}-1`)
  })
}
