/** What some versions have besides, as it stands in rows: an object with a member for each (docs/data-format.md). */

import { asList, asMembers, asNumber, asOneOf, asOptionalText, asText } from '../meta/json.js'
import type { Json } from '../meta/record.js'
import {
  type Encryption,
  NO_EXTRAS,
  type ObjectLock,
  RESTORE_TIERS,
  RETENTION_MODES,
  type Restore,
  type VersionExtras,
} from '../model/version-extras.js'

/** Undefined when there is nothing to store. */
export function extrasToJson(extras: VersionExtras): Json | undefined {
  if (extras === NO_EXTRAS) return undefined
  const { lock, restore, encryption, redirectLocation } = extras
  const json: Readonly<Record<string, Json>> = {
    ...(lock === undefined ? {} : { lock: lockToJson(lock) }),
    ...(restore === undefined ? {} : { restore: restoreToJson(restore) }),
    ...(encryption === undefined ? {} : { encryption: encryptionToJson(encryption) }),
    ...(redirectLocation === undefined ? {} : { redirect: redirectLocation }),
  }
  return Object.keys(json).length === 0 ? undefined : json
}

export function extrasFromJson(json: Json | undefined): VersionExtras {
  if (json === undefined) return NO_EXTRAS
  const { lock, restore, encryption, redirect } = asMembers(json)
  return {
    ...(lock === undefined ? {} : { lock: lockFromJson(lock) }),
    ...(restore === undefined ? {} : { restore: restoreFromJson(restore) }),
    ...(encryption === undefined ? {} : { encryption: encryptionFromJson(encryption) }),
    ...(redirect === undefined ? {} : { redirectLocation: asText(redirect) }),
  }
}

function lockToJson({ retention, legalHold }: ObjectLock): Json {
  const held = legalHold === undefined ? null : legalHold ? 1 : 0
  return [retention === undefined ? null : [retention.mode, retention.retainUntil], held]
}

function lockFromJson(json: Json): ObjectLock {
  const [retention = null, held = null] = asList(json)
  const legalHold = held === null ? undefined : held === 1
  if (retention === null) return { retention: undefined, legalHold }
  const [mode, retainUntil] = asList(retention)
  return {
    retention: { mode: asOneOf(mode, RETENTION_MODES), retainUntil: asNumber(retainUntil) },
    legalHold,
  }
}

function restoreToJson({ tier, requestedAt, readyAt, expiresAt }: Restore): Json {
  return [tier, requestedAt, readyAt, expiresAt]
}

function restoreFromJson(json: Json): Restore {
  const [tier, requestedAt, readyAt, expiresAt] = asList(json)
  return {
    tier: asOneOf(tier, RESTORE_TIERS),
    requestedAt: asNumber(requestedAt),
    readyAt: asNumber(readyAt),
    expiresAt: asNumber(expiresAt),
  }
}

function encryptionToJson(encryption: Encryption): Json {
  if (encryption.kind === 'server') return ['server']
  if (encryption.kind === 'customer') return ['customer', encryption.check]
  const { keyId, region, accountUin, context, bucketKeyEnabled } = encryption
  return ['kms', keyId, region, accountUin, context ?? null, bucketKeyEnabled ? 1 : 0]
}

function encryptionFromJson(json: Json): Encryption {
  const [word, first, region, accountUin, context, bucketKey] = asList(json)
  const kind = asOneOf(word, ['server', 'kms', 'customer'])
  if (kind === 'server') return { kind }
  if (kind === 'customer') return { kind, check: asText(first) }
  return {
    kind,
    keyId: asText(first),
    region: asText(region),
    accountUin: asText(accountUin),
    context: asOptionalText(context),
    bucketKeyEnabled: bucketKey === 1,
  }
}
