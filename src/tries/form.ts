/**
 * Forms as browsers send them and as pages sign them, written from the vendors' pages and independent of
 * src/wire and src/dialects: a mistake there is not repeated here, nor in the tests, which send these.
 */

import { createHash, createHmac } from 'node:crypto'
import type { Credentials } from './signing.js'

export const BOUNDARY = '----WebKitFormBoundaryE19zNvXGzXaLvS5C'

export interface Part {
  readonly name: string
  readonly value: string | Uint8Array
  readonly filename?: string
  /** Further lines of the part's head. */
  readonly headers?: readonly string[]
}

export type Fields = Readonly<Record<string, string>>

export function contentType(boundary: string = BOUNDARY): string {
  return `multipart/form-data; boundary=${boundary}`
}

export function filePart(value: string | Uint8Array, filename = 'photo.txt'): Part {
  return { name: 'file', value, filename, headers: ['Content-Type: text/plain'] }
}

export function fieldParts(fields: Fields): readonly Part[] {
  return Object.entries(fields).map(([name, value]) => ({ name, value }))
}

export function formBytes(parts: readonly Part[], boundary: string = BOUNDARY): Buffer {
  const pieces = parts.flatMap(({ name, value, filename, headers = [] }) => {
    const file = filename === undefined ? '' : `; filename="${filename}"`
    const head = [`--${boundary}`, `Content-Disposition: form-data; name="${name}"${file}`, ...headers, '', '']
    return [Buffer.from(head.join('\r\n')), Buffer.from(value), Buffer.from('\r\n')]
  })
  return Buffer.concat([...pieces, Buffer.from(`--${boundary}--\r\n`)])
}

export type PolicyCondition = readonly unknown[] | Readonly<Record<string, unknown>>

export interface Signing {
  readonly credentials: Credentials
  /** Milliseconds. */
  readonly now: number
  readonly expiresAt?: number
  /** Of the policy, besides those that the signature needs. */
  readonly conditions: readonly PolicyCondition[]
  readonly region?: string
}

/** The fields that sign a form in COS: policy and four more (cos-object.md 6.2). */
export function cosSignatureFields({ credentials, now, expiresAt = now + 3_600_000, conditions }: Signing): Fields {
  const seconds = Math.floor(now / 1000)
  const keyTime = `${seconds - 60};${seconds + 3600}`
  const own = [{ 'q-sign-algorithm': 'sha1' }, { 'q-ak': credentials.id }, { 'q-sign-time': keyTime }]
  return signCosPolicy(policyText(expiresAt, [...conditions, ...own]), keyTime, credentials)
}

export function signCosPolicy(policy: string, keyTime: string, { id, secret }: Credentials): Fields {
  const signKey = createHmac('sha1', secret).update(keyTime).digest('hex')
  const digest = createHash('sha1').update(policy).digest('hex')
  return {
    policy: Buffer.from(policy).toString('base64'),
    'q-sign-algorithm': 'sha1',
    'q-ak': id,
    'q-key-time': keyTime,
    'q-signature': createHmac('sha1', signKey).update(digest).digest('hex'),
  }
}

/** The fields that sign a form in S3, version 4. */
export function s3SignatureFields(signing: Signing): Fields {
  const { credentials, now, expiresAt = now + 3_600_000, conditions, region = 'ap-guangzhou' } = signing
  const timestamp = `${new Date(now).toISOString().slice(0, 19).replaceAll(/[-:]/g, '')}Z`
  const scope = [timestamp.slice(0, 8), region, 's3', 'aws4_request']
  const own = {
    'x-amz-algorithm': 'AWS4-HMAC-SHA256',
    'x-amz-credential': [credentials.id, ...scope].join('/'),
    'x-amz-date': timestamp,
  }
  const each = Object.entries(own).map(([name, value]) => ({ [name]: value }))
  return { ...own, ...signS3Policy(policyText(expiresAt, [...conditions, ...each]), scope, credentials) }
}

export function signS3Policy(policy: string, scope: readonly string[], { secret }: Credentials): Fields {
  const encoded = Buffer.from(policy).toString('base64')
  const key = scope.reduce<Buffer | string>(
    (previous, part) => createHmac('sha256', previous).update(part).digest(),
    `AWS4${secret}`,
  )
  return { policy: encoded, 'x-amz-signature': createHmac('sha256', key).update(encoded).digest('hex') }
}

export function policyText(expiresAt: number, conditions: readonly PolicyCondition[]): string {
  return JSON.stringify({ expiration: new Date(expiresAt).toISOString(), conditions })
}
