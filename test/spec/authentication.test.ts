/**
 * Every kind of authentication against every operation of the table: whoever adds an operation adds its sample here,
 * or the first test fails. Nothing is authorised in two places, so no operation can forget it; this is the proof.
 */

import assert from 'node:assert/strict'
import { createHash } from 'node:crypto'
import { test } from 'node:test'
import { GRANT_PERMISSIONS, type GrantPermission } from '../../src/model/grants.js'
import { NO_BYPASS } from '../../src/model/object-lock.js'
import { type PermissionNeed, permissionNeeds } from '../../src/model/permissions.js'
import { actionNames } from '../../src/model/policy/action-names.js'
import { operations as table } from '../../src/operations/table.js'
import type { Credentials, Signable } from '../../src/tries/signing.js'
import type { AuthKind } from '../../src/wire/authentication.js'
import type { DialectName } from '../../src/wire/dialect.js'
import type { Operation } from '../../src/wire/operation.js'
import { AUTH_KINDS, dialectOf, place } from '../rows/placements.js'
import {
  assertError,
  createExchange,
  elementsOf,
  type Heard,
  inBothDialects,
  inCos,
  inS3,
  OTHER,
  OWNER,
  REGION,
  type Said,
  type Speaker,
  speaker,
} from '../support/exchange.js'
import { raises } from '../support/raises.js'

const EMPTY_BUCKET = 'emptybucket-1250000000'
const NEW_BUCKET = 'newbucket-1250000000'
const NOBODY: Credentials = { id: 'AKIDnobody', secret: OWNER.secret }
const MISTAKEN: Credentials = { id: OWNER.id, secret: 'notTheSecretOfAnybody0000' }
const HOUR_MS = 3_600_000

/** A form has its signature in its body, of kinds of its own: post-object.test.ts is the proof for those. */
const operations = table.filter(({ body }) => body !== 'form')

/** What the samples work on. */
interface Fixture {
  readonly speak: Speaker
  readonly uploadId: string
  readonly partEtag: string
  /** The value of a copy-source header that names the object. */
  readonly source: string
}

interface Sample {
  readonly said: (fixture: Fixture) => Said
  /** Where any account may do this on its own behalf. */
  readonly stranger?: DialectName
}

const object = (said: Partial<Said> & { readonly method: string }): Sample => ({
  said: ({ speak }) => ({ bucket: speak.bucket, key: 'key', ...said }),
})
const locked = (said: Partial<Said> & { readonly method: string }): Sample => ({
  said: () => ({ bucket: LOCKED_BUCKET, ...said }),
})
const bucket = (method: string, query: Said['query'] = {}, body?: string): Sample => ({
  said: ({ speak }) => ({ method, bucket: speak.bucket, query, ...(body === undefined ? {} : { body }) }),
})

const LOCKED_BUCKET = 'lockedbucket-1250000000'
const LOCK = '<ObjectLockConfiguration><ObjectLockEnabled>Enabled</ObjectLockEnabled></ObjectLockConfiguration>'
const RETENTION =
  '<Retention><Mode>COMPLIANCE</Mode><RetainUntilDate>2036-01-01T00:00:00Z</RetainUntilDate></Retention>'
const HOLD = '<LegalHold><Status>ON</Status></LegalHold>'
const DELETE = '<Delete><Object><Key>key</Key></Object></Delete>'
const privately = ({ prefix }: Speaker) => ({ [`${prefix}acl`]: 'private' })
const VERSIONING = '<VersioningConfiguration><Status>Enabled</Status></VersioningConfiguration>'
/** Names somebody who is not here, so that it decides nothing; but one object is for everybody. */
const POLICY = JSON.stringify({
  Version: '2012-10-17',
  Statement: [
    {
      Effect: 'Allow',
      Principal: { AWS: 'arn:aws:iam::999999999999:root' },
      Action: 's3:*',
      Resource: 'arn:aws:s3:::examplebucket-1250000000/*',
    },
    {
      Effect: 'Allow',
      Principal: '*',
      Action: 's3:GetObject',
      Resource: 'arn:aws:s3:::examplebucket-1250000000/shared',
    },
  ],
})
const BLOCK =
  '<PublicAccessBlockConfiguration><BlockPublicPolicy>false</BlockPublicPolicy></PublicAccessBlockConfiguration>'
const OWNERSHIP = '<OwnershipControls><Rule><ObjectOwnership>ObjectWriter</ObjectOwnership></Rule></OwnershipControls>'
const PAYMENT = '<RequestPaymentConfiguration><Payer>BucketOwner</Payer></RequestPaymentConfiguration>'
const ENCRYPTION =
  '<ServerSideEncryptionConfiguration><Rule><ApplyServerSideEncryptionByDefault><SSEAlgorithm>AES256</SSEAlgorithm></ApplyServerSideEncryptionByDefault></Rule></ServerSideEncryptionConfiguration>'
const CORS =
  '<CORSConfiguration><CORSRule><AllowedOrigin>*</AllowedOrigin><AllowedMethod>GET</AllowedMethod></CORSRule></CORSConfiguration>'
const LIFECYCLE =
  '<LifecycleConfiguration><Rule><ID>a</ID><Filter><Prefix>a</Prefix></Filter><Status>Enabled</Status><Expiration><Days>1</Days></Expiration></Rule></LifecycleConfiguration>'
const STRICT =
  '<StrictSignatureConfiguration><Rule><ID>a</ID><actionlist><action>AppendObject</action></actionlist><headerlist><header>Host</header></headerlist></Rule></StrictSignatureConfiguration>'
const RESTORE = '<RestoreRequest><Days>1</Days></RestoreRequest>'
const ACCELERATION = '<AccelerateConfiguration><Status>Suspended</Status></AccelerateConfiguration>'
const WEBSITE = '<WebsiteConfiguration><IndexDocument><Suffix>i</Suffix></IndexDocument></WebsiteConfiguration>'
const REFERER =
  '<RefererConfiguration><Status>Disabled</Status><RefererType>White-List</RefererType><DomainList><Domain>a.b</Domain></DomainList></RefererConfiguration>'
const DOMAIN =
  '<DomainConfiguration><DomainRule><Status>ENABLED</Status><Name>a.example.org</Name><Type>REST</Type></DomainRule></DomainConfiguration>'
const TAGGING = '<Tagging><TagSet><Tag><Key>a</Key><Value>b</Value></Tag></TagSet></Tagging>'

const SAMPLES: Readonly<Record<string, Sample>> = {
  GetService: { said: () => ({ method: 'GET' }), stranger: 'cos' },
  ListBuckets: { said: () => ({ method: 'GET' }), stranger: 's3' },
  CreateBucket: {
    said: () => ({ method: 'PUT', bucket: NEW_BUCKET }),
    stranger: 's3',
  },
  HeadBucket: bucket('HEAD'),
  DeleteBucket: { said: () => ({ method: 'DELETE', bucket: EMPTY_BUCKET }) },
  GetBucketLocation: bucket('GET', { location: true }),
  GetBucketVersioning: bucket('GET', { versioning: true }),
  PutBucketVersioning: bucket('PUT', { versioning: true }, VERSIONING),
  GetBucketACL: bucket('GET', { acl: true }),
  PutBucketACL: {
    said: ({ speak }) => ({ method: 'PUT', bucket: speak.bucket, query: { acl: true }, headers: privately(speak) }),
  },
  GetBucketAccelerate: bucket('GET', { accelerate: true }),
  PutBucketAccelerate: bucket('PUT', { accelerate: true }, ACCELERATION),
  GetBucketTagging: bucket('GET', { tagging: true }),
  PutBucketTagging: bucket('PUT', { tagging: true }, TAGGING),
  DeleteBucketTagging: bucket('DELETE', { tagging: true }),
  GetBucketPolicy: bucket('GET', { policy: true }),
  PutBucketPolicy: bucket('PUT', { policy: true }, POLICY),
  DeleteBucketPolicy: bucket('DELETE', { policy: true }),
  GetBucketPolicyStatus: bucket('GET', { policyStatus: true }),
  GetPublicAccessBlock: bucket('GET', { publicAccessBlock: true }),
  PutPublicAccessBlock: bucket('PUT', { publicAccessBlock: true }, BLOCK),
  DeletePublicAccessBlock: bucket('DELETE', { publicAccessBlock: true }),
  GetBucketOwnershipControls: bucket('GET', { ownershipControls: true }),
  PutBucketOwnershipControls: bucket('PUT', { ownershipControls: true }, OWNERSHIP),
  DeleteBucketOwnershipControls: bucket('DELETE', { ownershipControls: true }),
  GetBucketRequestPayment: bucket('GET', { requestPayment: true }),
  PutBucketRequestPayment: bucket('PUT', { requestPayment: true }, PAYMENT),
  GetBucketStrictSignature: bucket('GET', { 'strict-signature': true }),
  PutBucketStrictSignature: bucket('PUT', { 'strict-signature': true }, STRICT),
  DeleteBucketStrictSignature: bucket('DELETE', { 'strict-signature': true }),
  GetBucketEncryption: bucket('GET', { encryption: true }),
  PutBucketEncryption: bucket('PUT', { encryption: true }, ENCRYPTION),
  DeleteBucketEncryption: bucket('DELETE', { encryption: true }),
  GetBucketLifecycle: bucket('GET', { lifecycle: true }),
  PutBucketLifecycle: bucket('PUT', { lifecycle: true }, LIFECYCLE),
  DeleteBucketLifecycle: bucket('DELETE', { lifecycle: true }),
  GetBucketCORS: bucket('GET', { cors: true }),
  PutBucketCORS: bucket('PUT', { cors: true }, CORS),
  DeleteBucketCORS: bucket('DELETE', { cors: true }),
  GetBucketWebsite: bucket('GET', { website: true }),
  PutBucketWebsite: bucket('PUT', { website: true }, WEBSITE),
  DeleteBucketWebsite: bucket('DELETE', { website: true }),
  GetBucketReferer: bucket('GET', { referer: true }),
  PutBucketReferer: bucket('PUT', { referer: true }, REFERER),
  DeleteBucketReferer: bucket('DELETE', { referer: true }),
  GetBucketDomain: bucket('GET', { domain: true }),
  PutBucketDomain: bucket('PUT', { domain: true }, DOMAIN),
  DeleteBucketDomain: bucket('DELETE', { domain: true }),
  GetBucketLogging: bucket('GET', { logging: true }),
  PutBucketLogging: bucket('PUT', { logging: true }, '<BucketLoggingStatus/>'),
  ListObjects: bucket('GET'),
  ListObjectsV2: bucket('GET', { 'list-type': 2 }),
  ListObjectVersions: bucket('GET', { versions: true }),
  ListMultipartUploads: bucket('GET', { uploads: true }),
  DeleteObjects: {
    said: ({ speak }) => ({
      method: 'POST',
      bucket: speak.bucket,
      query: { delete: true },
      headers: { 'content-md5': createHash('md5').update(DELETE).digest('base64') },
      body: DELETE,
    }),
  },
  PutObject: object({ method: 'PUT', body: 'new content' }),
  GetObject: object({ method: 'GET' }),
  HeadObject: object({ method: 'HEAD' }),
  DeleteObject: object({ method: 'DELETE' }),
  CopyObject: {
    said: ({ speak, source }) => ({
      method: 'PUT',
      bucket: speak.bucket,
      key: 'copy',
      headers: { [`${speak.prefix}copy-source`]: source },
    }),
  },
  GetObjectAttributes: object({
    method: 'GET',
    query: { attributes: true },
    headers: { 'x-amz-object-attributes': 'ETag' },
  }),
  GetObjectTorrent: object({ method: 'GET', key: 'shared', query: { torrent: true } }),
  GetObjectACL: object({ method: 'GET', query: { acl: true } }),
  PutObjectACL: {
    said: ({ speak }) => ({
      method: 'PUT',
      bucket: speak.bucket,
      key: 'key',
      query: { acl: true },
      headers: privately(speak),
    }),
  },
  GetBucketObjectLockConfiguration: locked({ method: 'GET', query: { 'object-lock': true } }),
  PutBucketObjectLockConfiguration: locked({ method: 'PUT', query: { 'object-lock': true }, body: LOCK }),
  GetObjectRetention: locked({ method: 'GET', key: 'kept', query: { retention: true } }),
  PutObjectRetention: locked({ method: 'PUT', key: 'kept', query: { retention: true }, body: RETENTION }),
  GetObjectLegalHold: locked({ method: 'GET', key: 'kept', query: { 'legal-hold': true } }),
  PutObjectLegalHold: locked({ method: 'PUT', key: 'kept', query: { 'legal-hold': true }, body: HOLD }),
  GetObjectTagging: object({ method: 'GET', key: 'tagged', query: { tagging: true } }),
  PutObjectTagging: object({ method: 'PUT', query: { tagging: true }, body: TAGGING }),
  DeleteObjectTagging: object({ method: 'DELETE', query: { tagging: true } }),
  PostObjectRestore: object({ method: 'POST', key: 'archived', query: { restore: true }, body: RESTORE }),
  InitiateMultipartUpload: object({ method: 'POST', query: { uploads: true } }),
  UploadPart: {
    said: ({ speak, uploadId }) => ({
      method: 'PUT',
      bucket: speak.bucket,
      key: 'upload',
      query: { partNumber: 1, uploadId },
      body: 'part',
    }),
  },
  UploadPartCopy: {
    said: ({ speak, uploadId, source }) => ({
      method: 'PUT',
      bucket: speak.bucket,
      key: 'upload',
      query: { partNumber: 2, uploadId },
      headers: { [`${speak.prefix}copy-source`]: source },
    }),
  },
  CompleteMultipartUpload: {
    said: ({ speak, uploadId, partEtag }) => ({
      method: 'POST',
      bucket: speak.bucket,
      key: 'upload',
      query: { uploadId },
      body: `<CompleteMultipartUpload><Part><PartNumber>1</PartNumber><ETag>${partEtag}</ETag></Part></CompleteMultipartUpload>`,
    }),
  },
  AbortMultipartUpload: {
    said: ({ speak, uploadId }) => ({ method: 'DELETE', bucket: speak.bucket, key: 'upload', query: { uploadId } }),
  },
  ListParts: {
    said: ({ speak, uploadId }) => ({ method: 'GET', bucket: speak.bucket, key: 'upload', query: { uploadId } }),
  },
}

function sampleOf({ name }: Operation): Sample {
  return SAMPLES[name] ?? assert.fail(`${name} has no sample`)
}

async function lockFixture({ core, say }: Speaker): Promise<void> {
  const rules = { needsVersioning: false, onlyGrows: true }
  const open = (await core.buckets.find(LOCKED_BUCKET)) ?? assert.fail()
  const bucket = await core.buckets.putLock(open, { defaultRetention: undefined }, rules)
  await say({ method: 'PUT', bucket: LOCKED_BUCKET, key: 'kept', body: 'kept' })
  const retention = { mode: 'COMPLIANCE', retainUntil: Date.UTC(2035, 0, 1) } as const
  await core.objects.setLock({ bucket, key: 'kept', reference: undefined }, NO_BYPASS, () => ({
    retention,
    legalHold: false,
  }))
}

async function fixture(dialect: DialectName, acl = 'private'): Promise<Fixture> {
  const speak = speaker(await createExchange({ sigv2: 'all' }), dialect)
  const headers = { [`${speak.prefix}acl`]: acl }
  await speak.makeBucket(speak.bucket, headers)
  await speak.makeBucket(EMPTY_BUCKET, headers)
  await speak.makeBucket(LOCKED_BUCKET, headers)
  await lockFixture(speak)
  await speak.put('key')
  await speak.put('archived', 'content', { [`${speak.prefix}storage-class`]: 'DEEP_ARCHIVE' })
  await speak.put('shared')
  await speak.put('tagged', 'content', { [`${speak.prefix}tagging`]: 'a=b' })
  await speak.say({ method: 'PUT', bucket: speak.bucket, query: { tagging: true }, body: TAGGING })
  const { buckets, documents } = speak.core
  for (const [kind, json] of [
    ['policy', POLICY],
    ['public-access-block', [false, false, false, false]],
    ['ownership', 'ObjectWriter'],
    ['cors', [[[null, ['*'], ['GET'], [], [], null]], null]],
    ['website', ['index.html', null, null, null, null]],
    ['domain', [['ENABLED', 'b.example.org', 'REST']]],
    ['encryption', ['AES256', null]],
    ['lifecycle', [[], null]],
    ['strict-signature', [['a', ['AppendObject'], ['Host'], []]]],
  ] as const) {
    await documents.put((await buckets.find(speak.bucket)) ?? assert.fail(), kind, () => json)
  }
  const upload = { bucket: speak.bucket, key: 'upload' }
  const initiated = await speak.say({ ...upload, method: 'POST', query: { uploads: true } })
  const [uploadId = ''] = elementsOf(initiated.xml, 'UploadId').map(({ text }) => text)
  const part = await speak.say({ ...upload, method: 'PUT', query: { partNumber: 1, uploadId }, body: 'part' })
  const source = dialect === 'cos' ? `${speak.host(speak.bucket)}/key` : `/${speak.bucket}/key`
  return { speak, uploadId, partEtag: part.headers.get('etag') ?? '', source }
}

interface How {
  readonly as: Credentials
  /** Of the client's clock against the server's. */
  readonly skewMs?: number
  readonly region?: string
  /** Sent beside what is signed. */
  readonly unsigned?: Readonly<Record<string, string>>
}

function sayBy(kind: AuthKind, speak: Speaker, said: Said, { as, skewMs = 0, region = REGION, unsigned }: How) {
  const { query = {}, headers = {}, body = '' } = said
  assert.ok(typeof query !== 'string' && typeof body === 'string', 'samples are plain')
  const signable = {
    method: said.method,
    rawPath: said.path ?? `/${said.key ?? ''}`,
    query: Object.entries(query).map(([name, value]) => [name, value === true ? '' : String(value)] as const),
    host: said.host ?? speak.host(said.bucket),
    headers: new Map(Object.entries(headers)),
    body: Buffer.from(body),
    now: speak.clock.now() + skewMs,
  }
  const placed = place(kind, signable, as, region)
  return speak.say({
    ...said,
    as: 'anonymous',
    query: placed.rawQuery,
    headers: { ...Object.fromEntries(placed.headers), ...unsigned },
  })
}

function kindsOf(dialect: DialectName): readonly AuthKind[] {
  return AUTH_KINDS.filter((kind) => dialectOf(kind) === dialect)
}

/** Nobody who may not has a byte of a body read. */
function refusedUnread(heard: Heard, what: string, code: string, { body }: Said): void {
  assert.deepEqual({ status: heard.status, code: heard.error.code }, { status: 403, code }, `${what}: ${heard.text}`)
  if (body !== undefined) assert.equal(heard.bodyRead, false, `${what}: refused before the body is asked for`)
}

// --- every kind, every operation ------------------------------------------------------------------------------

test('every operation of the table has a sample, and there is no sample of anything else', () => {
  assert.deepEqual(Object.keys(SAMPLES).sort(), operations.map(({ name }) => name).sort())
})

for (const operation of operations) {
  for (const dialect of operation.dialects) {
    test(`${operation.name} in ${dialect} serves its owner by every kind of signature`, async () => {
      for (const kind of kindsOf(dialect)) {
        const found = await fixture(dialect)
        const heard = await sayBy(kind, found.speak, sampleOf(operation).said(found), { as: OWNER })
        assert.ok(heard.status >= 200 && heard.status < 300, `${kind}: ${heard.status} ${heard.text}`)
      }
    })

    test(`${operation.name} in ${dialect} refuses everybody else, by every kind of signature`, async () => {
      const found = await fixture(dialect)
      const { speak } = found
      const { said, stranger } = sampleOf(operation)
      const refused = (heard: Heard, what: string, code: string) => refusedUnread(heard, what, code, said(found))
      const anonymous = await speak.say({ ...said(found), as: 'anonymous', headers: vendorMark(speak, said(found)) })
      refused(anonymous, 'anonymous', 'AccessDenied')
      for (const kind of kindsOf(dialect)) {
        const by = (how: How) => sayBy(kind, speak, said(found), how)
        refused(await by({ as: NOBODY }), `${kind}, unknown key`, 'InvalidAccessKeyId')
        refused(await by({ as: MISTAKEN }), `${kind}, wrong secret`, 'SignatureDoesNotMatch')
        const late = await by({ as: OWNER, skewMs: -25 * HOUR_MS })
        refused(late, `${kind}, old`, /^s3-v[24]-header$/.test(kind) ? 'RequestTimeTooSkewed' : 'AccessDenied')
        // A presigned URL of version 2 says when it ends, and nothing of when it was made.
        const early = kind === 's3-v2-query' ? undefined : await by({ as: OWNER, skewMs: 2 * HOUR_MS })
        if (early !== undefined) refused(early, `${kind}, from the future`, 'RequestTimeTooSkewed')
        const foreign = await by({ as: OTHER })
        if (stranger !== dialect) refused(foreign, `${kind}, other account`, 'AccessDenied')
        else assert.notEqual(foreign.status, 403, `${kind}: ${foreign.text}`)
      }
    })
  }
}

/** An unsigned request tells its dialect by a header. */
function vendorMark(speak: Speaker, { headers = {} }: Said): Readonly<Record<string, string>> {
  return { ...headers, [`${speak.prefix}meta-mark`]: '1' }
}

// --- users and temporary keys -----------------------------------------------------------------------------------

/** In either grammar, for everything; copies ask for their source too. */
function policyFor(grammar: 'cam' | 'iam', operation: Operation): string {
  const permissions = [operation.permission, ...(readsToo(operation) ? (['GetObject'] as const) : [])]
  if (grammar === 'cam') {
    const action = permissions.map((permission) => `name/cos:${permission}`)
    return JSON.stringify({ version: '2.0', statement: [{ effect: 'allow', action, resource: '*' }] })
  }
  const Action = permissions.map((permission) => actionNames[permission].iam)
  return JSON.stringify({ Version: '2012-10-17', Statement: [{ Effect: 'Allow', Action, Resource: '*' }] })
}

async function userKey({ core, owner }: Speaker, policy: string | undefined): Promise<Credentials> {
  const { identities } = core
  await identities.createUser(owner.id, 'alice')
  if (policy !== undefined) {
    await identities.putPolicy(owner.id, 'only', policy)
    await identities.setAttached(owner.id, { kind: 'user', name: 'alice' }, ['only'])
  }
  const { info, secret } = await identities.createKey({ accountId: owner.id, userName: 'alice' })
  return { id: info.id, secret }
}

async function sessionKey(speak: Speaker, policy: string, durationSeconds = 900) {
  const issuer = (await speak.core.identities.principalOf(OWNER.id)) ?? assert.fail()
  const idPrefix = speak.dialect === 'cos' ? 'AKID' : 'ASIA'
  return speak.core.sessions.issue({
    issuer,
    kind: 'federated',
    name: 'f',
    policies: [policy],
    durationSeconds,
    idPrefix,
  })
}

/** With the token where every kind of signature may have it. */
function saidWith(token: string, { prefix }: Speaker, said: Said): Said {
  return { ...said, headers: { ...said.headers, [`${prefix}security-token`]: token } }
}

const NOTHING = JSON.stringify({
  version: '2.0',
  statement: [{ effect: 'allow', action: 'name/cos:NothingAtAll', resource: '*' }],
})

for (const operation of operations) {
  for (const dialect of operation.dialects) {
    test(`${operation.name} in ${dialect} serves a user who may, in either grammar, and no other`, async () => {
      for (const kind of kindsOf(dialect)) {
        for (const grammar of ['cam', 'iam'] as const) {
          const found = await fixture(dialect)
          const as = await userKey(found.speak, policyFor(grammar, operation))
          const heard = await sayBy(kind, found.speak, sampleOf(operation).said(found), { as })
          assert.ok(heard.status >= 200 && heard.status < 300, `${kind}, ${grammar}: ${heard.status} ${heard.text}`)
        }
        for (const policy of [undefined, NOTHING]) {
          const found = await fixture(dialect)
          const said = sampleOf(operation).said(found)
          const heard = await sayBy(kind, found.speak, said, { as: await userKey(found.speak, policy) })
          refusedUnread(heard, `${kind}, a user with ${policy ?? 'nothing'}`, 'AccessDenied', said)
        }
      }
    })

    test(`${operation.name} in ${dialect} serves a temporary key that may, until its end, and no other`, async () => {
      for (const kind of kindsOf(dialect)) {
        const found = await fixture(dialect)
        const { speak } = found
        const said = sampleOf(operation).said(found)
        const may = await sessionKey(speak, policyFor('cam', operation))
        const mayNot = await sessionKey(speak, NOTHING)
        const by = ({ accessKeyId, secretKey, token }: typeof may) =>
          sayBy(kind, speak, saidWith(token, speak, said), { as: { id: accessKeyId, secret: secretKey } })
        refusedUnread(await by(mayNot), `${kind}, a session that may do something else`, 'AccessDenied', said)
        refusedUnread(
          await by({ ...may, secretKey: MISTAKEN.secret }),
          `${kind}, wrong secret`,
          'SignatureDoesNotMatch',
          said,
        )
        const heard = await by(may)
        assert.ok(heard.status >= 200 && heard.status < 300, `${kind}: ${heard.status} ${heard.text}`)
        speak.clock.advance(901_000)
        const late = await by(may)
        assert.deepEqual([late.status, late.error.code], [400, 'ExpiredToken'], late.text)
        if (said.body !== undefined) assert.equal(late.bodyRead, false)
      }
    })
  }
}

// --- what an ACL opens ------------------------------------------------------------------------------------------

/** Copies ask for the source as well: the object that the others work on. */
const readsToo = ({ match }: Operation) => match.vendorHeaders.includes('copy-source')

/** Whether the grants let a stranger do it, given which rights they have on the bucket and which on the object. */
function opened(
  operation: Operation,
  onBucket: readonly GrantPermission[],
  onObject: readonly GrantPermission[],
): boolean {
  const has = ({ on, right }: PermissionNeed) => {
    const granted = on === 'bucket' ? onBucket : onObject
    return right !== undefined && (granted.includes(right) || granted.includes('FULL_CONTROL'))
  }
  return has(permissionNeeds[operation.permission]) && (!readsToo(operation) || has(permissionNeeds.GetObject))
}

async function sayAs(as: 'anonymous' | 'other', operation: Operation, found: Fixture) {
  const said = sampleOf(operation).said(found)
  const headers = as === 'anonymous' ? vendorMark(found.speak, said) : (said.headers ?? {})
  return { said, heard: await found.speak.say({ ...said, as, headers }) }
}

function assertOpened(open: boolean, { said, heard }: Awaited<ReturnType<typeof sayAs>>, what: string): void {
  if (open) assert.ok(heard.status >= 200 && heard.status < 300, `${what}: ${heard.status} ${heard.text}`)
  else refusedUnread(heard, what, 'AccessDenied', said)
}

const inBuckets = operations.filter(({ match }) => match.target === 'bucket' || match.target === 'object')

/** An object without an ACL of its own can be read by whoever may read its bucket. */
const followed = (rights: readonly GrantPermission[]): readonly GrantPermission[] =>
  rights.includes('READ') || rights.includes('FULL_CONTROL') ? ['READ'] : []

for (const [acl, rights] of [
  ['public-read', ['READ']],
  ['public-read-write', ['READ', 'WRITE']],
] as const) {
  for (const operation of inBuckets) {
    for (const dialect of operation.dialects) {
      const open = opened(operation, rights, followed(rights))
      const outcome = open ? 'serves everybody' : 'refuses all but the owner'
      test(`${operation.name} in ${dialect} on a ${acl} bucket ${outcome}`, async () => {
        for (const as of ['anonymous', 'other'] as const) {
          assertOpened(open, await sayAs(as, operation, await fixture(dialect, acl)), as)
        }
      })
    }
  }
}

for (const operation of inBuckets) {
  for (const dialect of operation.dialects) {
    test(`${operation.name} in ${dialect} is opened by the right that it needs and by no other`, async () => {
      for (const permission of GRANT_PERMISSIONS) {
        const onBucket = await fixture(dialect)
        const { core, other } = onBucket.speak
        const grant = { grantee: { kind: 'user', uin: other.uin, subUin: other.uin }, permission } as const
        for (const name of [onBucket.speak.bucket, EMPTY_BUCKET]) {
          const bucket = (await core.buckets.find(name)) ?? assert.fail(name)
          await core.buckets.setAcl(bucket, [grant])
        }
        const open = opened(operation, [permission], followed([permission]))
        assertOpened(open, await sayAs('other', operation, onBucket), `${permission} on the bucket`)
        assertOpened(false, await sayAs('anonymous', operation, onBucket), `nobody, ${permission} on the bucket`)

        const onObject = await fixture(dialect)
        const { objects, buckets } = onObject.speak.core
        const bucket = (await buckets.find(onObject.speak.bucket)) ?? assert.fail()
        for (const key of ['key', 'shared']) {
          await objects.setAcl({ bucket, key, reference: undefined }, [grant], () => undefined)
        }
        assertOpened(
          opened(operation, [], [permission]),
          await sayAs('other', operation, onObject),
          `${permission} on it`,
        )
        assertOpened(false, await sayAs('anonymous', operation, onObject), `nobody, ${permission} on it`)
      }
    })
  }
}

// --- what a request must not bring ------------------------------------------------------------------------------

const get = (speak: Speaker): Said => ({ method: 'GET', bucket: speak.bucket, key: 'key' })

function signableGet(speak: Speaker): Signable {
  return {
    method: 'GET',
    rawPath: '/key',
    query: [],
    host: speak.host(speak.bucket),
    headers: new Map(),
    body: new Uint8Array(0),
    now: speak.clock.now(),
  }
}

const PAIRS_OF_KINDS: readonly (readonly [AuthKind, AuthKind])[] = [
  ['s3-v4-header', 's3-v4-query'],
  ['cos-header', 's3-v4-query'],
  ['cos-query', 's3-v4-query'],
  ['cos-sign-query', 's3-v4-query'],
  ['s3-v4-header', 'cos-query'],
  ['s3-v4-header', 'cos-sign-query'],
]

for (const [first, second] of PAIRS_OF_KINDS) {
  test(raises('SeveralAuthenticationMethods', `${first} and ${second} at once, both right`), async () => {
    const { speak } = await fixture(dialectOf(first))
    const signable = signableGet(speak)
    const one = place(first, signable, OWNER, REGION)
    const two = place(second, signable, OWNER, REGION)
    const heard = await speak.say({
      ...get(speak),
      as: 'anonymous',
      query: [one.rawQuery, two.rawQuery].filter((text) => text !== '').join('&'),
      headers: { ...Object.fromEntries(one.headers), ...Object.fromEntries(two.headers) },
    })
    assertError(heard, 400, 'InvalidArgument', { ArgumentName: 'Authorization' })
  })
}

inCos('a signature in the header makes the one in the query void, as clients that retry rely on', async (speak) => {
  await speak.makeBucket()
  await speak.put('key')
  const signable = signableGet(speak)
  const right = place('cos-header', signable, OWNER, REGION)
  const wrong = place('cos-query', signable, MISTAKEN, REGION)
  const headers = Object.fromEntries(right.headers)
  const heard = await speak.say({ ...get(speak), as: 'anonymous', query: wrong.rawQuery, headers })
  assert.equal(heard.status, 200, heard.text)
})

for (const value of ['Basic dXNlcjpwYXNz', 'Bearer token', 'nonsense', 'AWS5-HMAC-SHA512 x', 'q-sign']) {
  inBothDialects(
    raises('InvalidArgument', `Authorization: ${value} is no scheme, and not nobody either`),
    async (speak) => {
      await speak.makeBucket()
      await speak.put('key', 'x', { [`${speak.prefix}acl`]: 'public-read' })
      const headers = { authorization: value, [`${speak.prefix}meta-mark`]: '1' }
      assertError(await speak.say({ ...get(speak), as: 'anonymous', headers }), 400, 'InvalidArgument', {
        ArgumentName: 'Authorization',
      })
    },
  )
}

inBothDialects('an empty Authorization header is no signature at all', async (speak) => {
  await speak.makeBucket()
  await speak.put('key', 'x', { [`${speak.prefix}acl`]: 'public-read' })
  const heard = await speak.say({ ...get(speak), as: 'anonymous', headers: { authorization: '' } })
  assert.equal(heard.status, 200, heard.text)
})

inBothDialects(raises('InvalidToken', 'a security token that nobody issued, masked in the answer'), async (speak) => {
  await speak.makeBucket()
  const token = 'this-is-a-token-that-nobody-issued-and-that-nobody-may-read-in-a-log'
  const heard = await speak.say({ ...get(speak), headers: { [`${speak.prefix}security-token`]: token } })
  assertError(heard, 400, 'InvalidToken')
  assert.ok(!heard.text.includes(token) && (heard.error.details['Token-0'] ?? '') !== '', heard.text)
})

inBothDialects('an empty security token counts as absent', async (speak) => {
  await speak.makeBucket()
  await speak.put('key')
  const heard = await speak.say({ ...get(speak), headers: { [`${speak.prefix}security-token`]: '' } })
  assert.equal(heard.status, 200, heard.text)
})

/** Each would give whoever holds the URL or the connection more than its signer gave away. */
const UNSIGNED_HEADERS = ['x-amz-acl', 'x-amz-copy-source', 'x-amz-meta-a', 'x-amz-storage-class', 'x-amz-tagging']

for (const kind of ['s3-v4-header', 's3-v4-query'] as const) {
  for (const name of UNSIGNED_HEADERS) {
    test(raises('HeadersNotSigned', `${kind} with ${name} outside the signature`), async () => {
      const { speak } = await fixture('s3')
      const said: Said = { method: 'PUT', bucket: speak.bucket, key: 'key', body: 'altered' }
      const heard = await sayBy(kind, speak, said, { as: OWNER, unsigned: { [name]: 'private' } })
      refusedUnread(heard, name, 'AccessDenied', said)
      assert.equal(heard.error.details['HeadersNotSigned'], name)
    })
  }
}

inS3('a header that is no vendor header need not be signed', async (speak) => {
  await speak.makeBucket()
  await speak.put('key')
  const heard = await sayBy('s3-v4-query', speak, get(speak), {
    as: OWNER,
    unsigned: { 'user-agent': 'a', range: 'x' },
  })
  assert.equal(heard.status, 200, heard.text)
})

inCos('COS has no rule about unsigned headers: what a list leaves out is not protected', async (speak) => {
  await speak.makeBucket()
  await speak.put('key')
  for (const kind of kindsOf('cos')) {
    const heard = await sayBy(kind, speak, get(speak), { as: OWNER, unsigned: { 'x-cos-meta-a': '1' } })
    assert.equal(heard.status, 200, heard.text)
  }
})

const VERSION_2: readonly (readonly [what: string, said: Partial<Said>])[] = [
  ['in the header', { headers: { authorization: `AWS ${OWNER.id}:c2lnbmF0dXJl` } }],
  ['in the query', { query: { AWSAccessKeyId: OWNER.id, Expires: 4_000_000_000, Signature: 'c2ln' } }],
]

for (const [what, said] of VERSION_2) {
  inS3(raises('SignatureVersion4Required', `a signature of version 2 ${what}`), async (speak) => {
    await speak.makeBucket()
    const heard = await speak.say({ ...get(speak), as: 'anonymous', ...said })
    assertError(heard, 400, 'InvalidRequest', { AuthorizationScheme: 'AWS' })
  })
}

inS3(raises('UnsupportedSignature', 'a signature by another algorithm'), async (speak) => {
  await speak.makeBucket()
  const words = 'Credential=a/20260102/ap-guangzhou/s3/aws4_request, SignedHeaders=host, Signature=00'
  const headers = { authorization: `AWS4-ECDSA-P256-SHA256 ${words}` }
  const heard = await speak.say({ ...get(speak), as: 'anonymous', headers })
  assertError(heard, 400, 'UnsupportedSignature')
  assert.match(heard.error.message, /AWS4-HMAC-SHA256/)
})

test(raises('AuthorizationHeaderMalformed', 'a scope of another region names the right one'), async () => {
  const { speak } = await fixture('s3')
  const heard = await sayBy('s3-v4-header', speak, get(speak), { as: OWNER, region: 'mars-1' })
  assertError(heard, 400, 'AuthorizationHeaderMalformed', { Region: REGION })
})

test(raises('AuthorizationQueryParametersError', 'a presigned URL without its date'), async () => {
  const { speak } = await fixture('s3')
  const query = { 'X-Amz-Algorithm': 'AWS4-HMAC-SHA256', 'X-Amz-Credential': 'a/b/c/d/e', 'X-Amz-Signature': '0' }
  assertError(await speak.say({ ...get(speak), as: 'anonymous', query }), 400, 'AuthorizationQueryParametersError')
})

test(raises('InvalidSecurity', 'a COS signature that lacks an item'), async () => {
  const { speak } = await fixture('cos')
  const headers = { authorization: `q-sign-algorithm=sha1&q-ak=${OWNER.id}` }
  assertError(await speak.say({ ...get(speak), as: 'anonymous', headers }), 403, 'InvalidSecurity')
})

test(raises('SignatureDateInvalid', 'a signature without any date'), async () => {
  const { speak } = await fixture('s3')
  const authorization = `AWS4-HMAC-SHA256 Credential=${OWNER.id}/20260102/${REGION}/s3/aws4_request, SignedHeaders=host, Signature=00`
  assertError(await speak.say({ ...get(speak), as: 'anonymous', headers: { authorization } }), 403, 'AccessDenied')
})

inBothDialects('the secret of a key is in no answer that its signature failed with', async (speak) => {
  await speak.makeBucket()
  const heard = await speak.say({ ...get(speak), as: MISTAKEN })
  assertError(heard, 403, 'SignatureDoesNotMatch')
  assert.ok(!heard.text.includes(OWNER.secret), heard.text)
})
