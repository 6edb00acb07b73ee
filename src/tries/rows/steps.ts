/** What many tries do first. */

import { createHash } from 'node:crypto'
import { assert } from '../../base/assert.js'
import { type Fields, fieldParts, formBytes, type Part } from '../form.js'
import type { RawAnswer } from '../raw-client.js'
import type { Credentials } from '../signing.js'
import type { Asked, Stage } from '../try.js'

export async function makeBucket(stage: Stage): Promise<void> {
  await stage.must({ method: 'PUT', bucket: stage.bucket })
}

export async function putObject(
  stage: Stage,
  key = 'key',
  body = '0123456789',
  headers: Readonly<Record<string, string>> = {},
): Promise<RawAnswer> {
  return stage.must({ method: 'PUT', bucket: stage.bucket, key, body, headers })
}

export async function makeBucketAndObject(stage: Stage): Promise<void> {
  await makeBucket(stage)
  await putObject(stage)
}

/** A request about the object `key` of the usual bucket. */
export function onObject(stage: Stage, method: string, more: Partial<Asked> = {}): Asked {
  return { method, bucket: stage.bucket, key: 'key', ...more }
}

/** A request about the usual bucket. */
export function onBucket(stage: Stage, method: string, more: Partial<Asked> = {}): Asked {
  return { method, bucket: stage.bucket, ...more }
}

/** A length that the body does not have; what is not sent whole cannot be signed in S3, and never is in COS. */
export function announcing(stage: Stage, sizeBytes: number): Readonly<Record<string, string>> {
  const unsigned = stage.pick({ cos: {}, s3: { 'x-amz-content-sha256': 'UNSIGNED-PAYLOAD' } })
  return { 'content-length': String(sizeBytes), ...unsigned }
}

export type VersioningStatus = 'Enabled' | 'Suspended'

export function versioning(stage: Stage, status: VersioningStatus): Asked {
  const body = `<VersioningConfiguration><Status>${status}</Status></VersioningConfiguration>`
  return onBucket(stage, 'PUT', { query: { versioning: '' }, body })
}

export async function setVersioning(stage: Stage, status: VersioningStatus): Promise<void> {
  await stage.must(versioning(stage, status))
}

const BOUNDARY = 'boundary'

/** A form upload; who sends it stands in its fields. */
export function form(stage: Stage, parts: readonly Part[], more: Partial<Asked> = {}): Asked {
  const headers = { 'content-type': `multipart/form-data; boundary=${BOUNDARY}` }
  return onBucket(stage, 'POST', { as: 'anonymous', headers, body: formBytes(parts, BOUNDARY), ...more })
}

export function fields(named: Fields): readonly Part[] {
  return fieldParts(named)
}

/** An upload of the object `key`, begun, with two parts of five bytes. */
export async function beginUpload(stage: Stage): Promise<{ readonly uploadId: string; readonly etag: string }> {
  const { body } = await stage.must(onObject(stage, 'POST', { query: { uploads: '' } }))
  const uploadId = /<UploadId>([^<]*)</.exec(body)?.[1]
  assert(uploadId !== undefined, 'an upload has an id')
  let etag = ''
  for (const partNumber of ['1', '2']) {
    const part = await stage.must(onObject(stage, 'PUT', { query: { partNumber, uploadId }, body: 'small' }))
    etag = part.headers.get('etag') ?? ''
  }
  return { uploadId, etag }
}

export function complete(
  stage: Stage,
  uploadId: string,
  parts: readonly (readonly [number: number, etag: string])[],
): Asked {
  const listed = parts.map(([number, etag]) => `<Part><PartNumber>${number}</PartNumber><ETag>${etag}</ETag></Part>`)
  const body = `<CompleteMultipartUpload>${listed.join('')}</CompleteMultipartUpload>`
  return onObject(stage, 'POST', { query: { uploadId }, body })
}

export interface TemporaryKey extends Credentials {
  readonly token: string
}

/** Of the owner's root, for an hour. */
export async function issueTemporaryKey({ core, owner, dialect }: Stage): Promise<TemporaryKey> {
  const issuer = await core.identities.principalOf(owner.id)
  assert(issuer !== undefined, 'the owner has a key')
  const { accessKeyId, secretKey, token } = await core.sessions.issue({
    issuer,
    kind: 'session',
    name: 'visitor',
    policies: [],
    durationSeconds: 3_600,
    idPrefix: dialect === 'cos' ? 'AKID' : 'ASIA',
  })
  return { id: accessKeyId, secret: secretKey, token }
}

export function tokenHeader({ prefix }: Stage, token: string): Readonly<Record<string, string>> {
  return { [`${prefix}security-token`]: token }
}

export function md5(text: string): string {
  return createHash('md5').update(text).digest('base64')
}
