/**
 * Calls for temporary keys as the vendors' clients sign them, written for tests from the vendors' pages and independent
 * of src/dialects: version 1 and TC3 of Tencent Cloud's API, SigV4 of Amazon's over a body whose hash is not announced.
 */

import { createHash, createHmac } from 'node:crypto'
import { type Credentials, encode } from '../../src/tries/signing.js'
import type { Said } from './exchange.js'

export interface TemporaryKey extends Credentials {
  readonly token?: string
}

export interface QueryCallSketch {
  /** Undefined values are left out. */
  readonly parameters: Readonly<Record<string, string | undefined>>
  readonly host: string
  readonly now: number
}

const FORM = 'application/x-www-form-urlencoded'

function present(parameters: QueryCallSketch['parameters']): readonly (readonly [string, string])[] {
  return Object.entries(parameters).flatMap(([name, value]) => (value === undefined ? [] : [[name, value] as const]))
}

function formOf(pairs: readonly (readonly [string, string])[]): string {
  return pairs.map(([name, value]) => `${encode(name)}=${encode(value)}`).join('&')
}

/** Signature among the parameters, in the body of a POST or in the query of a GET. */
export function signedByVersion1(
  { parameters, host, now }: QueryCallSketch,
  { id, secret, token }: TemporaryKey,
  { method = 'POST', digest = 'sha1' }: { method?: 'GET' | 'POST'; digest?: 'sha1' | 'sha256' } = {},
): Said {
  const all = {
    Nonce: '12345',
    Region: 'ap-beijing',
    SecretId: id,
    SignatureMethod: digest === 'sha1' ? undefined : 'HmacSHA256',
    Timestamp: String(Math.floor(now / 1000)),
    Token: token,
    Version: '2018-08-13',
    ...parameters,
  }
  const pairs = present(all).toSorted(([a], [b]) => (a < b ? -1 : 1))
  const text = `${method}${host}/?${pairs.map(([name, value]) => `${name}=${value}`).join('&')}`
  const signature = createHmac(digest, secret).update(text).digest('base64')
  const form = formOf([...pairs, ['Signature', signature]])
  const said = { method, host, as: 'anonymous' } as const
  return method === 'GET' ? { ...said, query: form } : { ...said, headers: { 'content-type': FORM }, body: form }
}

/** The parameters as JSON; action and time in headers, which are not signed. */
export function signedByTc3(
  { parameters: { Action = '', ...parameters }, host, now }: QueryCallSketch,
  { id, secret, token }: TemporaryKey,
  body = JSON.stringify(Object.fromEntries(present(parameters))),
): Said {
  const timestamp = String(Math.floor(now / 1000))
  const date = new Date(now).toISOString().slice(0, 10)
  const type = 'application/json; charset=utf-8'
  const canonical = `POST\n/\n\ncontent-type:${type}\nhost:${host}\n\ncontent-type;host\n${sha256(body)}`
  const text = `TC3-HMAC-SHA256\n${timestamp}\n${date}/sts/tc3_request\n${sha256(canonical)}`
  const signature = keyed(`TC3${secret}`, [date, 'sts', 'tc3_request', text]).toString('hex')
  return {
    method: 'POST',
    host,
    as: 'anonymous',
    headers: {
      'content-type': type,
      'x-tc-action': Action,
      'x-tc-version': '2018-08-13',
      'x-tc-timestamp': timestamp,
      'x-tc-region': 'ap-beijing',
      ...(token === undefined ? {} : { 'x-tc-token': token }),
      authorization: `TC3-HMAC-SHA256 Credential=${id}/${date}/sts/tc3_request, SignedHeaders=content-type;host, Signature=${signature}`,
    },
    body,
  }
}

/** `headers`: further ones, signed as well. */
export function signedByAmazon(
  { parameters, host, now }: QueryCallSketch,
  { id, secret, token }: TemporaryKey,
  { region = 'us-east-1', service = 'sts', headers = {} }: Partial<AmazonScope> = {},
): Said {
  const body = formOf(present({ Version: '2011-06-15', ...parameters }))
  const timestamp = `${new Date(now).toISOString().slice(0, 19).replaceAll(/[-:]/g, '')}Z`
  const date = timestamp.slice(0, 8)
  const signed: Readonly<Record<string, string>> = {
    'content-type': FORM,
    ...headers,
    'x-amz-date': timestamp,
    ...(token === undefined ? {} : { 'x-amz-security-token': token }),
  }
  const lines = Object.entries({ ...signed, host }).toSorted(([a], [b]) => (a < b ? -1 : 1))
  const names = lines.map(([name]) => name).join(';')
  const payload = headers['x-amz-content-sha256'] ?? sha256(body)
  const canonical = ['POST', '/', '', ...lines.map(([name, value]) => `${name}:${value}`), '', names, payload].join(
    '\n',
  )
  const scope = `${date}/${region}/${service}/aws4_request`
  const text = `AWS4-HMAC-SHA256\n${timestamp}\n${scope}\n${sha256(canonical)}`
  const signature = keyed(`AWS4${secret}`, [date, region, service, 'aws4_request', text]).toString('hex')
  const authorization = `AWS4-HMAC-SHA256 Credential=${id}/${scope}, SignedHeaders=${names}, Signature=${signature}`
  return { method: 'POST', host, as: 'anonymous', headers: { ...signed, authorization }, body }
}

interface AmazonScope {
  readonly region: string
  readonly service: string
  readonly headers: Readonly<Record<string, string>>
}

function keyed(secret: string, texts: readonly string[]): Buffer {
  return texts.reduce<Buffer>(
    (key, text) => createHmac('sha256', key).update(text, 'utf8').digest(),
    Buffer.from(secret, 'utf8'),
  )
}

function sha256(text: string): string {
  return createHash('sha256').update(text, 'utf8').digest('hex')
}
