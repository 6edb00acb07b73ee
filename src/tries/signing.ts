/**
 * The signatures of both dialects as a client makes them, written from the vendors' pages and independent of
 * src/dialects: a mistake there is not repeated here, nor in the tests, which sign with these.
 */

import { createHash, createHmac } from 'node:crypto'

export interface Credentials {
  readonly id: string
  readonly secret: string
}

export interface Signable {
  readonly method: string
  /** As in the request line. */
  readonly rawPath: string
  /** Decoded. */
  readonly query: readonly (readonly [name: string, value: string])[]
  readonly host: string
  /** All of them are signed. Lower-case names, values as text. */
  readonly headers: ReadonlyMap<string, string>
  readonly body: Uint8Array
  /** Milliseconds. */
  readonly now: number
}

type Pair = readonly [name: string, value: string]

/** The value of the Authorization header (cos-auth-and-bucket.md 2.1 to 2.3). */
export function signCos(request: Signable, { id, secret }: Credentials): string {
  const seconds = Math.floor(request.now / 1000)
  const time = `${seconds - 60};${seconds + 3600}`
  const parameters = encodedPairs(request.query)
  const named: readonly Pair[] = [...request.headers, ['host', request.host]]
  const headers = encodedPairs(named.map(([name, value]) => [name, value.trim()]))
  const path = decodeURIComponent(request.rawPath)
  const http = `${request.method.toLowerCase()}\n${path}\n${joined(parameters)}\n${joined(headers)}\n`
  const key = hmac('sha1', secret, time).toString('hex')
  const signature = hmac('sha1', key, `sha1\n${time}\n${hash('sha1', http)}\n`).toString('hex')
  const names = (pairs: readonly Pair[]) => pairs.map(([name]) => name).join(';')
  return [
    'q-sign-algorithm=sha1',
    `q-ak=${id}`,
    `q-sign-time=${time}`,
    `q-key-time=${time}`,
    `q-header-list=${names(headers)}`,
    `q-url-param-list=${names(parameters)}`,
    `q-signature=${signature}`,
  ].join('&')
}

/** The headers to add: SigV4 in the Authorization header, the body's hash signed unless the caller gave another word. */
export function signS3(request: Signable, { id, secret }: Credentials, region: string): ReadonlyMap<string, string> {
  const timestamp = `${new Date(request.now).toISOString().slice(0, 19).replaceAll(/[-:]/g, '')}Z`
  const date = timestamp.slice(0, 8)
  const payload = request.headers.get('x-amz-content-sha256') ?? hash('sha256', request.body)
  const headers = new Map([...request.headers, ['host', request.host], ['x-amz-date', timestamp]])
  headers.set('x-amz-content-sha256', payload)
  const sorted = byName([...headers])
  const signedHeaders = sorted.map(([name]) => name).join(';')
  const canonical = [
    request.method,
    encode(decodeURIComponent(request.rawPath)).replaceAll('%2F', '/'),
    joined(byName(request.query.map(([name, value]): Pair => [encode(name), encode(value)]))),
    ...sorted.map(([name, value]) => `${name}:${value.trim().replaceAll(/ +/g, ' ')}`),
    '',
    signedHeaders,
    payload,
  ].join('\n')
  const scope = `${date}/${region}/s3/aws4_request`
  const text = `AWS4-HMAC-SHA256\n${timestamp}\n${scope}\n${hash('sha256', canonical)}`
  const key = [date, region, 's3', 'aws4_request'].reduce<Buffer>(
    (previous, part) => hmac('sha256', previous, part),
    Buffer.from(`AWS4${secret}`),
  )
  const signature = hmac('sha256', key, text).toString('hex')
  const credential = `${id}/${scope}`
  return new Map([
    ['x-amz-date', timestamp],
    ['x-amz-content-sha256', payload],
    [
      'authorization',
      `AWS4-HMAC-SHA256 Credential=${credential}, SignedHeaders=${signedHeaders}, Signature=${signature}`,
    ],
  ])
}

function encodedPairs(pairs: readonly Pair[]): readonly Pair[] {
  return byName(pairs.map(([name, value]): Pair => [encode(name).toLowerCase(), encode(value)]))
}

function byName(pairs: readonly Pair[]): readonly Pair[] {
  return [...pairs].sort(([a, x], [b, y]) => compare(a, b) || compare(x, y))
}

function compare(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0
}

function joined(pairs: readonly Pair[]): string {
  return pairs.map(([name, value]) => `${name}=${value}`).join('&')
}

/** Everything but the unreserved characters, hex digits in upper case. */
export function encode(text: string): string {
  return encodeURIComponent(text).replaceAll(
    /[!'()*]/g,
    (character) => `%${character.charCodeAt(0).toString(16).toUpperCase()}`,
  )
}

function hmac(algorithm: string, key: string | Buffer, text: string): Buffer {
  return createHmac(algorithm, key).update(text, 'utf8').digest()
}

function hash(algorithm: string, data: string | Uint8Array): string {
  return createHash(algorithm).update(data).digest('hex')
}
