/**
 * A try: how a condition of the catalogue is raised for real, against a server of its own that is thrown away. The
 * tests of the promise run every try, docs/errors.md shows what came, and `stowage errors --try` does it again.
 */

import type { ManualClock } from '../base/clock.js'
import type { FaultHook } from '../base/faults.js'
import type { Core } from '../core/core.js'
import type { Condition } from '../model/errors/index.js'
import type { DialectName } from '../wire/dialect.js'
import type { RawAnswer } from './raw-client.js'
import type { Credentials } from './signing.js'
import type { KeyHolder } from './world.js'

/** What a client asks. */
export interface Asked {
  readonly method: string
  /** In the host, as both dialects like it best. Undefined: the service. */
  readonly bucket?: string
  /** As it stands in the request line, behind the first slash. */
  readonly key?: string
  readonly query?: Readonly<Record<string, string>>
  /** Lower-case names; all are signed. */
  readonly headers?: Readonly<Record<string, string>>
  /**
   * Sent with its length, unless the headers tell another. At most 64 KiB of it may be left unread: beyond that, whether
   * the answer closes the connection depends on how much has arrived.
   */
  readonly body?: string | Buffer
  /** The owner when absent. */
  readonly as?: Credentials | 'anonymous'
  /** Verbatim, in place of the dialect's virtual host. */
  readonly host?: string
  /** Of the client's clock. */
  readonly skewMs?: number
  /** That an S3 signature is made for; the usual one when absent. */
  readonly region?: string
  /** The client ends its side after what it has sent. */
  readonly hangsUp?: boolean
  /** Of the client; that of the stage when absent. */
  readonly dialect?: DialectName
}

/** What stood on the wire. */
export interface Exchange {
  readonly sent: string
  readonly answer: RawAnswer
}

/** A server with two accounts and nothing else, and a client of one dialect. */
export interface Stage {
  readonly dialect: DialectName
  readonly prefix: 'x-cos-' | 'x-amz-'
  readonly region: string
  readonly core: Core
  readonly clock: ManualClock
  readonly owner: KeyHolder
  readonly other: KeyHolder
  /** A name that is good in both dialects; nothing is made yet. */
  readonly bucket: string
  /** The virtual host of a bucket, or the regional host; of the usual region when none is named. */
  host(bucket?: string, region?: string): string
  accelerateHost(bucket?: string): string
  websiteHost(bucket: string): string
  ask(asked: Asked): Promise<Exchange>
  /** Fails unless the answer is a success. */
  must(asked: Asked): Promise<RawAnswer>
  /** By the operator, as `stowage <action>` does it. */
  admin(action: string, parameters: Readonly<Record<string, unknown>>): Promise<unknown>
  /** Asked at every call of the stores. */
  fault(hook: FaultHook): void
  pick<T>(choice: Readonly<Record<DialectName, T>>): T
}

export interface Try {
  /** Its number in the founding table. */
  readonly row: number
  readonly condition: Condition
  /** What the request does, after what: one sentence. */
  readonly when: Readonly<Record<'en' | 'zh', string>>
  /** Of the server, by their environment names. */
  readonly settings?: Readonly<Record<`STOWAGE_${string}`, string>>
  /** Where the dialect of the answer is not the one of the host, and why: the end of a sentence. */
  readonly answersIn?: { readonly dialect: DialectName; readonly reason: Readonly<Record<'en' | 'zh', string>> }
  /** What must have happened before. */
  readonly prepare?: (stage: Stage) => Promise<void>
  /** The request whose answer is the error. */
  readonly raise: (stage: Stage) => Promise<Exchange>
}
