/**
 * Sessions of a console: a random token in the place of a signature. Only its digest is kept, in the memory of the one
 * process that has the admin listener, so a restart ends them all.
 */

import type { Millis } from '../base/clock.js'
import { sha256Hex } from '../base/hmac.js'
import type { RandomBytes } from '../base/ids.js'

export interface ConsoleSession {
  readonly accessKeyId: string
  /** Of the secret that opened it: another secret of the key ends it. */
  readonly secretDigest: string
  readonly expiresAt: Millis
}

export interface ConsoleSessions {
  open(key: { readonly accessKeyId: string; readonly secret: string }, now: Millis): OpenedSession
  find(token: string, now: Millis): ConsoleSession | undefined
  end(token: string): void
}

export interface OpenedSession {
  readonly token: string
  readonly expiresAt: Millis
}

export const SESSION_MS = 12 * 3_600_000
const SESSIONS_MAX = 1_000

export function createConsoleSessions(random: RandomBytes, sessionsMax: number = SESSIONS_MAX): ConsoleSessions {
  const sessions = new Map<string, ConsoleSession>()
  return {
    open: ({ accessKeyId, secret }, now) => {
      const token = random(32).toString('base64url')
      const expiresAt = now + SESSION_MS
      sessions.set(sha256Hex(token), { accessKeyId, secretDigest: sha256Hex(secret), expiresAt })
      // All last equally long, so the first is the one that ends first.
      const [oldest] = sessions.size > sessionsMax ? sessions.keys() : []
      if (oldest !== undefined) sessions.delete(oldest)
      return { token, expiresAt }
    },
    find: (token, now) => {
      const session = sessions.get(sha256Hex(token))
      if (session === undefined || now < session.expiresAt) return session
      sessions.delete(sha256Hex(token))
      return undefined
    },
    end: (token) => {
      sessions.delete(sha256Hex(token))
    },
  }
}
