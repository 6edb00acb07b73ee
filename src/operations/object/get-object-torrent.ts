/**
 * A torrent of an object that everybody may read, for downloads that many share: the object's own URL is its seed.
 * Large objects are hashed in the background; until that is done the answer says when to come again.
 */

import { createAsker } from '../../core/access.js'
import type { FoundObject } from '../../core/objects.js'
import { fail, isApiError } from '../../model/errors/index.js'
import { ANONYMOUS } from '../../model/principal.js'
import { fileNameOf, torrentFile } from '../../model/torrent.js'
import { showBytes, showHeaders } from '../../wire/field.js'
import { operation, type Services } from '../../wire/operation.js'
import { shownVersionId, versionReference } from '../object-fields.js'
import { requireReadable } from '../restore-fields.js'

export const getObjectTorrent = operation({
  name: 'GetObjectTorrent',
  summary: 'A torrent of an object that everybody may read, with the object as its web seed.',
  method: 'GET',
  match: { target: 'object', query: ['torrent'] },
  permission: 'GetObjectTorrent',
  input: { reference: versionReference },
  output: { headers: showHeaders, body: showBytes },
  handle: async (services, { bucket, key }, { reference }) => {
    const { core } = services
    const found = await core.objects.find({ bucket, key, reference })
    services.authorizeVersion('GetObjectTorrent', found)
    await requirePublic(services, found)
    requireSharable(services, found)
    const prepared = await core.torrents.prepare(found)
    if (prepared.kind === 'pending') {
      const message = 'The torrent is being made. Please try again.'
      return fail('ServiceUnavailable', { RetryAfterSeconds: prepared.retryAfterSeconds }, { message })
    }
    const createdAtSeconds = Math.floor(found.version.modifiedAt / 1000)
    const bytes = torrentFile({ ...prepared.pieces, key, url: urlOf(services, found), createdAtSeconds })
    const name = encodeURIComponent(`${fileNameOf(key)}.torrent`)
    const headers: (readonly [string, string])[] = [
      ['Content-Type', 'application/x-bittorrent'],
      ['Content-Disposition', `attachment; filename*=UTF-8''${name}`],
    ]
    return { headers, body: { kind: 'bytes' as const, bytes } }
  },
})

/** Whoever loads the web seed signs nothing, comes from anywhere and knows nothing of conditions. */
async function requirePublic({ core, access }: Services, found: FoundObject): Promise<void> {
  const { bucket, version, named } = found
  const reference = named ? ({ kind: 'sequence', sequence: version.sequence } as const) : undefined
  const asker = createAsker(core, { principal: ANONYMOUS, facts: { values: () => undefined } })
  try {
    if (access?.requesterPays === true) fail('AccessDenied')
    await asker.enter(bucket)
    await asker.require('GetObject', { bucket, key: version.key, reference })
    asker.requireOn('GetObject', found)
  } catch (error) {
    if (!isApiError(error, 'AccessDenied')) throw error
    fail('AccessDenied', {}, { diagnosis: 'There are torrents of objects that everybody may read, and this is none.' })
  }
}

/** What anybody can have: the seed is read without a signature and without a key. */
function requireSharable(services: Services, { version }: FoundObject): void {
  requireReadable(services, version)
  const { encryption } = version.extras
  if (encryption === undefined) return
  if (encryption.kind !== 'server') {
    const message = 'There is no torrent of an object that is encrypted with a key of the customer or the key service.'
    fail('InvalidRequest', {}, { message })
  }
  if (!services.dialect.traits.anonymousReadsEncrypted) fail('AccessDenied')
}

/** As the client addressed it, so that the seed is where the torrent came from. */
function urlOf({ endpoint: { scheme, host, pathStyle } }: Services, { bucket, version, named }: FoundObject): string {
  const path = [...(pathStyle ? [bucket.name] : []), ...version.key.split('/')].map(encodeURIComponent).join('/')
  const versionId = named ? shownVersionId(bucket, version) : undefined
  return `${scheme}://${host}/${path}${versionId === undefined ? '' : `?versionId=${encodeURIComponent(versionId)}`}`
}
