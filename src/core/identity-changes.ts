/**
 * Changes to those who stand in an account. Every one of them checks the account's row and puts it with the next
 * revision: it is the lock of them all, so no other row of the account needs a check, and what was worked out from them
 * is known to be old by its version.
 */

import type { Bytes } from '../base/bytes.js'
import type { Check, Put } from '../meta/meta-store.js'
import type { Codec } from '../meta/record.js'
import { fail } from '../model/errors/index.js'
import { IDENTITY_POLICY_BYTES_MAX, isIdentityName } from '../model/identity.js'
import { checkPolicyDocument } from '../model/policy/parse.js'
import type { PolicyUse } from '../model/policy/policy.js'
import type { Account } from '../model/principal.js'
import { commitPlanned } from './changes.js'
import type { CoreDependencies } from './dependencies.js'
import { accountCodec, accountKey, checkOf, putOf, rangeOf, readRow, scanAll } from './rows.js'

export interface IdentityChange<T> {
  /** Of rows that others than the account's own changes write. */
  readonly checks?: readonly Check[]
  readonly puts?: readonly Put[]
  readonly removes?: readonly Bytes[]
  /** What becomes of the account's row besides its revision. */
  readonly account?: Account
  readonly result: T
}

/** `plan` reads again whenever another change of the account came first. A plan that writes nothing changes nothing. */
export function changeIdentities<T>(
  dependencies: Pick<CoreDependencies, 'meta' | 'limits'>,
  operation: string,
  accountId: string,
  plan: (account: Account) => Promise<IdentityChange<T>>,
): Promise<T> {
  return commitPlanned(dependencies, operation, async () => {
    const row = await readRow(dependencies.meta, accountCodec, accountKey(accountId))
    if (row.value === undefined) return noSuchEntity('account', accountId)
    const { checks = [], puts = [], removes = [], account, result } = await plan(row.value)
    if (puts.length + removes.length === 0 && account === undefined) return { batch: {}, result }
    const changed = { ...(account ?? row.value), revision: row.value.revision + 1 }
    const accountPut = putOf(accountCodec, row.key, changed)
    return { batch: { checks: [checkOf(row), ...checks], puts: [accountPut, ...puts], removes }, result }
  })
}

/** The row of that name, which must be there. */
export async function requireRow<T>(
  { meta }: Pick<CoreDependencies, 'meta'>,
  rowCodec: Codec<T>,
  rowKey: Bytes,
  name: string,
): Promise<T> {
  return (await readRow(meta, rowCodec, rowKey)).value ?? noSuchEntity(rowCodec.name, name)
}

/** A name that may be given to something new: well-formed, not taken, and one more of its kind is allowed. */
export async function requireFree<T>(
  { meta }: Pick<CoreDependencies, 'meta'>,
  rowCodec: Codec<T>,
  wanted: { readonly name: string; readonly rowKey: Bytes; readonly prefix: Bytes; readonly rowsMax: number },
): Promise<void> {
  requireName(rowCodec.name, wanted.name)
  if ((await meta.get(wanted.rowKey)) !== undefined) {
    fail('EntityAlreadyExists', {}, { message: `There is a ${rowCodec.name} named ${wanted.name} already.` })
  }
  let count = 0
  for await (const _ of scanAll(meta, rangeOf(wanted.prefix))) count++
  if (count >= wanted.rowsMax) limitExceeded(`An account may have ${wanted.rowsMax} of kind ${rowCodec.name}.`)
}

/** All rows of a kind that an account has: at most what its limits allow. */
export async function rowsOf<T>(
  { meta }: Pick<CoreDependencies, 'meta'>,
  rowCodec: Codec<T>,
  prefix: Bytes,
): Promise<readonly T[]> {
  const values: T[] = []
  for await (const { value } of scanAll(meta, rangeOf(prefix))) values.push(rowCodec.decode(value))
  return values
}

export function requireName(kind: string, name: string): void {
  if (isIdentityName(name)) return
  const ParameterName = `${kind.charAt(0).toUpperCase()}${kind.slice(1)}Name`
  invalidParameter(ParameterName, `A ${kind} has a name of 1 to 64 letters, digits and the characters +=,.@_-`)
}

/** A policy that may be stored for this use. */
export function requirePolicy(text: string, use: PolicyUse): void {
  if (Buffer.byteLength(text) > IDENTITY_POLICY_BYTES_MAX) {
    limitExceeded(`A policy may have ${IDENTITY_POLICY_BYTES_MAX} bytes.`)
  }
  checkPolicyDocument(text, use)
}

export function invalidParameter(ParameterName: string, message: string): never {
  return fail('InvalidParameterValue', { ParameterName }, { message })
}

export function limitExceeded(message: string): never {
  return fail('LimitExceeded', {}, { message })
}

export function deleteConflict(message: string): never {
  return fail('DeleteConflict', {}, { message })
}

export function noSuchEntity(kind: string, name: string): never {
  return fail('NoSuchEntity', {}, { message: `There is no ${kind} named ${name}.` })
}
