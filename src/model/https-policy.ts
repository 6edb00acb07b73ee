/** What becomes of requests that come without TLS, on a listener or to a bucket; the stricter of the two holds. */

/** From the mildest. */
export const HTTPS_POLICIES = ['off', 'redirect', 'required'] as const

export type HttpsPolicy = (typeof HTTPS_POLICIES)[number]

export function isHttpsPolicy(word: string): word is HttpsPolicy {
  return HTTPS_POLICIES.some((policy) => policy === word)
}
