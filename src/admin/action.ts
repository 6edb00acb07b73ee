/** What an admin action gets and gives. Handlers see an account only through `accountNamed`, which guards the scope. */

import type { Log } from '../base/telemetry.js'
import type { Core } from '../core/core.js'
import type { AccessToExplain } from '../core/explain-access.js'
import type { AdminActionName, ValuesOfAction } from '../model/admin-actions.js'
import type { Bucket } from '../model/bucket.js'
import { fail } from '../model/errors/index.js'
import type { AccessKeyInfo } from '../model/identity.js'
import type { Step } from '../model/policy/decision.js'
import type { Account } from '../model/principal.js'

export interface ActionServices extends Pick<Core, 'identities' | 'sessions'> {
  readonly core: Core
  readonly log: Log
  readonly explainAccess: ExplainAccess
  /** Of this installation, home first. */
  readonly regions: readonly string[]
}

/** What the caller of the explained request would be told, and each rule that was looked at, in order. */
export type ExplainAccess = (
  question: AccessToExplain,
) => Promise<{ readonly allowed: boolean; readonly steps: readonly Step[] }>

/** Whoever signed: the root of an account, always. */
export interface Caller {
  readonly account: Account
  readonly accessKeyId: string
  /** Root of the root account. */
  readonly operator: boolean
}

export interface Call extends ActionServices {
  readonly caller: Caller
}

export type JsonValue = string | number | boolean | null | readonly JsonValue[] | { readonly [name: string]: JsonValue }

export type JsonObject = { readonly [name: string]: JsonValue }

export type Handler<N extends AdminActionName> = (
  call: Call,
  values: ValuesOfAction<N>,
) => Promise<JsonObject | readonly JsonObject[]>

export type Handlers<N extends AdminActionName = AdminActionName> = { readonly [M in N]: Handler<M> }

/** The handlers of one resource. */
export type HandlersOf<R extends string> = Handlers<Extract<AdminActionName, `${R} ${string}`>>

/** The caller's own when none is named. Others are hidden from all but the operator, even whether they exist. */
export async function accountNamed({ identities, caller }: Call, name: string | undefined): Promise<Account> {
  if (name === undefined) return caller.account
  const account = await identities.findAccountByName(name)
  if (caller.operator) return account ?? fail('NoSuchEntity', {}, { message: `There is no account ${quote(name)}.` })
  if (account?.id === caller.account.id) return account
  return fail('AccessDenied', {}, { message: 'The root key of an account manages that account only.' })
}

/** The bucket of this name; those of other accounts are hidden from all but the operator. */
export async function bucketNamed({ core, caller }: Call, name: string): Promise<Bucket> {
  const bucket = await core.buckets.find(name)
  if (bucket !== undefined && (caller.operator || bucket.accountId === caller.account.id)) return bucket
  return fail('NoSuchBucket', { BucketName: name })
}

/** NoSuchEntity for keys of others as well, unless the operator asks. */
export async function keyNamed({ identities, caller }: Call, id: string): Promise<AccessKeyInfo> {
  const key = await identities.findKeyInfo(id)
  if (key !== undefined && (caller.operator || key.accountId === caller.account.id)) return key
  return fail('NoSuchEntity', {}, { message: `There is no access key ${quote(id)}.` })
}

export function noSuch(what: string, name: string): never {
  return fail('NoSuchEntity', {}, { message: `The account has no ${what} ${quote(name)}.` })
}

export function quote(name: string): string {
  return JSON.stringify(name)
}
