/** Torrent files (BEP 3) with the object's own URL as web seed (BEP 19): bencoding, and how an object is divided. */

/** Text is its UTF-8 bytes. Keys of a dictionary are ASCII. */
export type Bencoded = string | Buffer | number | readonly Bencoded[] | { readonly [key: string]: Bencoded }

export function bencode(value: Bencoded): Buffer {
  if (typeof value === 'number') return Buffer.from(`i${value}e`)
  if (typeof value === 'string') return bencode(Buffer.from(value, 'utf8'))
  if (Buffer.isBuffer(value)) return Buffer.concat([Buffer.from(`${value.byteLength}:`), value])
  if (isList(value)) return Buffer.concat([Buffer.from('l'), ...value.map(bencode), Buffer.from('e')])
  const entries = Object.entries(value).sort(([a], [b]) => (a < b ? -1 : 1))
  const members = entries.flatMap(([key, member]) => [bencode(key), bencode(member)])
  return Buffer.concat([Buffer.from('d'), ...members, Buffer.from('e')])
}

function isList(value: Exclude<Bencoded, string | number | Buffer>): value is readonly Bencoded[] {
  return Array.isArray(value)
}

export const PIECE_HASH_BYTES = 20

export interface TorrentPieces {
  readonly sizeBytes: number
  readonly pieceSizeBytes: number
  /** SHA-1 of each piece, one behind the other. */
  readonly hashes: Buffer
}

const MEBIBYTE = 1024 * 1024
const PIECE_BYTES_MIN = 256 * 1024
/** Clients dislike larger ones; only objects that would have too many pieces have them. */
const PIECE_BYTES_USUAL = 16 * MEBIBYTE
const PIECES_USUAL = 1_500
const PIECES_MAX = 100_000

/** A power of two, so that a usual object has a torrent of some ten kilobytes, and the largest one of two megabytes. */
export function pieceSizeOf(sizeBytes: number): number {
  let pieceBytes = PIECE_BYTES_MIN
  const holds = () => sizeBytes <= pieceBytes * (pieceBytes < PIECE_BYTES_USUAL ? PIECES_USUAL : PIECES_MAX)
  while (!holds()) pieceBytes *= 2
  return pieceBytes
}

export interface TorrentSource extends TorrentPieces {
  readonly key: string
  readonly url: string
  readonly createdAtSeconds: number
}

export function torrentFile({ key, url, createdAtSeconds, sizeBytes, pieceSizeBytes, hashes }: TorrentSource): Buffer {
  return bencode({
    'created by': 'Stowage',
    'creation date': createdAtSeconds,
    info: { length: sizeBytes, name: fileNameOf(key), 'piece length': pieceSizeBytes, pieces: hashes },
    'url-list': url,
  })
}

/** What a client calls the file: the last part of the key that is a name. */
export function fileNameOf(key: string): string {
  const names = key.split(/[/\\]/).filter((name) => name !== '' && name !== '.' && name !== '..')
  return names.at(-1) ?? 'object'
}
