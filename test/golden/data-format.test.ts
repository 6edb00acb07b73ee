/**
 * The promise of docs/data-format.md: bytes recorded by an earlier release are read by this one, and what this one
 * writes is what was recorded for its version. A difference here is a data directory that somebody cannot open any
 * more: add a version, never change the recording.
 */

import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { test } from 'node:test'
import { masterKeyFrom } from '../../src/base/master-key.js'
import { checkBlocks, checkFooter, createBlockChecksums, dataSizeOf } from '../../src/blob/file-format.js'
import { accelerationFormat } from '../../src/core/acceleration.js'
import * as accessLogRows from '../../src/core/access-log-rows.js'
import { httpsFormat } from '../../src/core/bucket-access.js'
import { formerRegionCodec } from '../../src/core/bucket-moves.js'
import { corsFormat } from '../../src/core/cors-record.js'
import type { DocumentFormat } from '../../src/core/documents.js'
import { domainFormat } from '../../src/core/domains.js'
import * as emptyingRows from '../../src/core/emptying-record.js'
import { defaultEncryptionFormat } from '../../src/core/encryption-record.js'
import * as identityRows from '../../src/core/identity-rows.js'
import * as kmsRows from '../../src/core/kms-rows.js'
import { lifecycleFormat } from '../../src/core/lifecycle-record.js'
import { limitsFormat } from '../../src/core/limits-record.js'
import { lockFormat } from '../../src/core/lock-record.js'
import { refererFormat } from '../../src/core/referer-record.js'
import * as rows from '../../src/core/rows.js'
import { createSealing } from '../../src/core/sealing.js'
import { maintenanceCodec } from '../../src/core/service-mode.js'
import { asBlobId } from '../../src/core/stored-bytes.js'
import { bucketTagsFormat } from '../../src/core/tags-record.js'
import * as torrentRows from '../../src/core/torrent-rows.js'
import { COMPLETE, usageFormat } from '../../src/core/usage-rows.js'
import { websiteFormat } from '../../src/core/website-record.js'
import type { LoggingConfiguration } from '../../src/model/access-log.js'
import type { Bucket } from '../../src/model/bucket.js'
import type { CorsConfiguration } from '../../src/model/cors.js'
import type { Grant } from '../../src/model/grants.js'
import type { Role, User } from '../../src/model/identity.js'
import type { KmsKey } from '../../src/model/kms-key.js'
import type { Lifecycle } from '../../src/model/lifecycle.js'
import type { AnyVersion, ObjectHeaders } from '../../src/model/version.js'
import type { KmsEncryption, VersionExtras } from '../../src/model/version-extras.js'
import type { WebsiteConfiguration } from '../../src/model/website.js'

// Compiled tests stand below dist or another output folder; the recording stands with the sources.
const recorded = readRecording(import.meta.dirname)

interface Recording {
  /** Kind of record, then its version: the bytes behind the version byte, as text. */
  readonly records: Readonly<Record<string, Readonly<Record<string, string>>>>
  readonly keys: Readonly<Record<string, string>>
  readonly blobFile: { readonly id: string; readonly text: string; readonly repeat: number; readonly footer: string }
}

const HEADERS: ObjectHeaders = {
  contentType: 'text/plain',
  cacheControl: undefined,
  contentDisposition: 'attachment; filename="a.txt"',
  contentEncoding: undefined,
  contentLanguage: 'zh-CN',
  expires: undefined,
  userMetadata: [['author', 'caf\u00c3\u00a9']],
}
const PIECE = { blob: '019e0000000000112233445566ab', offsetBytes: 0, sizeBytes: 5, inline: true }
const FILE_PIECE = { blob: '019e0000000100112233445566ab', offsetBytes: 7, sizeBytes: 70_000, inline: false }
const CHECKSUM = { algorithm: 'CRC32C', type: 'FULL_OBJECT', value: 'mnG7TA==' } as const
const IDENTITY = {
  sequence: '18446744071614551615',
  isNull: false,
  modifiedAt: 1_795_336_593_123,
  accountId: '0a1b2c3d4e5f',
}
const OBJECT = {
  kind: 'object',
  key: 'a/\u4f60\u597d.txt',
  ...IDENTITY,
  sizeBytes: 5,
  etag: '5d41402abc4b2a76b9719d911017c592',
  crc64: '3231342946509354535',
  storageClass: 'STANDARD',
  headers: HEADERS,
  checksum: CHECKSUM,
  content: { kind: 'pieces', pieces: [PIECE, FILE_PIECE] },
  acl: undefined,
  tags: [],
  extras: {},
} as const satisfies AnyVersion
const MANY_PIECES = {
  ...OBJECT,
  checksum: undefined,
  content: { kind: 'manifest', id: '019e0000000200112233445566ab', partCount: 2 },
} as const satisfies AnyVersion

const BUCKET = {
  id: '00112233445566aa',
  name: 'example-1250000000',
  accountId: '0a1b2c3d4e5f',
  region: 'ap-guangzhou',
  createdAt: 1_795_336_593_123,
  versioning: 'suspended',
  acl: 'public-read',
  state: 'active',
  documents: [],
  documentsRevision: 0,
} as const satisfies Bucket
const EMPTYING: emptyingRows.Emptying = {
  bucketId: BUCKET.id,
  bucketName: BUCKET.name,
  state: 'running',
  removeBucket: true,
  phase: 'object',
  after: '30616263',
  objects: 1_200,
  markers: 30,
  uploads: 4,
  refused: 2,
  lastError: 'key: AccessDenied: Access Denied.',
  begunAt: 1_795_336_593_123,
  endedAt: undefined,
  steppedAt: 1_795_336_593_124,
}
const EMPTIED: emptyingRows.Emptying = {
  ...EMPTYING,
  ...{ state: 'done', removeBucket: false, phase: 'upload', after: undefined, lastError: undefined },
  ...{ objects: 0, markers: 0, uploads: 0, refused: 0, endedAt: 1_795_336_593_125 },
}
const UPLOAD: rows.Upload = {
  id: '019e00000003',
  key: OBJECT.key,
  initiatedAt: 1_795_336_593_123,
  accountId: '0a1b2c3d4e5f',
  storageClass: 'STANDARD_IA',
  headers: HEADERS,
  checksum: { algorithm: 'SHA256', type: 'COMPOSITE' },
  acl: undefined,
  tags: [],
  extras: {},
}
const TAGS = [
  { key: 'project', value: '石头' },
  { key: 'empty', value: '' },
]
const KMS_KEY_ID = '0f1e2d3c-4b5a-4978-8695-a4b3c2d1e0ff'
const KMS: KmsEncryption = {
  kind: 'kms',
  keyId: KMS_KEY_ID,
  region: 'ap-guangzhou',
  accountUin: '100000000001',
  context: '{"project":"石头"}',
  bucketKeyEnabled: true,
}
const NO_FILTER = {
  prefix: undefined,
  tags: [],
  prefixNotEquals: undefined,
  sizeBytesAbove: undefined,
  sizeBytesBelow: undefined,
}
/** A rule with everything, and one with as little as there may be. */
const LIFECYCLE: Lifecycle = {
  rules: [
    {
      id: 'all',
      enabled: true,
      form: 'and',
      filter: { prefix: 'a/', tags: TAGS, prefixNotEquals: 'a/b', sizeBytesAbove: 1, sizeBytesBelow: 5_000_000_000 },
      transitions: [
        { days: 30, date: undefined, storageClass: 'STANDARD_IA' },
        { days: undefined, date: '2026-02-01T00:00:00+08:00', storageClass: 'ARCHIVE' },
      ],
      expiration: { days: 3650, date: undefined, markers: undefined },
      noncurrentTransitions: [{ days: 0, newer: 3, storageClass: 'DEEP_ARCHIVE' }],
      noncurrentExpiration: { days: 1, newer: 100 },
      abortDays: 7,
    },
    {
      id: 'markers',
      enabled: false,
      form: 'legacy',
      filter: { ...NO_FILTER, prefix: '' },
      transitions: [],
      expiration: { days: undefined, date: undefined, markers: true },
      noncurrentTransitions: [],
      noncurrentExpiration: undefined,
      abortDays: undefined,
    },
  ],
  minimumSize: 'varies_by_storage_class',
}
const KMS_KEY: KmsKey = {
  id: KMS_KEY_ID,
  accountId: '0a1b2c3d4e5f',
  region: 'ap-guangzhou',
  description: 'reports',
  state: 'enabled',
  createdAt: 1_795_336_593_123,
  currentVersion: 3,
  deletionAt: undefined,
}
const EXTRAS: VersionExtras = {
  lock: { retention: { mode: 'GOVERNANCE', retainUntil: 1_795_336_593_123 }, legalHold: true },
  restore: { tier: 'Bulk', requestedAt: 1_795_336_593_123, readyAt: 1_795_336_593_124, expiresAt: 1_795_336_593_125 },
  encryption: KMS,
  redirectLocation: '/there',
}
/** Every kind of grantee and every permission. */
const GRANTS: readonly Grant[] = [
  { grantee: { kind: 'owner' }, permission: 'FULL_CONTROL' },
  { grantee: { kind: 'bucket-owner' }, permission: 'READ' },
  { grantee: { kind: 'group', group: 'everyone' }, permission: 'READ_ACP' },
  { grantee: { kind: 'group', group: 'accounts' }, permission: 'WRITE' },
  { grantee: { kind: 'user', uin: '100000000001', subUin: '100000000002' }, permission: 'WRITE_ACP' },
]

const LOGGING: LoggingConfiguration = {
  form: 's3',
  targetBucket: 'logs-1250000000',
  targetPrefix: 'log/',
  grants: [
    { grantee: { kind: 'group', group: 'log-delivery' }, permission: 'READ' },
    { grantee: { kind: 'owner' }, permission: 'FULL_CONTROL' },
  ],
  keyFormat: 'event-time',
}
const LOG_SOURCE = {
  bucketName: 'example-1250000000',
  region: 'ap-guangzhou',
  accountId: '0a1b2c3d4e5f',
  uin: '100000000001',
}

const SEALED_SECRET = 'sq4DuGRHAH6lpaWlpaWlpaWlpaVAZ+/FUe5N/bdHtNHNixrZLq69bDNgNIo='
const SEALED_MARKER = 'sq4DuGRHAH6lpaWlpaWlpaWlpaVSM/PXU/tN3qlKNY1OQlBKzBsKl+Ktgg=='
const ACCESS_KEY: rows.StoredAccessKey = {
  id: 'AKIDexample',
  secret: { kind: 'sealed', text: SEALED_SECRET },
  accountId: '0a1b2c3d4e5f',
  enabled: true,
  root: false,
  userName: undefined,
  createdAt: undefined,
}
const USER: User = {
  id: '0011223344556677',
  accountId: '0a1b2c3d4e5f',
  name: 'reader@example.org',
  number: '100000000002',
  groups: ['staff'],
  policies: ['readers', 'writers'],
  createdAt: 1_795_336_593_123,
}
const ROLE: Role = {
  id: '0011223344556688',
  accountId: '0a1b2c3d4e5f',
  name: 'backup',
  trust: '{"Statement":[]}',
  policies: ['readers'],
  sessionSecondsMax: 3_600,
  sessionsRevokedBefore: undefined,
  createdAt: 1_795_336_593_123,
}

interface Sample {
  readonly name: string
  readonly value: unknown
  /** Undefined for what is read and never written any more. */
  readonly encode: (() => Buffer) | undefined
  readonly decode: (bytes: Buffer) => unknown
}

function sample<T>(
  codec: { readonly name: string; encode(value: T): Buffer; decode(bytes: Buffer): T },
  value: T,
  name = codec.name,
): Sample {
  return { name, value, encode: () => codec.encode(value), decode: (bytes) => codec.decode(bytes) }
}

/** A document as the shape of its kind. */
const CORS: CorsConfiguration = {
  rules: [
    {
      id: 'app',
      allowedOrigins: ['https://a.example'],
      allowedMethods: ['GET'],
      allowedHeaders: ['*'],
      exposeHeaders: ['ETag'],
      maxAgeSeconds: 600,
    },
    {
      id: undefined,
      allowedOrigins: ['*'],
      allowedMethods: ['PUT'],
      allowedHeaders: [],
      exposeHeaders: [],
      maxAgeSeconds: undefined,
    },
  ],
  responseVary: true,
}

const NOWHERE = {
  protocol: undefined,
  hostName: undefined,
  httpRedirectCode: undefined,
  replaceKeyWith: undefined,
  replaceKeyPrefixWith: undefined,
  urlRedirect: undefined,
}
const WEBSITE: WebsiteConfiguration = {
  indexSuffix: 'index.html',
  redirectAll: undefined,
  autoAddressing: 'Enabled',
  errorDocument: { key: '404.html', originalHttpStatus: 'Disabled' },
  rules: [
    {
      condition: { errorCode: 404, keyPrefix: 'docs/' },
      redirect: { ...NOWHERE, protocol: 'https', replaceKeyWith: 'k' },
    },
    {
      condition: undefined,
      redirect: {
        ...NOWHERE,
        hostName: 'www.example.org',
        httpRedirectCode: 307,
        replaceKeyPrefixWith: 'p/',
        urlRedirect: 'Enabled',
      },
    },
  ],
}

function documentFormat<T>({ kind, toJson, fromJson }: DocumentFormat<T>) {
  return {
    name: `document of ${kind}`,
    encode: (value: T) => rows.documentCodec.encode(toJson(value)),
    decode: (bytes: Buffer) => fromJson(rows.documentCodec.decode(bytes)),
  }
}

const versionCodec = {
  name: 'version',
  encode: rows.encodeVersion,
  decode: (bytes: Buffer) => rows.decodeVersion(OBJECT.key, bytes),
}

const SAMPLES: readonly Sample[] = [
  sample(rows.accountCodec, {
    id: '0a1b2c3d4e5f',
    appId: '1250000000',
    uin: '100000000001',
    canonicalId: 'c0ffee',
    displayName: 'root',
    email: undefined,
    state: 'active',
    suspendedAt: undefined,
    revision: 0,
  }),
  sample(
    rows.accountCodec,
    {
      id: '0a1b2c3d4e5f',
      appId: '1250000000',
      uin: '100000000001',
      canonicalId: 'c0ffee',
      displayName: 'root',
      email: 'ops@example.org',
      state: 'active',
      suspendedAt: undefined,
      revision: 0,
    },
    'account with an e-mail address',
  ),
  sample(
    rows.accountCodec,
    {
      id: '0a1b2c3d4e5f',
      appId: '1250000000',
      uin: '100000000001',
      canonicalId: 'c0ffee',
      displayName: 'root',
      email: undefined,
      state: 'suspended',
      suspendedAt: 1_795_336_593_123,
      revision: 7,
    },
    'account that is suspended',
  ),
  sample(
    rows.accountCodec,
    {
      id: '0a1b2c3d4e5f',
      appId: '1250000000',
      uin: '100000000001',
      canonicalId: 'c0ffee',
      displayName: 'root',
      email: undefined,
      state: 'active',
      suspendedAt: undefined,
      revision: 1,
      limits: { bucketsMax: 10, sizeBytesMax: 1_000_000, accelerationLocked: true },
    },
    'account with limits',
  ),
  sample(identityRows.accountIdCodec, '0a1b2c3d4e5f'),
  sample(rows.accessKeyCodec, ACCESS_KEY),
  {
    ...sample(rows.accessKeyCodec, { ...ACCESS_KEY, secret: { kind: 'clear', text: 'a secret' } }),
    name: 'access-key in clear',
    encode: undefined,
  },
  sample(
    rows.accessKeyCodec,
    { ...ACCESS_KEY, userName: 'reader@example.org', createdAt: 1_795_336_593_123 },
    'access-key of a user',
  ),
  sample(identityRows.userCodec, USER),
  sample(identityRows.groupCodec, {
    id: '0011223344556699',
    accountId: '0a1b2c3d4e5f',
    name: 'staff',
    policies: ['readers'],
    createdAt: 1_795_336_593_123,
  }),
  sample(identityRows.roleCodec, ROLE),
  sample(
    identityRows.roleCodec,
    { ...ROLE, sessionsRevokedBefore: 1_795_336_593_124 },
    'role whose sessions were revoked',
  ),
  sample(identityRows.policyCodec, {
    accountId: '0a1b2c3d4e5f',
    name: 'readers',
    text: '{"Statement":[]}',
    createdAt: 1_795_336_593_123,
    updatedAt: 1_795_336_593_124,
  }),
  sample(identityRows.keyUseCodec, 1_795_336_560_000),
  sample(identityRows.tokenKeyCodec, {
    id: '1',
    secret: SEALED_SECRET,
    createdAt: 1_795_336_593_123,
    state: 'accepted',
  }),
  sample(identityRows.userNumberCodec, { accountId: '0a1b2c3d4e5f', userName: 'reader@example.org' }),
  sample(identityRows.userNumberCodec, { accountId: '0a1b2c3d4e5f', userName: undefined }, 'user-number of an account'),
  sample(rows.masterKeyMarkerCodec, SEALED_MARKER),
  sample(kmsRows.kmsKeyCodec, KMS_KEY),
  sample(
    kmsRows.kmsKeyCodec,
    { ...KMS_KEY, state: 'pending-deletion', deletionAt: 1_795_336_593_125 },
    'kms-key that waits for its deletion',
  ),
  sample(kmsRows.kmsKeyVersionCodec, { secret: SEALED_SECRET, createdAt: 1_795_336_593_123 }),
  sample(kmsRows.defaultKmsKeyCodec, KMS_KEY_ID),
  sample(kmsRows.serverKeyCodec, { secret: SEALED_SECRET, createdAt: 1_795_336_593_123 }),
  sample(kmsRows.currentServerKeyCodec, 2),
  sample(rows.bucketCodec, BUCKET),
  sample(rows.bucketCodec, { ...BUCKET, acl: GRANTS }, 'bucket with grants'),
  sample(rows.bucketCodec, { ...BUCKET, documents: ['policy', 'cors'], documentsRevision: 3 }, 'bucket with documents'),
  sample(rows.bucketCodec, { ...BUCKET, state: 'emptying' }, 'bucket that is being emptied'),
  sample(emptyingRows.emptyingCodec, EMPTYING),
  sample(emptyingRows.emptyingCodec, EMPTIED, 'emptying that has ended'),
  sample(rows.documentCodec, { rules: [1, 'two', null] }),
  sample(rows.bucketCountCodec, 3),
  sample(rows.acceleratedCountCodec, 2),
  sample(rows.uncountedCodec, 'example-1250000000'),
  sample(versionCodec, OBJECT, 'version of an object'),
  sample(versionCodec, { ...OBJECT, acl: 'private' }, 'version of an object with a canned ACL'),
  sample(versionCodec, { ...OBJECT, acl: GRANTS }, 'version of an object with grants'),
  sample(versionCodec, { ...OBJECT, tags: TAGS }, 'version of an object with tags'),
  sample(versionCodec, { ...OBJECT, acl: 'private', tags: TAGS }, 'version of an object with tags and an ACL'),
  sample(versionCodec, { ...OBJECT, extras: EXTRAS }, 'version of an object with everything'),
  sample(versionCodec, MANY_PIECES, 'version of an object with a manifest'),
  sample(versionCodec, { kind: 'marker', key: OBJECT.key, ...IDENTITY, isNull: true }, 'version that is a marker'),
  sample(rows.nullVersionCodec, IDENTITY.sequence),
  sample(rows.manifestCodec, {
    pieces: [PIECE, FILE_PIECE],
    parts: [
      { number: 1, sizeBytes: 5, checksum: undefined },
      { number: 3, sizeBytes: 70_000, checksum: 'mnG7TA==' },
    ],
  }),
  sample(
    rows.manifestCodec,
    { pieces: [{ ...PIECE, seal: { by: 'customer', wrappedKey: 'AAECAwQF', wholeSizeBytes: 5 } }], parts: [] },
    'manifest of encrypted pieces',
  ),
  sample(
    rows.manifestCodec,
    {
      pieces: [{ ...PIECE, seal: { by: 'server', wrappedKey: 'AAECAwQF', wholeSizeBytes: 5, keyVersion: 1 } }],
      parts: [],
    },
    'manifest of pieces under a key of the server',
  ),
  sample(
    rows.manifestCodec,
    { pieces: [{ ...PIECE, seal: { by: 'kms', wrappedKey: 'AAECAwQF', wholeSizeBytes: 5 } }], parts: [] },
    'manifest of pieces under a key of the key service',
  ),
  sample(rows.ownersCodec, 2),
  sample(rows.uploadCodec, UPLOAD),
  sample(rows.uploadCodec, { ...UPLOAD, acl: 'bucket-owner-full-control' }, 'upload with an ACL'),
  sample(rows.uploadCodec, { ...UPLOAD, tags: TAGS }, 'upload with tags'),
  sample(
    rows.uploadCodec,
    {
      ...UPLOAD,
      extras: {
        lock: { retention: undefined, legalHold: true },
        encryption: { kind: 'customer', check: 'AAECAwQFBgcICQoLDA0ODw==' },
      },
    },
    'upload with everything',
  ),
  sample(rows.uploadCodec, { ...UPLOAD, extras: { encryption: { kind: 'server' } } }, 'upload encrypted by the server'),
  sample(
    rows.uploadCodec,
    {
      ...UPLOAD,
      extras: { lock: { retention: { mode: 'GOVERNANCE', retainUntil: 1_795_336_593_123 }, legalHold: undefined } },
    },
    'upload with a retention alone',
  ),
  sample(
    documentFormat(lockFormat),
    { defaultRetention: { mode: 'GOVERNANCE', term: { unit: 'years', count: 2 } } },
    'document of an object lock',
  ),
  sample(documentFormat(lockFormat), { defaultRetention: undefined }, 'document of an object lock without a term'),
  sample(documentFormat(bucketTagsFormat), TAGS, 'document of tags'),
  sample(documentFormat(accelerationFormat), 'Enabled', 'document of acceleration'),
  sample(
    documentFormat(defaultEncryptionFormat),
    { bucketKeyEnabled: true, kms: undefined },
    'document of encryption by the server',
  ),
  sample(
    documentFormat(defaultEncryptionFormat),
    { bucketKeyEnabled: undefined, kms: { key: undefined } },
    'document of encryption under the default key',
  ),
  sample(
    documentFormat(defaultEncryptionFormat),
    { bucketKeyEnabled: false, kms: { key: { id: KMS_KEY_ID, name: `arn:aws:kms:local:1:key/${KMS_KEY_ID}` } } },
    'document of encryption under a named key',
  ),
  sample(documentFormat(limitsFormat), { objectsMax: 100, requestsPerSecondMax: 5 }, 'document of limits'),
  sample(documentFormat(usageFormat), COMPLETE, 'document of usage, counted'),
  sample(
    documentFormat(usageFormat),
    { kind: 'counting', counted: 'a', until: undefined },
    'document of usage, being counted',
  ),
  sample(torrentRows.torrentCodec, { sizeBytes: 5, pieceSizeBytes: 262_144, hashes: Buffer.alloc(20, 7) }),
  sample(documentFormat(httpsFormat), 'redirect', 'document of https'),
  sample(formerRegionCodec, {
    region: 'ap-guangzhou',
    leftAt: 1_795_336_593_123,
    redirectUntil: 1_795_422_993_123,
    settled: false,
  }),
  sample(maintenanceCodec, { level: 'closed', since: 1_795_336_593_123, until: undefined, message: undefined }),
  sample(
    maintenanceCodec,
    { level: 'read-only', since: 1_795_336_593_123, until: 1_795_336_593_124, message: 'a new disk' },
    'maintenance with an end',
  ),
  sample(documentFormat(corsFormat), CORS, 'document of CORS rules'),
  sample(documentFormat(websiteFormat), WEBSITE, 'document of a website'),
  sample(
    documentFormat(websiteFormat),
    {
      indexSuffix: undefined,
      redirectAll: { hostName: 'www.example.org', protocol: 'https' },
      autoAddressing: undefined,
      errorDocument: undefined,
      rules: undefined,
    },
    'document of a website that redirects',
  ),
  sample(
    documentFormat(refererFormat),
    {
      status: 'Enabled',
      type: 'White-List',
      domains: ['*.example.com'],
      empty: 'Allow',
      verifySignatureUrl: 'Disabled',
    },
    'document of a referer rule',
  ),
  sample(
    documentFormat(domainFormat),
    [{ status: 'ENABLED', name: 'Img.Example.org', type: 'REST' }],
    'document of domains',
  ),
  sample(rows.domainCodec, {
    bucketId: '00112233445566aa',
    bucketName: 'bucket-1250000000',
    type: 'WEBSITE',
    enabled: true,
  }),
  sample(documentFormat(lifecycleFormat), LIFECYCLE),
  sample(documentFormat(lifecycleFormat), { rules: [], minimumSize: undefined }, 'document of lifecycle without sizes'),
  sample(documentFormat(accessLogRows.loggingFormat), LOGGING, 'document of logging'),
  sample(accessLogRows.accessRecordCodec, {
    at: 1_795_336_593_123,
    line: 'c0ffee example-1250000000 "-"',
    destination: { configuration: { ...LOGGING, grants: [], keyFormat: undefined, form: 'cos' }, source: LOG_SOURCE },
  }),
  sample(accessLogRows.logBatchCodec, {
    objectKey: 'log/2026-11-22-09-16-33-0123456789ABCDEF',
    firstId: '019e0000000000112233445566ab',
    lastId: '019e0000000100112233445566ab',
    share: '[]',
  }),
  sample(rows.partCodec, {
    number: 3,
    sizeBytes: 70_000,
    etag: '5d41402abc4b2a76b9719d911017c592',
    crc64: '3231342946509354535',
    modifiedAt: 1_795_336_593_123,
    checksum: undefined,
    pieces: [FILE_PIECE],
  }),
]

for (const { name, value, encode, decode } of SAMPLES) {
  test(`record: ${name}`, () => {
    const versions = recorded.records[name] ?? {}
    assert.ok(Object.keys(versions).length > 0, 'nothing is recorded')
    for (const [version, text] of Object.entries(versions)) {
      assert.deepEqual(decode(Buffer.concat([Buffer.of(Number(version)), Buffer.from(text, 'utf8')])), value)
    }
    if (encode === undefined) return
    const bytes = encode()
    assert.equal(bytes.toString('utf8', 1), versions[String(bytes[0])])
  })
}

test('every codec of the rows has a record', () => {
  const isCodec = (value: unknown): value is { readonly name: string } =>
    typeof value === 'object' && value !== null && 'encode' in value && 'name' in value
  const all = { ...rows, ...identityRows, ...torrentRows, ...accessLogRows, ...emptyingRows }
  const names = Object.values(all).flatMap((value: unknown) => (isCodec(value) ? [value.name] : []))
  assert.ok(names.length >= 17)
  assert.deepEqual(
    names.filter((name) => recorded.records[name] === undefined),
    [],
  )
})

test('what was sealed by an earlier release opens under its master key', () => {
  const masterKey = masterKeyFrom('AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8=')
  assert.ok(masterKey)
  const sealing = createSealing(masterKey, (sizeBytes) => Buffer.alloc(sizeBytes, 0xa5))
  for (const [text, rowKey, sealed] of [
    ['a secret', rows.accessKeyKey(ACCESS_KEY.id), SEALED_SECRET],
    ['stowage', rows.masterKeyKey, SEALED_MARKER],
  ] as const) {
    assert.equal(sealing.unseal(sealed, rowKey), text)
    assert.equal(sealing.seal(text, rowKey), sealed)
  }
})

test('a secret in clear is never written', () => {
  assert.throws(() => rows.accessKeyCodec.encode({ ...ACCESS_KEY, secret: { kind: 'clear', text: 'x' } }), /sealed/)
})

const [bucketId, uploadId, blob] = ['00112233445566aa', '019e00000003', PIECE.blob]
const KEYS: Readonly<Record<string, Uint8Array>> = {
  masterKey: rows.masterKeyKey,
  serviceMode: rows.serviceModeKey,
  serverKey: kmsRows.serverKeyKey(2),
  kmsKey: kmsRows.kmsKeyKey(KMS_KEY_ID),
  kmsKeyIndex: kmsRows.dueKmsKeyKey(1_795_336_593_123, KMS_KEY_ID),
  kmsKeyVersion: kmsRows.kmsKeyVersionKey(KMS_KEY_ID, 3),
  account: rows.accountKey('0a1b2c3d4e5f'),
  accountAppId: rows.accountAppIdKey('1250000000'),
  accessKey: rows.accessKeyKey('AKIDexample'),
  user: identityRows.userKey('0a1b2c3d4e5f', 'reader@example.org'),
  group: identityRows.groupKey('0a1b2c3d4e5f', 'staff'),
  role: identityRows.roleKey('0a1b2c3d4e5f', 'backup'),
  policy: identityRows.policyKey('0a1b2c3d4e5f', 'readers'),
  keyUse: identityRows.keyUseKey('AKIDexample'),
  tokenKey: identityRows.tokenKeyKey('1'),
  userNumber: identityRows.userNumberKey('100000000002'),
  bucket: rows.bucketKey('example-1250000000'),
  accountBucket: rows.accountBucketKey('0a1b2c3d4e5f', 'example-1250000000'),
  bucketCount: rows.bucketCountKey('0a1b2c3d4e5f'),
  domain: rows.domainKey('a.example.org'),
  document: rows.documentKey('00112233445566aa', 'policy'),
  formerRegion: rows.formerRegionKey('00112233445566aa', 'ap-guangzhou'),
  usage: rows.usageKey('bucket', '00112233445566aa', 'size'),
  acceleratedCount: rows.acceleratedCountKey('0a1b2c3d4e5f'),
  uncounted: rows.uncountedKey('00112233445566aa'),
  object: rows.objectKey(bucketId, OBJECT.key),
  marker: rows.markerKey(bucketId, OBJECT.key),
  version: rows.noncurrentKey(bucketId, OBJECT.key, IDENTITY.sequence),
  nullVersion: rows.nullVersionKey(bucketId, OBJECT.key),
  inline: rows.inlineKey(blob),
  manifest: rows.manifestKey(blob),
  blob: rows.ownersKey(blob),
  upload: rows.uploadKey(bucketId, OBJECT.key, uploadId),
  part: rows.partKey(uploadId, 3),
  partWrites: rows.partWritesKey(uploadId),
  trash: rows.trashKey(1_795_336_593_123, blob),
  job: rows.jobKey('reclaim'),
  torrent: torrentRows.torrentKey('ready', { bucketId, name: OBJECT.key, sequence: IDENTITY.sequence }),
  accessRecord: accessLogRows.accessRecordKey(bucketId, blob),
  logBatch: accessLogRows.logBatchKey(bucketId),
  emptying: emptyingRows.emptyingKey(bucketId),
}

test('keys of every kind are the recorded ones', () => {
  assert.deepEqual(
    Object.fromEntries(Object.entries(KEYS).map(([name, key]) => [name, Buffer.from(key).toString('hex')])),
    recorded.keys,
  )
  // The row of the format is reserved and not written.
  assert.deepEqual(
    Object.keys(KEYS).sort(),
    Object.keys(rows.kinds)
      .filter((name) => name !== 'format')
      .sort(),
  )
})

test('a recorded blob file is read, and written in the same way', () => {
  const { id, text, repeat, footer } = recorded.blobFile
  const data = Buffer.from(text.repeat(repeat), 'latin1')
  const written = createBlockChecksums()
  written.update(data)
  assert.equal(written.footer(asBlobId(id)).toString('hex'), footer)
  const bytes = Buffer.from(footer, 'hex')
  assert.equal(dataSizeOf(data.byteLength + bytes.byteLength), data.byteLength)
  checkFooter(asBlobId(id), bytes, data.byteLength)
  checkBlocks(asBlobId(id), data, 0, bytes)
})

function readRecording(directory: string): Recording {
  const path = new URL('test/golden/data-format.json', rootOf(new URL(`file://${directory}/`)))
  const recording: Recording = JSON.parse(readFileSync(path, 'utf8'))
  return recording
}

function rootOf(directory: URL): URL {
  try {
    readFileSync(new URL('package-lock.json', directory))
    return directory
  } catch {
    return rootOf(new URL('..', directory))
  }
}
