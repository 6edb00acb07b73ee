/**
 * SigV4 signing keys. Deriving one takes four HMACs and holds for a day, so the schemes keep the recent ones: bounded,
 * least recently used out first, owned by whoever created the schemes.
 */

import { hmacSha256 } from '../../base/hmac.js'

export interface SigningScope {
  /** `20130524`. */
  readonly date: string
  readonly region: string
  readonly service: string
}

export type SigningKeys = (secretKey: string, scope: SigningScope) => Buffer

export const SCOPE_TERMINAL = 'aws4_request'

export function scopeText({ date, region, service }: SigningScope): string {
  return `${date}/${region}/${service}/${SCOPE_TERMINAL}`
}

export function deriveSigningKey(prefixedSecret: string, { date, region, service }: SigningScope): Buffer {
  return hmacSha256(hmacSha256(hmacSha256(hmacSha256(prefixedSecret, date), region), service), SCOPE_TERMINAL)
}

export function createSigningKeys(keysMax: number): SigningKeys {
  const keys = new Map<string, Buffer>()
  let last: { readonly secretKey: string; readonly scope: SigningScope; readonly key: Buffer } | undefined
  const recent = (secretKey: string, scope: SigningScope): Buffer => {
    const name = JSON.stringify([secretKey, scope.date, scope.region, scope.service])
    const key = keys.get(name) ?? deriveSigningKey(`AWS4${secretKey}`, scope)
    // A map keeps the order of insertion: moved to the end when used, dropped from the front when there are too many.
    keys.delete(name)
    keys.set(name, key)
    const [oldest] = keys.size > keysMax ? keys.keys() : []
    if (oldest !== undefined) keys.delete(oldest)
    return key
  }
  // Most requests are signed like the one before: four comparisons instead of a name and two moves in the map.
  return (secretKey, scope) => {
    if (last !== undefined && last.secretKey === secretKey && equalScopes(last.scope, scope)) return last.key
    last = { secretKey, scope, key: recent(secretKey, scope) }
    return last.key
  }
}

function equalScopes(a: SigningScope, b: SigningScope): boolean {
  return a.date === b.date && a.region === b.region && a.service === b.service
}
