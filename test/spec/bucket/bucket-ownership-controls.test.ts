/** Ownership of objects: whose they become, and what ACLs are worth then. */

import assert from 'node:assert/strict'
import type { Ownership } from '../../../src/model/policy/decision.js'
import { assertError, inBothDialects, inS3, type Speaker } from '../../support/exchange.js'
import { raises } from '../../support/raises.js'

const controls = (ownership: string) =>
  `<OwnershipControls><Rule><ObjectOwnership>${ownership}</ObjectOwnership></Rule></OwnershipControls>`

async function setOwnership(speak: Speaker, ownership: Ownership): Promise<void> {
  const bucket = (await speak.core.buckets.find(speak.bucket)) ?? assert.fail()
  await speak.core.documents.put(bucket, 'ownership', () => ownership)
}

async function ownerOf(speak: Speaker, key: string): Promise<string> {
  const bucket = (await speak.core.buckets.find(speak.bucket)) ?? assert.fail()
  return (await speak.core.objects.find({ bucket, key, reference: undefined })).version.accountId
}

inS3(raises('OwnershipControlsNotFoundError', 'until they are set, and after they are deleted'), async (speak) => {
  await speak.makeBucket()
  const ask = (method: string, body?: string) =>
    speak.say({
      method,
      bucket: speak.bucket,
      query: { ownershipControls: true },
      ...(body === undefined ? {} : { body }),
    })
  assertError(await ask('GET'), 404, 'OwnershipControlsNotFoundError', { BucketName: speak.bucket })
  assertError(await ask('PUT', controls('Somebody')), 400, 'MalformedXML')
  assert.equal((await ask('PUT', controls('BucketOwnerPreferred'))).status, 200)
  assert.ok((await ask('GET')).text.includes(controls('BucketOwnerPreferred').slice('<OwnershipControls>'.length)))
  assert.equal((await ask('DELETE')).status, 204)
  assertError(await ask('GET'), 404, 'OwnershipControlsNotFoundError')
})

inS3(
  raises('InvalidBucketAclWithObjectOwnership', 'ACLs are switched off where one gives something away'),
  async (speak) => {
    await speak.makeBucket(speak.bucket, { 'x-amz-acl': 'public-read' })
    const put = await speak.say({
      method: 'PUT',
      bucket: speak.bucket,
      query: { ownershipControls: true },
      body: controls('BucketOwnerEnforced'),
    })
    assertError(put, 400, 'InvalidBucketAclWithObjectOwnership')
    const headers = { 'x-amz-acl': 'public-read', 'x-amz-object-ownership': 'BucketOwnerEnforced' }
    const made = await speak.say({ method: 'PUT', bucket: 'another-1250000000', headers })
    assertError(made, 400, 'InvalidBucketAclWithObjectOwnership')
  },
)

inS3('a bucket may be made with its ownership', async (speak) => {
  await speak.makeBucket(speak.bucket, { 'x-amz-object-ownership': 'BucketOwnerEnforced' })
  const heard = await speak.say({ method: 'GET', bucket: speak.bucket, query: { ownershipControls: true } })
  assert.match(heard.text, /BucketOwnerEnforced/)
  const headers = { 'x-amz-object-ownership': 'Nobody' }
  assertError(await speak.say({ method: 'PUT', bucket: 'another-1250000000', headers }), 400, 'InvalidArgument')
})

inBothDialects(raises('AccessControlListNotSupported', 'any ACL but the one that changes nothing'), async (speak) => {
  await speak.makeBucket()
  await speak.put('k')
  await setOwnership(speak, 'BucketOwnerEnforced')
  const headers = (word: string) => ({ [`${speak.prefix}acl`]: word })
  const put = (word: string) =>
    speak.say({ method: 'PUT', bucket: speak.bucket, key: 'n', body: 'x', headers: headers(word) })
  assertError(await put('public-read'), 400, 'AccessControlListNotSupported')
  assert.equal((await put('bucket-owner-full-control')).status, 200)
  for (const key of [undefined, 'k']) {
    const at = { bucket: speak.bucket, ...(key === undefined ? {} : { key }), query: { acl: true } as const }
    assertError(
      await speak.say({ ...at, method: 'PUT', headers: headers('private') }),
      400,
      'AccessControlListNotSupported',
    )
    assert.equal((await speak.say({ ...at, method: 'GET' })).status, 200)
  }
})

inBothDialects(
  'BucketOwnerEnforced: what ACLs gave is over, and every new object is the bucket owner’s',
  async (speak) => {
    await speak.makeBucket(speak.bucket, { [`${speak.prefix}acl`]: 'public-read-write' })
    await speak.say({ method: 'PUT', bucket: speak.bucket, key: 'theirs', body: 'x', as: 'other' })
    assert.equal(await ownerOf(speak, 'theirs'), speak.other.id)
    await setOwnership(speak, 'BucketOwnerEnforced')
    const get = await speak.say({ method: 'GET', bucket: speak.bucket, key: 'theirs', as: 'other' })
    assertError(get, 403, 'AccessDenied')
    const body = JSON.stringify({
      Version: '2012-10-17',
      Statement: [
        { Effect: 'Allow', Principal: '*', Action: 's3:PutObject', Resource: `arn:aws:s3:::${speak.bucket}/*` },
      ],
    })
    await speak.say({ method: 'PUT', bucket: speak.bucket, query: { policy: true }, body })
    const put = await speak.say({ method: 'PUT', bucket: speak.bucket, key: 'new', body: 'x', as: 'other' })
    assert.equal(put.status, 200)
    assert.equal(await ownerOf(speak, 'new'), speak.owner.id)
  },
)

inBothDialects('BucketOwnerPreferred: an object that is given to the bucket’s owner is its', async (speak) => {
  await speak.makeBucket(speak.bucket, { [`${speak.prefix}acl`]: 'public-read-write' })
  await setOwnership(speak, 'BucketOwnerPreferred')
  const put = (key: string, headers: Readonly<Record<string, string>>) =>
    speak.say({ method: 'PUT', bucket: speak.bucket, key, body: 'x', as: 'other', headers })
  await put('kept', {})
  await put('given', { [`${speak.prefix}acl`]: 'bucket-owner-full-control' })
  assert.deepEqual([await ownerOf(speak, 'kept'), await ownerOf(speak, 'given')], [speak.other.id, speak.owner.id])
})
