/**
 * The Authorization header in the one form in which it is taken here. The schemes forgive blanks, escapes and further
 * items; a signature that counts once must not be made another one by adding some.
 */

import type { Millis } from '../base/clock.js'
import { fail } from '../model/errors/index.js'

export interface PlainSignature {
  readonly signature: string
  readonly signedHeaders: readonly string[]
  /** It is refused from then on. */
  readonly validUntil: Millis
}

/** InvalidRequest for any other form. */
export function readPlainSignature(authorization: string, now: Millis): PlainSignature {
  return readSigV4(authorization, now) ?? readCos(authorization, now) ?? refuse(FORM)
}

const SIGV4 =
  /^AWS4-HMAC-SHA256 Credential=[^\s,=]+, ?SignedHeaders=(?<headers>[a-z0-9;-]+), ?Signature=(?<signature>[0-9a-f]{64})$/
/** Its date may be wrong by as much in both directions. */
const SIGV4_MS_MAX = 2 * 900_000

function readSigV4(authorization: string, now: Millis): PlainSignature | undefined {
  const { headers, signature } = SIGV4.exec(authorization)?.groups ?? {}
  if (headers === undefined || signature === undefined) return undefined
  return { signature, signedHeaders: headers.split(';'), validUntil: now + SIGV4_MS_MAX }
}

const COS_ITEM = /^(q-[a-z-]+)=([\w;.%*~-]*)$/
const COS_ITEMS = [
  'q-sign-algorithm',
  'q-ak',
  'q-sign-time',
  'q-key-time',
  'q-header-list',
  'q-url-param-list',
  'q-signature',
]
const COS_MS_MAX = 2 * 3_600_000

function readCos(authorization: string, now: Millis): PlainSignature | undefined {
  const items = authorization.split('&').map((item) => COS_ITEM.exec(item))
  const values = new Map(items.map((item) => [item?.[1] ?? '', item?.[2] ?? '']))
  if (items.length !== COS_ITEMS.length || !COS_ITEMS.every((name) => values.has(name))) return undefined
  const signature = /^[0-9a-f]{40}$/.exec(values.get('q-signature') ?? '')?.[0]
  const end = /^\d+;(\d+)$/.exec(values.get('q-sign-time') ?? '')?.[1]
  const list = values.get('q-header-list') ?? ''
  if (signature === undefined || end === undefined || list.includes('%')) return undefined
  const validUntil = (Number(end) + 1) * 1000
  if (validUntil > now + COS_MS_MAX) refuse('A signature is taken here that ends within two hours.')
  return { signature, signedHeaders: list.split(';'), validUntil }
}

const FORM =
  'The Authorization header must have the plain form: "AWS4-HMAC-SHA256 Credential=…, SignedHeaders=…, Signature=…", or the seven items of COS, each once.'

function refuse(message: string): never {
  return fail('InvalidRequest', {}, { message })
}
