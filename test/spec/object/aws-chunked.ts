/** Bodies framed as `aws-chunked`, built and signed as Amazon's pages say and independent of the decoder. */

import { createHash, createHmac } from 'node:crypto'
import { signS3 } from '../../../src/tries/signing.js'
import { type Heard, OWNER, REGION, type Speaker } from '../../support/exchange.js'

export interface ChunkedPut {
  readonly key: string
  readonly query?: Readonly<Record<string, string | number>>
  /** Each becomes a chunk; the last, empty one is added here. */
  readonly chunks: readonly string[]
  /** What the request declares; the true length when absent. `none`: the header is left out. */
  readonly decodedSizeBytes?: number | 'none'
  readonly signed: boolean
  /** Lines of the trailer; undefined: the framing without a trailer. */
  readonly trailer?: readonly string[]
  /** x-amz-trailer; the names of the lines when absent. */
  readonly announced?: string
  readonly headers?: Readonly<Record<string, string>>
  /** Spoils the framed bytes. */
  readonly alter?: (framed: string) => string
}

const EMPTY = createHash('sha256').digest('hex')

export function putChunked(speak: Speaker, put: ChunkedPut): Promise<Heard> {
  const { key, query = {}, chunks, signed, trailer, alter = (framed) => framed } = put
  const trueSizeBytes = chunks.reduce((sum, chunk) => sum + Buffer.byteLength(chunk, 'latin1'), 0)
  const decoded = put.decodedSizeBytes ?? trueSizeBytes
  const announced = put.announced ?? trailer?.map((line) => line.split(':')[0]).join(',')
  const headers: Record<string, string> = {
    'content-encoding': 'aws-chunked',
    'x-amz-content-sha256': payloadWord(signed, trailer !== undefined),
    ...(decoded === 'none' ? {} : { 'x-amz-decoded-content-length': String(decoded) }),
    ...(announced === undefined ? {} : { 'x-amz-trailer': announced }),
    ...put.headers,
  }
  const framed = alter(frame(put, seedOf(speak, key, query, headers), speak.clock.now()))
  const body = (async function* () {
    yield Buffer.from(framed, 'latin1')
  })()
  return speak.say({ method: 'PUT', bucket: speak.bucket, key, query, headers, body })
}

function payloadWord(signed: boolean, trailer: boolean): string {
  if (!signed) return 'STREAMING-UNSIGNED-PAYLOAD-TRAILER'
  return `STREAMING-AWS4-HMAC-SHA256-PAYLOAD${trailer ? '-TRAILER' : ''}`
}

/** The clock stands still: the request is signed a second time, alike, when it is sent. */
function seedOf(
  speak: Speaker,
  key: string,
  query: Readonly<Record<string, string | number>>,
  headers: Readonly<Record<string, string>>,
): string {
  const authorization = signS3(
    {
      method: 'PUT',
      rawPath: `/${key}`,
      query: Object.entries(query).map(([name, value]) => [name, String(value)] as const),
      host: speak.host(speak.bucket),
      headers: new Map(Object.entries(headers)),
      body: new Uint8Array(0),
      now: speak.clock.now(),
    },
    OWNER,
    REGION,
  ).get('authorization')
  return authorization?.split('Signature=')[1] ?? ''
}

function frame({ chunks, signed, trailer }: ChunkedPut, seed: string, now: number): string {
  const timestamp = `${new Date(now).toISOString().slice(0, 19).replaceAll(/[-:]/g, '')}Z`
  const date = timestamp.slice(0, 8)
  const signingKey = [date, REGION, 's3', 'aws4_request'].reduce<Buffer>(hmac, Buffer.from(`AWS4${OWNER.secret}`))
  let previous = seed
  const sign = (kind: string, hashes: string) => {
    const scope = `${date}/${REGION}/s3/aws4_request`
    previous = hmac(signingKey, `AWS4-HMAC-SHA256-${kind}\n${timestamp}\n${scope}\n${previous}\n${hashes}`).toString(
      'hex',
    )
    return previous
  }
  const lines = [...chunks, ''].map((chunk) => {
    const signature = signed ? `;chunk-signature=${sign('PAYLOAD', `${EMPTY}\n${sha256(chunk)}`)}` : ''
    return `${chunk.length.toString(16)}${signature}\r\n${chunk}${chunk === '' ? '' : '\r\n'}`
  })
  if (trailer === undefined) return `${lines.join('')}\r\n`
  const canonical = trailer.map((line) => `${line}\n`).join('')
  const signature = signed ? `x-amz-trailer-signature:${sign('TRAILER', sha256(canonical))}\r\n` : ''
  return `${lines.join('')}${trailer.map((line) => `${line}\r\n`).join('')}${signature}\r\n`
}

function hmac(key: Buffer, text: string): Buffer {
  return createHmac('sha256', key).update(text, 'utf8').digest()
}

function sha256(text: string): string {
  return createHash('sha256').update(text, 'latin1').digest('hex')
}
