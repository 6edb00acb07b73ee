/** ACLs through the official SDKs, each reading back what it and the other have set. */

import assert from 'node:assert/strict'
import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import test, { after, before } from 'node:test'
import {
  CopyObjectCommand,
  CreateBucketCommand,
  CreateMultipartUploadCommand,
  GetBucketAclCommand,
  GetObjectAclCommand,
  GetObjectCommand,
  type Grant,
  ListObjectsV2Command,
  PutBucketAclCommand,
  PutObjectAclCommand,
  PutObjectCommand,
  type S3Client,
  S3ServiceException,
} from '@aws-sdk/client-s3'
import type COS from 'cos-nodejs-sdk-v5'
import { startServer, type TestServer } from '../../src/testing.js'
import { raises } from '../support/raises.js'
import { type TemporaryDirectory, temporaryDirectory } from '../support/temporary-directory.js'
import { cosFailureOf, cosThroughProxy, failureOf, fetchPlainly, REGION, s3PathStyle } from './clients.js'

const Bucket = 'acls-1250000000'
const at = { Bucket, Region: REGION }
const UIN = '100000000002'
const THEIR_QCS = `qcs::cam::uin/${UIN}:uin/${UIN}`
const CANONICAL_ID = 'c0ffee'.repeat(10)
const ALL_USERS = 'http://acs.amazonaws.com/groups/global/AllUsers'

let directory: TemporaryDirectory
let server: TestServer
let cos: COS
let theirCos: COS
let s3: S3Client
let theirS3: S3Client
let anonymous: S3Client

before(async () => {
  directory = await temporaryDirectory()
  const seed = join(directory.path, 'seed.yaml')
  await writeFile(
    seed,
    `accounts:
  - name: second
    appid: 1250000001
    uin: ${UIN}
    canonicalId: ${CANONICAL_ID}
    email: second@example.org
    keys: [{ id: AKIDsecond, secret: second-secret }]
buckets:
  - { name: seeded-1250000000, acl: authenticated-read }
objects:
  - { bucket: seeded-1250000000, key: follows, content: follows }
  - { bucket: seeded-1250000000, key: closed, content: closed, acl: private }
  - { bucket: seeded-1250000000, key: open, content: open, acl: public-read }
`,
  )
  server = await startServer({ memory: true, seed })
  cos = cosThroughProxy(server)
  theirCos = cosThroughProxy(server, { SecretId: 'AKIDsecond', SecretKey: 'second-secret' })
  s3 = s3PathStyle(server)
  theirS3 = s3PathStyle(server, { credentials: { accessKeyId: 'AKIDsecond', secretAccessKey: 'second-secret' } })
  anonymous = s3PathStyle(server, { signer: { sign: async (request) => request } })
  await cos.putBucket(at)
})
after(async () => {
  for (const client of [s3, theirS3, anonymous]) client.destroy()
  await server.close()
  await directory[Symbol.asyncDispose]()
})

async function refused(call: Promise<unknown>, name = 'AccessDenied'): Promise<void> {
  assert.equal((await failureOf(call, S3ServiceException)).name, name)
}

const shownGrants = (grants: readonly Grant[] = []) =>
  grants.map(({ Grantee, Permission }) => [Grantee?.Type, Grantee?.ID ?? Grantee?.URI, Permission])

test('the COS SDK sets the ACL of a bucket by a word and by headers, and reads it back', async () => {
  for (const ACL of ['public-read', 'public-read-write', 'authenticated-read', 'private'] as const) {
    await cos.putBucketAcl({ ...at, ACL })
    assert.equal((await cos.getBucketAcl(at)).ACL, ACL)
  }
  await cos.putBucketAcl({ ...at, GrantRead: `id="${UIN}"`, GrantFullControl: 'id="qcs::cam::uin/1001:uin/1001"' })
  const granted = await cos.getBucketAcl(at)
  assert.deepEqual(
    [granted.GrantRead, granted.GrantFullControl],
    [`id="${THEIR_QCS}"`, 'id="qcs::cam::uin/1001:uin/1001"'],
  )
  assert.equal((await theirCos.getBucket(at)).statusCode, 200)
  await cos.putBucketAcl({ ...at, ACL: 'public-read', GrantFullControl: `id="${THEIR_QCS}"` })
  assert.equal((await cos.getBucketAcl(at)).ACL, 'public-read')
})

test('the COS SDK sets the ACL of a bucket by a document, and reads back exactly its grants', async () => {
  const { Owner } = await cos.getBucketAcl(at)
  const Grants = [{ Grantee: { ID: THEIR_QCS }, Permission: 'READ' as const }]
  await cos.putBucketAcl({ ...at, AccessControlPolicy: { Owner, Grants } })
  const read = await cos.getBucketAcl(at)
  assert.deepEqual(
    read.Grants.map(({ Grantee, Permission }) => [Grantee, Permission]),
    [[{ ID: THEIR_QCS, DisplayName: UIN }, 'READ']],
  )
  assert.equal(read.GrantRead, `id="${THEIR_QCS}"`)
  await cos.putBucketAcl({ ...at, ACL: 'private' })
})

test('the COS SDK sets the ACL of an object, which says default until then', async () => {
  const object = { ...at, Key: 'object' }
  await cos.putObject({ ...object, Body: 'x' })
  assert.equal((await cos.getObjectAcl(object)).ACL, 'default')
  assert.equal((await cosFailureOf(theirCos.getObject(object))).code, 'AccessDenied')
  await cos.putObjectAcl({ ...object, ACL: 'public-read' })
  assert.equal((await cos.getObjectAcl(object)).ACL, 'public-read')
  assert.equal((await theirCos.getObject(object)).Body.toString(), 'x')
  await cos.putObjectAcl({ ...object, GrantReadAcp: `id="${THEIR_QCS}"` })
  assert.equal((await theirCos.getObjectAcl(object)).GrantReadAcp, `id="${THEIR_QCS}"`)
  assert.equal((await cosFailureOf(theirCos.getObject(object))).code, 'AccessDenied')
  await cos.putObjectAcl({ ...object, ACL: 'default' })
  assert.equal((await cos.getObjectAcl(object)).ACL, 'default')
  await cos.putObject({ ...object, Body: 'y', ACL: 'public-read' })
  assert.equal((await theirCos.getObject(object)).Body.toString(), 'y')
})

test(raises('InvalidArgument', 'the COS SDK with a canned ACL that there is not'), async () => {
  // The SDK’s types know the words; a program in JavaScript may still say another.
  const call = cos.putBucketAcl({ ...at, Headers: { 'x-cos-acl': 'public-read-writ' } })
  assert.equal((await cosFailureOf(call)).code, 'InvalidArgument')
})

test('the S3 SDK sets the ACL of a bucket by a word, by headers and by a document', async () => {
  const { Owner } = await s3.send(new GetBucketAclCommand({ Bucket }))
  const owner = ['CanonicalUser', Owner?.ID, 'FULL_CONTROL']
  await s3.send(new PutBucketAclCommand({ Bucket, ACL: 'public-read' }))
  const canned = await s3.send(new GetBucketAclCommand({ Bucket }))
  assert.deepEqual(shownGrants(canned.Grants), [owner, ['Group', ALL_USERS, 'READ']])
  assert.ok((await anonymous.send(new ListObjectsV2Command({ Bucket }))).KeyCount !== undefined)
  await s3.send(new PutBucketAclCommand({ Bucket, GrantRead: `id="${CANONICAL_ID}"` }))
  await refused(anonymous.send(new ListObjectsV2Command({ Bucket })))
  await theirS3.send(new ListObjectsV2Command({ Bucket }))
  const { Grants } = canned
  await s3.send(
    new PutBucketAclCommand({
      Bucket,
      AccessControlPolicy: {
        Owner,
        Grants: [
          ...(Grants ?? []),
          { Grantee: { Type: 'AmazonCustomerByEmail', EmailAddress: 'Second@example.org' }, Permission: 'WRITE' },
        ],
      },
    }),
  )
  const read = await s3.send(new GetBucketAclCommand({ Bucket }))
  assert.deepEqual(shownGrants(read.Grants), [
    owner,
    ['Group', ALL_USERS, 'READ'],
    ['CanonicalUser', CANONICAL_ID, 'WRITE'],
  ])
  await s3.send(new PutBucketAclCommand({ Bucket, ACL: 'private' }))
})

test('a public object of a private bucket is read by anyone, a private one of a public bucket by its owner', async () => {
  await s3.send(new CreateBucketCommand({ Bucket: 'closed' }))
  await s3.send(new CreateBucketCommand({ Bucket: 'open', ACL: 'public-read' }))
  const text = async (client: S3Client, name: string, Key: string) =>
    (await client.send(new GetObjectCommand({ Bucket: name, Key }))).Body?.transformToString()
  for (const name of ['closed', 'open']) {
    await s3.send(new PutObjectCommand({ Bucket: name, Key: 'public', Body: 'public', ACL: 'public-read' }))
    await s3.send(new PutObjectCommand({ Bucket: name, Key: 'private', Body: 'private', ACL: 'private' }))
    assert.equal(await text(anonymous, name, 'public'), 'public')
    assert.equal(await text(s3, name, 'private'), 'private')
    for (const client of [anonymous, theirS3]) await refused(text(client, name, 'private'))
    await refused(text(anonymous, name, 'absent'), name === 'open' ? 'NoSuchKey' : 'AccessDenied')
  }
  await refused(anonymous.send(new ListObjectsV2Command({ Bucket: 'closed' })))
})

test('the S3 SDK sets the ACL of an object as it writes, copies and starts it, and afterwards', async () => {
  const shown = async (Key: string) => {
    const { Grants, Owner } = await s3.send(new GetObjectAclCommand({ Bucket, Key }))
    return shownGrants(Grants).filter(([, name, permission]) => name !== Owner?.ID || permission !== 'FULL_CONTROL')
  }
  await s3.send(new PutObjectCommand({ Bucket, Key: 'put', Body: 'x', GrantRead: `id=${CANONICAL_ID}` }))
  assert.deepEqual(await shown('put'), [['CanonicalUser', CANONICAL_ID, 'READ']])
  await s3.send(new CopyObjectCommand({ Bucket, Key: 'copy', CopySource: `${Bucket}/put` }))
  assert.deepEqual(await shown('copy'), [])
  await s3.send(new CopyObjectCommand({ Bucket, Key: 'copy', CopySource: `${Bucket}/put`, ACL: 'authenticated-read' }))
  await theirS3.send(new GetObjectCommand({ Bucket, Key: 'copy' }))
  await s3.send(new PutObjectAclCommand({ Bucket, Key: 'copy', ACL: 'private' }))
  await refused(theirS3.send(new GetObjectCommand({ Bucket, Key: 'copy' })))
  await refused(
    s3.send(new CreateMultipartUploadCommand({ Bucket, Key: 'upload', GrantRead: 'emailAddress="no@one"' })),
    'UnresolvableGrantByEmailAddress',
  )
})

test('each SDK sees what the other has granted', async () => {
  const object = { ...at, Key: 'shared' }
  await cos.putObject({ ...object, Body: 'x', GrantRead: `id="${THEIR_QCS}"` })
  const { Grants } = await s3.send(new GetObjectAclCommand({ Bucket, Key: 'shared' }))
  assert.deepEqual(shownGrants(Grants).slice(1), [['CanonicalUser', CANONICAL_ID, 'READ']])
  await s3.send(new PutObjectAclCommand({ Bucket, Key: 'shared', ACL: 'public-read' }))
  assert.equal((await cos.getObjectAcl(object)).ACL, 'public-read')
})

test('a seed says who may read its buckets and objects', async () => {
  const read = async (key: string) => (await fetchPlainly(server, `${server.endpoint}/seeded-1250000000/${key}`)).status
  assert.deepEqual([await read('follows'), await read('closed'), await read('open')], [403, 403, 200])
  const seeded = { Bucket: 'seeded-1250000000', Region: REGION }
  assert.equal((await theirCos.getObject({ ...seeded, Key: 'follows' })).Body.toString(), 'follows')
  assert.equal((await cosFailureOf(theirCos.getObject({ ...seeded, Key: 'closed' }))).code, 'AccessDenied')
})
