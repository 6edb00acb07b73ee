/** Pieces of documents that several operations show. */

import { percentEncodeForbidden, xmlForbids } from '../base/xml.js'
import type { Core } from '../core/core.js'
import { encodeForListing } from '../model/listing-encoding.js'
import type { Account } from '../model/principal.js'
import type { Dialect, ShownOwner } from '../wire/dialect.js'
import { element, record, text, textOf } from '../wire/document.js'
import { choice, query } from '../wire/field.js'

export const owner = record({ id: element('ID', text), displayName: element('DisplayName', text) })

/** A key as text: characters that XML cannot hold are percent-encoded, for want of `encoding-type=url`. */
export const keyText = textOf<string>(
  (raw) => raw,
  (value) => (xmlForbids(value) ? percentEncodeForbidden(value) : value),
)

/** Whole seconds, with `.000`: headers and listings of one object agree (cos-auth-and-bucket.md 3.3). */
export const listedTime = textOf<number>(
  (raw) => (Number.isNaN(Date.parse(raw)) ? undefined : Date.parse(raw)),
  (value) => new Date(Math.floor(value / 1000) * 1000).toISOString(),
)

export const commonPrefix = record({ prefix: element('Prefix', keyText) })

export const encodingType = query('encoding-type', choice(['url']))

/** What names become on the page. */
export function nameEncoder(encoding: 'url' | undefined): (name: string) => string {
  return encoding === 'url' ? encodeForListing : (name) => name
}

/** Owners by account id, each looked up once per page. */
export function ownerLookup(
  core: Core,
  show: (account: Account) => ShownOwner,
): (accountId: string) => Promise<ShownOwner> {
  const known = new Map<string, ShownOwner>()
  return async (accountId) => {
    const found = known.get(accountId)
    if (found !== undefined) return found
    const account = await core.identities.findAccount(accountId)
    const shown = account === undefined ? { id: accountId, displayName: accountId } : show(account)
    known.set(accountId, shown)
    return shown
  }
}

/** As a version id is shown where versions are listed. */
export function listedVersionId(versionId: string, versioning: string, { traits }: Dialect): string {
  return versioning === 'unset' && traits.unversionedIdEmpty ? '' : versionId
}
