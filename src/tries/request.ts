/** From what a client asks to the bytes that it sends: host, signature, headers, as the SDKs of each dialect have them. */

import type { DialectName } from '../wire/dialect.js'
import { type Credentials, encode, signCos, signS3 } from './signing.js'
import type { Asked } from './try.js'

export interface Sketch {
  readonly method: string
  /** The whole request target. */
  readonly target: string
  readonly host: string
  readonly headers: readonly (readonly [name: string, value: string])[]
}

export interface ClientFacts {
  readonly dialect: DialectName
  /** Of the endpoint. */
  readonly region: string
  readonly now: number
  readonly owner: Credentials
}

export function regionalHost(dialect: DialectName, region: string, bucket?: string): string {
  const endpoint = dialect === 'cos' ? `cos.${region}.myqcloud.com` : `s3.${region}.amazonaws.com`
  return bucket === undefined ? endpoint : `${bucket}.${endpoint}`
}

export function accelerateHost(dialect: DialectName, bucket?: string): string {
  const endpoint = dialect === 'cos' ? 'cos.accelerate.myqcloud.com' : 's3-accelerate.amazonaws.com'
  return bucket === undefined ? endpoint : `${bucket}.${endpoint}`
}

export function websiteHost(dialect: DialectName, region: string, bucket: string): string {
  return `${bucket}.${dialect === 'cos' ? `cos-website.${region}.myqcloud.com` : `s3-website-${region}.amazonaws.com`}`
}

export function sketchOf(asked: Asked, facts: ClientFacts): Sketch {
  const { region, now, owner } = facts
  const { method, key = '', query = {}, body, as = owner, skewMs = 0, bucket, dialect = facts.dialect } = asked
  const host = asked.host ?? regionalHost(dialect, region, bucket)
  const headers = new Map(Object.entries(asked.headers ?? {}))
  const bytes = body === undefined ? Buffer.alloc(0) : Buffer.from(body)
  if (body !== undefined && !headers.has('content-length')) headers.set('content-length', String(bytes.byteLength))
  const pairs = Object.entries(query)
  const signable = { method, rawPath: `/${key}`, query: pairs, host, headers, body: bytes, now: now + skewMs }
  const signed =
    as === 'anonymous'
      ? headers
      : dialect === 'cos'
        ? new Map([...headers, ['authorization', signCos(signable, as)]])
        : new Map([...headers, ...signS3(signable, as, asked.region ?? region)])
  const rawQuery = pairs.map(([name, value]) => encode(name) + (value === '' ? '' : `=${encode(value)}`)).join('&')
  return { method, target: `/${key}${rawQuery === '' ? '' : `?${rawQuery}`}`, host, headers: [...signed] }
}

export function headBytes({ method, target, host, headers }: Sketch): string {
  const lines = headers.map(([name, value]) => `${name}: ${value}`)
  return [`${method} ${target} HTTP/1.1`, `Host: ${host}`, ...lines, '', ''].join('\r\n')
}
