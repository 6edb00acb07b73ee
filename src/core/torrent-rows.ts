/** Rows of torrents: the hashes of an object's pieces by version, while they are worked out and when they are ready. */

import { asList, asNumber, asText } from '../meta/json.js'
import { key, keyParts, keyPrefix } from '../meta/key.js'
import { codec } from '../meta/record.js'
import type { TorrentPieces } from '../model/torrent.js'
import { kinds } from './rows.js'

export const torrentCodec = codec<TorrentPieces>({
  name: 'torrent',
  version: 1,
  toJson: ({ sizeBytes, pieceSizeBytes, hashes }) => [sizeBytes, pieceSizeBytes, hashes.toString('base64')],
  fromJson: (json) => {
    const [sizeBytes, pieceSizeBytes, hashes] = asList(json)
    return {
      sizeBytes: asNumber(sizeBytes),
      pieceSizeBytes: asNumber(pieceSizeBytes),
      hashes: Buffer.from(asText(hashes), 'base64'),
    }
  },
})

export type TorrentState = 'pending' | 'ready'

/** A version, whatever its bucket is called by now. */
export interface VersionPlace {
  readonly bucketId: string
  readonly name: string
  readonly sequence: string
}

export const torrentKey = (state: TorrentState, { bucketId, name, sequence }: VersionPlace) =>
  key(kinds.torrent, state, bucketId, name, sequence)
export const torrentPrefix = (state: TorrentState) => keyPrefix(kinds.torrent, state)

export function torrentPlace(rowKey: Uint8Array): VersionPlace {
  const [, bucketId = '', name = '', sequence = ''] = keyParts(rowKey, 4).map((part) => part.toString('utf8'))
  return { bucketId, name, sequence }
}
