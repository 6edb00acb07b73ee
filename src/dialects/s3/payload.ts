/** What x-amz-content-sha256 says about the body: read before the signature is verified, made a contract after it. */

import { fail } from '../../model/errors/index.js'
import type { PayloadContract } from '../../wire/authentication.js'
import type { Headers } from '../../wire/request.js'

export const UNSIGNED_PAYLOAD = 'UNSIGNED-PAYLOAD'

const SHA256 = /^[0-9a-fA-F]{64}$/

/** How each kind of chunked body is signed and whether trailers follow. */
const STREAMING: ReadonlyMap<string, { readonly signed: boolean; readonly trailer: boolean }> = new Map([
  ['STREAMING-AWS4-HMAC-SHA256-PAYLOAD', { signed: true, trailer: false }],
  ['STREAMING-AWS4-HMAC-SHA256-PAYLOAD-TRAILER', { signed: true, trailer: true }],
  ['STREAMING-UNSIGNED-PAYLOAD-TRAILER', { signed: false, trailer: true }],
])

export const PAYLOAD_WORDS: readonly string[] = [UNSIGNED_PAYLOAD, ...STREAMING.keys()]

/** Fails when the value is none that a client may send. */
export function checkPayloadHash(value: string | undefined): string {
  if (value === undefined || value === '') {
    return fail('InvalidRequest', {}, { message: 'Missing required header for this request: x-amz-content-sha256' })
  }
  if (SHA256.test(value) || PAYLOAD_WORDS.includes(value)) return value
  if (value.includes('ECDSA')) return fail('UnsupportedSignature')
  return fail(
    'InvalidArgument',
    { ArgumentName: 'x-amz-content-sha256', ArgumentValue: value },
    { message: `x-amz-content-sha256 must be ${PAYLOAD_WORDS.join(', ')}, or a valid sha256 value.` },
  )
}

export interface ChunkSigning {
  readonly seedSignature: string
  readonly signingKey: Buffer
  readonly timestamp: string
  readonly scope: string
}

export function payloadContract(payloadHash: string, headers: Headers, signing: ChunkSigning): PayloadContract {
  if (payloadHash === UNSIGNED_PAYLOAD) return { kind: 'unsigned' }
  const streaming = STREAMING.get(payloadHash)
  if (streaming === undefined) return { kind: 'sha256', hex: payloadHash.toLowerCase() }
  return {
    kind: 'aws-chunked',
    decodedSizeBytes: decodedSizeBytes(headers.get('x-amz-decoded-content-length')),
    trailer: streaming.trailer,
    signing: streaming.signed ? signing : undefined,
  }
}

function decodedSizeBytes(value: string | undefined): number {
  if (value === undefined || value === '') {
    return fail(
      'MissingContentLength',
      {},
      { message: 'You must provide the x-amz-decoded-content-length HTTP header with an aws-chunked body.' },
    )
  }
  const sizeBytes = /^\d{1,16}$/.test(value) ? Number(value) : Number.NaN
  if (Number.isSafeInteger(sizeBytes)) return sizeBytes
  return fail('InvalidArgument', { ArgumentName: 'x-amz-decoded-content-length', ArgumentValue: value })
}
