/** The rows of the catalogue that one request raises, over a socket and in both dialects. */

import assert from 'node:assert/strict'
import { createHash } from 'node:crypto'
import { after, before } from 'node:test'
import { raises } from '../support/raises.js'
import {
  BUCKET,
  MISTAKEN,
  NOBODY,
  OTHER,
  OWNER,
  REGION,
  type Row,
  type RowsServer,
  rowsServer,
  testRows,
} from './rows-server.js'

const EMPTY_BUCKET = 'emptybucket-1250000000'
/** Made through S3 by the owner, with the suffix of the other account. */
const TAKEN_BUCKET = 'taken-1250000001'
const HOUR_MS = 3_600_000

let server: RowsServer
let uploadId = ''
let partEtag = ''

before(async () => {
  server = await rowsServer()
  for (const bucket of [BUCKET, EMPTY_BUCKET, TAKEN_BUCKET]) await server.must('s3', { method: 'PUT', bucket })
  await server.must('s3', { method: 'PUT', bucket: BUCKET, key: 'key', body: '0123456789' })
  const archived = { method: 'PUT', bucket: BUCKET, key: 'archived', body: 'cold' }
  await server.must('cos', { ...archived, headers: { 'x-cos-storage-class': 'ARCHIVE' } })
  const initiated = await server.must('s3', { method: 'POST', bucket: BUCKET, key: 'upload', query: { uploads: '' } })
  uploadId = /<UploadId>([^<]*)</.exec(initiated.body)?.[1] ?? assert.fail(initiated.body)
  for (const partNumber of ['1', '2']) {
    const query = { partNumber, uploadId }
    const part = await server.must('s3', { method: 'PUT', bucket: BUCKET, key: 'upload', query, body: 'small' })
    partEtag = part.headers.get('etag') ?? ''
  }
})

after(() => server[Symbol.asyncDispose]())

const both = (status: number, code: string) => ({ both: { status, code } })
const get = (key: string) => ({ method: 'GET', bucket: BUCKET, key })
const put = (body: string, headers: Readonly<Record<string, string>> = {}) => ({
  method: 'PUT',
  bucket: BUCKET,
  key: 'new',
  headers,
  body,
})
const configure = (body: string) => ({ method: 'PUT', bucket: BUCKET, query: { versioning: '' }, body })
const complete = (parts: readonly (readonly [number, string])[], id?: string) => ({
  method: 'POST',
  bucket: BUCKET,
  key: 'upload',
  query: { uploadId: id ?? uploadId },
  body: `<CompleteMultipartUpload>${parts
    .map(([number, etag]) => `<Part><PartNumber>${number}</PartNumber><ETag>${etag}</ETag></Part>`)
    .join('')}</CompleteMultipartUpload>`,
})
const setAcl = (key?: string) => ({
  method: 'PUT',
  bucket: BUCKET,
  query: { acl: '' },
  ...(key === undefined ? {} : { key }),
})
const md5 = (text: string) => createHash('md5').update(text).digest('base64')
const DELETE = '<Delete><Object><Key>key</Key></Object></Delete>'

const ROWS: readonly Row[] = [
  {
    title: raises('AccessDenied', 'an account without any right to the bucket'),
    ...both(403, 'AccessDenied'),
    request: () => ({ ...get('key'), as: OTHER }),
  },
  {
    title: raises('AccessDenied', 'nobody in particular on a private bucket'),
    ...both(403, 'AccessDenied'),
    request: () => ({ ...get('key'), as: 'anonymous' }),
  },
  {
    title: raises('SignatureEmpty', 'nobody in particular on the service'),
    ...both(403, 'AccessDenied'),
    request: () => ({ method: 'GET', as: 'anonymous' }),
  },
  {
    title: raises('BadDigest', 'a body of another MD5'),
    ...both(400, 'BadDigest'),
    request: () => put('hello', { 'content-md5': md5('other') }),
    extras: { ExpectedDigest: md5('other'), CalculatedDigest: md5('hello') },
  },
  {
    title: raises('BadDigest', 'a body of another CRC-32'),
    only: 's3',
    ...both(400, 'BadDigest'),
    request: () => put('hello', { 'x-amz-checksum-crc32': 'AAAAAA==' }),
  },
  {
    title: raises('XAmzContentSHA256Mismatch', 'a body of another SHA-256 than was signed'),
    only: 's3',
    ...both(400, 'XAmzContentSHA256Mismatch'),
    request: () => put('hello', { 'x-amz-content-sha256': '0'.repeat(64) }),
    extras: { ClientComputedContentSHA256: '0'.repeat(64), S3ComputedContentSHA256: /^2cf24dba5fb0a30e/ },
  },
  {
    title: raises('InvalidSha1Digest', 'a body of another SHA-1'),
    only: 'cos',
    ...both(400, 'InvalidSHA1Digest'),
    request: () => put('hello', { 'x-cos-content-sha1': '0'.repeat(40) }),
  },
  {
    title: raises('BucketAlreadyExists', 'a name that another account has'),
    ...both(409, 'BucketAlreadyExists'),
    request: () => ({ method: 'PUT', bucket: TAKEN_BUCKET, as: OTHER }),
    extras: { BucketName: TAKEN_BUCKET },
  },
  {
    title: raises('BucketAlreadyOwnedByYou', 'a bucket made twice'),
    ...both(409, 'BucketAlreadyOwnedByYou'),
    request: () => ({ method: 'PUT', bucket: BUCKET }),
    extras: { BucketName: BUCKET },
  },
  {
    title: raises('BucketNotEmpty', 'a bucket with objects'),
    ...both(409, 'BucketNotEmpty'),
    request: () => ({ method: 'DELETE', bucket: BUCKET }),
    extras: { BucketName: BUCKET },
  },
  {
    title: raises('EntityTooSmall', 'a part that is not the last and below the minimum'),
    ...both(400, 'EntityTooSmall'),
    request: () =>
      complete([
        [1, partEtag],
        [2, partEtag],
      ]),
    extras: (dialect) => ({
      ProposedSize: '5',
      MinSizeAllowed: String((dialect === 'cos' ? 1 : 5) * 1024 * 1024),
      PartNumber: '1',
    }),
  },
  {
    title: raises('IllegalVersioningConfigurationException', 'a configuration without a status'),
    ...both(400, 'IllegalVersioningConfigurationException'),
    request: () => configure('<VersioningConfiguration/>'),
  },
  {
    title: raises('InvalidAccessKeyId', 'a key that nobody has'),
    ...both(403, 'InvalidAccessKeyId'),
    request: () => ({ ...get('key'), as: NOBODY }),
    extras: (dialect) => ({ [dialect === 'cos' ? 'SecretId' : 'AWSAccessKeyId']: NOBODY.id }),
  },
  {
    title: raises('InvalidArgument', 'a page size that is no number'),
    ...both(400, 'InvalidArgument'),
    request: () => ({ method: 'GET', bucket: BUCKET, query: { 'max-keys': 'blah' } }),
    extras: { ArgumentName: 'max-keys', ArgumentValue: 'blah' },
  },
  {
    title: raises('InvalidBucketName', 'capitals and an underscore'),
    ...both(400, 'InvalidBucketName'),
    request: () => ({ method: 'PUT', key: 'No_Bucket', host: `127.0.0.1:${server.port}` }),
    extras: { BucketName: 'No_Bucket' },
  },
  {
    title: raises('BucketNameTooLong', 'a name whose host would have more than sixty characters'),
    cos: { status: 400, code: 'BucketNameTooLong' },
    only: 'cos',
    request: () => ({ method: 'PUT', bucket: `${'b'.repeat(40)}-1250000000` }),
  },
  {
    title: raises('InvalidDigest', 'a Content-MD5 that is none'),
    ...both(400, 'InvalidDigest'),
    request: () => put('hello', { 'content-md5': '000' }),
    extras: { 'Content-MD5': '000' },
  },
  {
    title: raises('InvalidLocationConstraint', 'a region that nobody serves'),
    ...both(400, 'InvalidLocationConstraint'),
    request: () => ({
      method: 'PUT',
      bucket: 'farbucket-1250000000',
      body: '<CreateBucketConfiguration><LocationConstraint>mars-1</LocationConstraint></CreateBucketConfiguration>',
    }),
    extras: { LocationConstraint: 'mars-1' },
  },
  {
    title: raises('InvalidRegionName', 'a host of another region'),
    only: 'cos',
    ...both(400, 'InvalidRegionName'),
    request: () => ({ ...get('key'), host: `${BUCKET}.cos.mars-1.myqcloud.com` }),
  },
  {
    title: raises('InvalidPart', 'a part of another ETag'),
    ...both(400, 'InvalidPart'),
    request: () => complete([[1, '"00000000000000000000000000000000"']]),
    extras: { UploadId: /^[0-9a-f]{74}$/, PartNumber: '1' },
  },
  {
    title: raises('InvalidPartOrder', 'the second part before the first'),
    ...both(400, 'InvalidPartOrder'),
    request: () =>
      complete([
        [2, partEtag],
        [1, partEtag],
      ]),
    extras: { UploadId: /^[0-9a-f]{74}$/ },
  },
  {
    title: raises('InvalidRange', 'a range behind the end'),
    ...both(416, 'InvalidRange'),
    request: () => ({ ...get('key'), headers: { range: 'bytes=100-200' } }),
    extras: { ActualObjectSize: '10', RangeRequested: 'bytes=100-200' },
    headers: { 'content-range': 'bytes */10' },
  },
  {
    title: raises('InvalidPartNumber', 'a part that the object does not have'),
    only: 's3',
    ...both(416, 'InvalidPartNumber'),
    request: () => ({ ...get('key'), query: { partNumber: '7' } }),
    extras: { PartNumberRequested: '7', ActualPartCount: '1' },
  },
  {
    title: raises('InvalidObjectState', 'an object in an archive class'),
    ...both(403, 'InvalidObjectState'),
    request: () => get('archived'),
    extras: { StorageClass: /^(?:ARCHIVE|GLACIER)$/ },
  },
  {
    title: raises('InvalidSecurity', 'a signature that lacks most of its items'),
    only: 'cos',
    ...both(403, 'InvalidSecurity'),
    request: () => ({
      ...get('key'),
      as: 'anonymous',
      headers: { authorization: `q-sign-algorithm=sha1&q-ak=${OWNER.id}` },
    }),
    extras: { ServerTime: /Z$/ },
  },
  {
    title: raises('InvalidToken', 'a security token that nobody issued'),
    ...both(400, 'InvalidToken'),
    request: (_, prefix) => ({ ...get('key'), headers: { [`${prefix}security-token`]: 'garbage-garbage-garbage' } }),
    extras: { 'Token-0': /^garba.*\.\.\.sha256:/ },
  },
  {
    title: raises('InvalidStorageClass', 'a class that does not exist'),
    ...both(400, 'InvalidStorageClass'),
    request: (_, prefix) => put('x', { [`${prefix}storage-class`]: 'FakeClass' }),
    extras: { StorageClassRequested: 'FakeClass' },
  },
  {
    title: raises('InvalidURI', 'an escape that is none'),
    ...both(400, 'InvalidURI'),
    request: (_, prefix) => ({ ...get('%zz'), as: 'anonymous', headers: { [`${prefix}meta-a`]: '1' } }),
    extras: { URI: '/%zz' },
  },
  {
    title: raises('KeyTooLong', 'a key of more bytes than the dialect allows'),
    cos: { status: 400, code: 'KeyTooLong' },
    s3: { status: 400, code: 'KeyTooLongError' },
    request: () => get('k'.repeat(1025)),
    extras: (dialect) => ({ Size: '1025', MaxSizeAllowed: dialect === 'cos' ? '850' : '1024' }),
  },
  {
    title: raises('InvalidObjectName', 'a new key that begins with a slash'),
    only: 'cos',
    ...both(400, 'InvalidObjectName'),
    request: () => ({ ...put('x'), key: '/slash' }),
  },
  {
    title: raises('InvalidDelimiter', 'a delimiter of two characters'),
    only: 'cos',
    ...both(400, 'InvalidDelimiter'),
    request: () => ({ method: 'GET', bucket: BUCKET, query: { delimiter: 'ab' } }),
  },
  {
    title: raises('MalformedXML', 'a document that does not end'),
    ...both(400, 'MalformedXML'),
    request: () => configure('<VersioningConfiguration><Status>'),
  },
  {
    title: raises('MalformedXML', 'a complete of no parts'),
    ...both(400, 'MalformedXML'),
    request: () => complete([]),
  },
  {
    title: raises('MaxMessageLengthExceeded', 'a document longer than any of its kind'),
    ...both(400, 'MaxMessageLengthExceeded'),
    request: () => configure('x'.repeat(70_000)),
    extras: { MaxMessageLengthBytes: '65536' },
  },
  {
    title: raises('MetadataTooLarge', 'three thousand bytes of metadata'),
    ...both(400, 'MetadataTooLarge'),
    request: (_, prefix) => put('x', { [`${prefix}meta-a`]: 'x'.repeat(3000) }),
    extras: { Size: '3001', MaxSizeAllowed: '2048' },
  },
  {
    title: raises('MethodNotAllowed', 'a verb that means nothing here'),
    ...both(405, 'MethodNotAllowed'),
    request: () => ({ ...get('key'), method: 'PATCH' }),
    extras: { Method: 'PATCH', ResourceType: 'OBJECT' },
    headers: { allow: 'DELETE, GET, HEAD, PUT' },
  },
  {
    title: raises('MissingRequestBodyError', 'a configuration of nothing'),
    ...both(400, 'MissingRequestBodyError'),
    request: () => configure(''),
  },
  {
    title: raises('MissingContentMd5', 'a multi-delete without its digest'),
    ...both(400, 'InvalidRequest'),
    request: () => ({ method: 'POST', bucket: BUCKET, query: { delete: '' }, body: DELETE }),
  },
  {
    title: raises('UserKeyMustBeSpecified', 'a multi-delete of the key of no characters'),
    cos: { status: 400, code: 'UserKeyMustBeSpecified' },
    s3: { status: 400, code: 'InvalidArgument' },
    request: () => {
      const body = '<Delete><Object><Key></Key></Object></Delete>'
      return { method: 'POST', bucket: BUCKET, query: { delete: '' }, headers: { 'content-md5': md5(body) }, body }
    },
  },
  {
    title: raises('NoSuchBucket', 'a bucket that nobody made'),
    ...both(404, 'NoSuchBucket'),
    request: () => ({ method: 'GET', bucket: 'nope-1250000000' }),
    extras: { BucketName: 'nope-1250000000' },
  },
  {
    title: raises('NoSuchKey', 'a key that nobody put'),
    ...both(404, 'NoSuchKey'),
    request: () => get('nope'),
    extras: { Key: 'nope' },
  },
  {
    title: raises('NoSuchUpload', 'an upload that nobody began'),
    ...both(404, 'NoSuchUpload'),
    request: () => ({ ...put('x'), query: { partNumber: '1', uploadId: 'nope' } }),
    extras: { UploadId: 'nope' },
  },
  {
    title: raises('NoSuchVersion', 'a version that the key does not have'),
    ...both(404, 'NoSuchVersion'),
    request: () => ({ ...get('nope'), query: { versionId: 'null' } }),
    extras: { Key: 'nope', VersionId: 'null' },
  },
  {
    title: raises('NotImplemented', 'a write that must not match one ETag'),
    ...both(501, 'NotImplemented'),
    request: () => put('x', { 'if-none-match': '"abc"' }),
    extras: { Header: 'If-None-Match', additionalMessage: /conditions/ },
  },
  {
    title: raises('NotImplemented', 'a sub-resource that is known and not served'),
    ...both(501, 'NotImplemented'),
    request: () => ({ method: 'GET', bucket: BUCKET, query: { notification: '' } }),
  },
  {
    title: raises('NoLoggingStatusForKey', 'the logging of an object'),
    ...both(400, 'NoLoggingStatusForKey'),
    request: () => ({ ...get('key'), query: { logging: '' } }),
    extras: { Key: 'key' },
  },
  {
    title: raises('RequestTorrentOfBucketError', 'the torrent of a bucket'),
    ...both(400, 'RequestTorrentOfBucketError'),
    request: () => ({ method: 'GET', bucket: BUCKET, query: { torrent: '' } }),
  },
  {
    title: raises('PreconditionFailed', 'an ETag that is not the object’s'),
    ...both(412, 'PreconditionFailed'),
    request: () => ({ ...get('key'), headers: { 'if-match': '"zz"' } }),
    extras: { Condition: 'If-Match' },
  },
  {
    title: raises('FileAlreadyExists', 'an overwrite that its client forbids'),
    only: 'cos',
    ...both(409, 'FileAlreadyExists'),
    request: () => ({ ...put('x', { 'x-cos-forbid-overwrite': 'true' }), key: 'key' }),
  },
  {
    title: raises('RequestTimeTooSkewed', 'a clock one hour ahead'),
    ...both(403, 'RequestTimeTooSkewed'),
    request: () => ({ ...get('key'), skewMs: HOUR_MS }),
    extras: { RequestTime: /^2026/, ServerTime: '2026-01-02T03:04:05Z', MaxAllowedSkewMilliseconds: '900000' },
  },
  {
    title: raises('RequestExpired', 'a signature whose end has passed'),
    only: 'cos',
    ...both(403, 'AccessDenied'),
    request: () => ({ ...get('key'), skewMs: -2 * HOUR_MS }),
    extras: { Message: 'Request has expired', ServerTime: '2026-01-02T03:04:05Z', Diagnosis: /valid until/ },
  },
  {
    title: raises('SignatureDoesNotMatch', 'a secret that is not the key’s, and the body says so'),
    ...both(403, 'SignatureDoesNotMatch'),
    request: () => ({ ...get('key'), as: MISTAKEN }),
    extras: (dialect) =>
      dialect === 'cos'
        ? { StringToSign: /^sha1\n/, FormatString: /^get\n\/key\n/, Diagnosis: /secret/ }
        : {
            AWSAccessKeyId: OWNER.id,
            StringToSign: /^AWS4-HMAC-SHA256\n/,
            SignatureProvided: /^[0-9a-f]{64}$/,
            StringToSignBytes: /^41 57 53/,
            CanonicalRequest: /^GET\n\/key\n/,
            CanonicalRequestBytes: /^47 45 54/,
            Diagnosis: /secret/,
          },
  },
  {
    title: raises('AuthorizationHeaderMalformed', 'an Authorization header without its components'),
    only: 's3',
    ...both(400, 'AuthorizationHeaderMalformed'),
    request: () => ({ ...get('key'), as: 'anonymous', headers: { authorization: 'AWS4-HMAC-SHA256 x' } }),
  },
  {
    title: raises('UnexpectedContent', 'a body where there is nothing to say'),
    ...both(400, 'UnexpectedContent'),
    request: () => ({ ...get('key'), body: 'hello' }),
  },
  {
    title: raises('MalformedACLError', 'a document that says nothing'),
    ...both(400, 'MalformedACLError'),
    request: () => ({ ...setAcl(), body: '<AccessControlPolicy/>' }),
  },
  {
    title: raises('MissingSecurityHeader', 'an ACL that nothing says'),
    ...both(400, 'MissingSecurityHeader'),
    request: (_dialect, prefix) => ({ ...setAcl('key'), headers: { [`${prefix}acl`]: '' } }),
    extras: { MissingHeaderName: /^x-(?:cos|amz)-acl$/ },
  },
  {
    title: raises('UnexpectedContent', 'an ACL by header and by document'),
    only: 's3',
    ...both(400, 'UnexpectedContent'),
    request: () => ({ ...setAcl(), headers: { 'x-amz-acl': 'private' }, body: '<AccessControlPolicy/>' }),
  },
  {
    title: raises('UnresolvableGrantByEmailAddress', 'a grant to an address that no account has'),
    ...both(400, 'UnresolvableGrantByEmailAddress'),
    request: (_dialect, prefix) => ({ ...setAcl(), headers: { [`${prefix}grant-read`]: 'emailAddress="no@one"' } }),
    extras: { EmailAddress: 'no@one' },
  },
  {
    title: raises('InvalidRequest', 'a range and a part number at once'),
    only: 's3',
    ...both(400, 'InvalidRequest'),
    request: () => ({ ...get('key'), headers: { range: 'bytes=0-1' }, query: { partNumber: '1' } }),
  },
  {
    title: raises('InvalidCopySource', 'a copy of a bucket'),
    cos: { status: 400, code: 'InvalidCopySource' },
    s3: { status: 400, code: 'InvalidArgument' },
    request: (_, prefix) => ({
      method: 'PUT',
      bucket: BUCKET,
      key: 'copy',
      headers: { [`${prefix}copy-source`]: 'x' },
    }),
  },
  {
    title: raises('NoSuchCopySource', 'a copy of nothing'),
    cos: { status: 404, code: 'NoSuchCopySource' },
    s3: { status: 404, code: 'NoSuchKey' },
    request: (dialect, prefix) => ({
      method: 'PUT',
      bucket: BUCKET,
      key: 'copy',
      headers: {
        [`${prefix}copy-source`]: dialect === 'cos' ? `${BUCKET}.cos.${REGION}.myqcloud.com/nope` : `/${BUCKET}/nope`,
      },
    }),
    extras: { Key: 'nope' },
  },
  {
    title: raises('CopyToItself', 'a copy that would change nothing'),
    ...both(400, 'InvalidRequest'),
    request: (dialect, prefix) => ({
      method: 'PUT',
      bucket: BUCKET,
      key: 'key',
      headers: {
        [`${prefix}copy-source`]: dialect === 'cos' ? `${BUCKET}.cos.${REGION}.myqcloud.com/key` : `/${BUCKET}/key`,
      },
    }),
  },
  {
    title: raises('InvalidBucketOwnerAWSAccountID', 'an expected owner that is no account'),
    only: 's3',
    ...both(400, 'InvalidBucketOwnerAWSAccountID'),
    request: () => ({ ...get('key'), headers: { 'x-amz-expected-bucket-owner': 'me' } }),
  },
  {
    title: raises('AccessForbidden', 'a preflight to a bucket without rules'),
    ...both(403, 'AccessForbidden'),
    request: () => ({
      ...get('key'),
      method: 'OPTIONS',
      as: 'anonymous',
      headers: { origin: 'http://a.example', 'access-control-request-method': 'GET' },
    }),
    extras: { Method: 'GET' },
  },
  {
    title: raises('BadRequest', 'a preflight without an origin'),
    ...both(400, 'BadRequest'),
    request: () => ({ ...get('key'), method: 'OPTIONS', as: 'anonymous' }),
  },
  {
    title: raises('AccelerateNotConfigured', 'the accelerate host of a bucket that never was accelerated'),
    ...both(400, 'InvalidRequest'),
    request: (dialect) => ({
      ...get('key'),
      host: dialect === 'cos' ? `${BUCKET}.cos.accelerate.myqcloud.com` : `${BUCKET}.s3-accelerate.amazonaws.com`,
    }),
    extras: { BucketName: BUCKET },
  },
  {
    title: raises('AccelerateVirtualHostOnly', 'the accelerate host with the bucket in the path'),
    ...both(400, 'InvalidRequest'),
    request: (dialect) => ({
      ...get('key'),
      host: dialect === 'cos' ? 'cos.accelerate.myqcloud.com' : 's3-accelerate.amazonaws.com',
    }),
  },
]

testRows(ROWS, () => server)
