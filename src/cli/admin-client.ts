/**
 * One call of the admin API, signed as S3's Version 4 has it. The signer is small because the request is: no query, a
 * known path, four headers. A nonce makes each signature another one, so that the same command can run twice a second.
 */

import type { Clock } from '../base/clock.js'
import { hmacSha256, hmacSha256Hex, sha256Hex } from '../base/hmac.js'
import { type RandomBytes, randomHex } from '../base/ids.js'
import { ADMIN_API_PATH } from '../model/admin-actions.js'

export interface AdminCall {
  /** `http://127.0.0.1:9001`, without a path. */
  readonly endpoint: string
  readonly secretId: string
  readonly secretKey: string
  readonly resource: string
  readonly verb: string
  readonly parameters: Readonly<Record<string, unknown>>
}

export type AdminReply =
  | { readonly ok: true; readonly value: unknown }
  /** In words: what the server refused, or that there is none. */
  | { readonly ok: false; readonly complaint: string }

export interface AdminClientDependencies {
  readonly clock: Clock
  readonly random: RandomBytes
}

/** Every server of ours takes this region in a signature, whichever it is in itself. */
const SIGNING_REGION = 'us-east-1'
const REPLY_MS_MAX = 30_000

export async function callAdmin(call: AdminCall, { clock, random }: AdminClientDependencies): Promise<AdminReply> {
  const path = `${ADMIN_API_PATH}/${call.resource}/${call.verb}`
  const body = JSON.stringify(call.parameters)
  const { host, origin } = new URL(call.endpoint)
  const headers = signHeaders({ path, body, host, nonce: randomHex(random, 16), now: clock.now() }, call)
  try {
    const response = await fetch(`${origin}${path}`, {
      method: 'POST',
      headers: { ...headers, 'content-type': 'application/json' },
      body,
      redirect: 'error',
      signal: AbortSignal.timeout(REPLY_MS_MAX),
    })
    const value: unknown = JSON.parse(await response.text())
    return response.ok ? { ok: true, value } : { ok: false, complaint: complaintOf(value, response.status) }
  } catch (error) {
    return { ok: false, complaint: `no admin API answers at ${origin}: ${reasonOf(error)}` }
  }
}

interface Signable {
  readonly path: string
  readonly body: string
  readonly host: string
  readonly nonce: string
  readonly now: number
}

function signHeaders(
  { path, body, host, nonce, now }: Signable,
  { secretId, secretKey }: Pick<AdminCall, 'secretId' | 'secretKey'>,
): Readonly<Record<string, string>> {
  const timestamp = new Date(now).toISOString().replace(/[-:]|\.\d+/g, '')
  const date = timestamp.slice(0, 8)
  const scope = `${date}/${SIGNING_REGION}/s3/aws4_request`
  const payload = sha256Hex(body)
  const signed = { host, 'x-amz-content-sha256': payload, 'x-amz-date': timestamp, 'x-stowage-nonce': nonce }
  const names = Object.keys(signed).join(';')
  const lines = Object.entries(signed).map(([name, value]) => `${name}:${value}\n`)
  const canonical = `POST\n${path}\n\n${lines.join('')}\n${names}\n${payload}`
  const key = [date, SIGNING_REGION, 's3', 'aws4_request'].reduce<string | Buffer>(hmacSha256, `AWS4${secretKey}`)
  const signature = hmacSha256Hex(key, `AWS4-HMAC-SHA256\n${timestamp}\n${scope}\n${sha256Hex(canonical)}`)
  const { host: _, ...sent } = signed
  const credential = `${secretId}/${scope}`
  return {
    ...sent,
    authorization: `AWS4-HMAC-SHA256 Credential=${credential}, SignedHeaders=${names}, Signature=${signature}`,
  }
}

function complaintOf(value: unknown, status: number): string {
  const error = fieldOf(value, 'error')
  const code = fieldOf(error, 'code')
  if (typeof code !== 'string') return `the server answered ${status}`
  const diagnosis = fieldOf(error, 'diagnosis')
  const sentence = [fieldOf(error, 'message'), diagnosis].filter((part) => typeof part === 'string').join(' ')
  return `${code}: ${sentence} (request ${String(fieldOf(error, 'requestId'))})`
}

function fieldOf(value: unknown, name: string): unknown {
  return typeof value === 'object' && value !== null ? new Map(Object.entries(value)).get(name) : undefined
}

/** What fetch throws says "fetch failed"; its cause says why. */
function reasonOf(error: unknown): string {
  if (!(error instanceof Error)) return String(error)
  return error.cause instanceof Error ? error.cause.message || error.message : error.message
}
