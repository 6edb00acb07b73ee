/** Inspects the hashes of torrents: as many as the pieces, or as far as the job has come. */

import { PIECE_HASH_BYTES } from '../model/torrent.js'
import { kinds } from './rows.js'
import { pagesOf, partOfKey, type Survey } from './survey.js'
import { torrentCodec } from './torrent-rows.js'

export async function inspectTorrents(survey: Survey): Promise<void> {
  for await (const page of pagesOf(survey, kinds.torrent)) {
    for (const { key, value } of page) {
      const state = partOfKey(key, 4, 0)
      const name = `${state} ${partOfKey(key, 4, 1)}/${partOfKey(key, 4, 2)}`
      survey.count('torrent')
      const torrent = survey.attempt('torrent', name, () => torrentCodec.decode(value))
      if (torrent === undefined) continue
      const { sizeBytes, pieceSizeBytes, hashes } = torrent
      const pieces = Math.ceil(sizeBytes / pieceSizeBytes)
      const found = hashes.byteLength / PIECE_HASH_BYTES
      const fits = Number.isInteger(found) && (state === 'ready' ? found === pieces : found < pieces)
      if (!fits) survey.report('damage', 'torrent', name, `has ${found} hashes of ${pieces} pieces`)
    }
  }
}
