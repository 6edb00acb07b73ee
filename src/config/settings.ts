/**
 * Every setting is a row of this table; the type of the settings, their loading, the command-line flags and
 * docs/settings.md are derived from it. Defaults stand as the text a person would write, and pass the same parser.
 */

import { HTTPS_POLICIES } from '../model/https-policy.js'
import {
  accessKeyId,
  address,
  addressRanges,
  appid,
  blobEngine,
  hostSuffixes,
  type Kind,
  logStyle,
  masterKey,
  metaEngine,
  oneOf,
  originAddress,
  path,
  regionChoice,
  regionName,
  regionNames,
  regionsWithLabels,
  secretKey,
  webAddress,
  wholeNumber,
  workers,
} from './kinds.js'

export interface Setting<T> {
  readonly variable: string
  readonly kind: Kind<T>
  readonly unit: Unit
  /** As one would write it; `none` for a setting that may stay without a value. */
  readonly default: string
  readonly sentence: string
}

export type Unit = '' | 'bytes' | 'ms' | 'per second'

export const NONE = 'none'

const HOUR_MS = 3_600_000
const DAY_MS = 24 * HOUR_MS
const SIZE_BYTES_MAX = 2 ** 50

/** A setting that always has a value. */
function row<T>(variable: string, kind: Kind<T>, fallback: string, sentence: string, unit: Unit = ''): Setting<T> {
  return { variable, kind, unit, default: fallback, sentence }
}

/** A setting without a default: undefined when it is not set or set to `none`. */
function optionalRow<T>(variable: string, kind: Kind<T>, sentence: string, unit: Unit = ''): Setting<T | undefined> {
  const optionalKind: Kind<T | undefined> = {
    ...kind,
    expected: `${kind.expected}, or none`,
    parse: (text) => (text === NONE ? { ok: true, value: undefined } : kind.parse(text)),
  }
  return row(variable, optionalKind, NONE, sentence, unit)
}

export const settingsTable = {
  // Where it listens
  listen: row('STOWAGE_LISTEN', address, '127.0.0.1:9000', 'Where the object API listens. Port 0 takes a free one.'),
  adminListen: row(
    'STOWAGE_ADMIN_LISTEN',
    address,
    '127.0.0.1:9001',
    'Where health, metrics and the admin API listen. Keep it away from the public network.',
  ),
  tlsListen: optionalRow('STOWAGE_TLS_LISTEN', address, 'Where the object API listens with TLS, besides `listen`.'),
  tlsCert: optionalRow('STOWAGE_TLS_CERT', path, 'File with the certificate chain in PEM form, for `tls-listen`.'),
  tlsKey: optionalRow('STOWAGE_TLS_KEY', path, 'File with the private key in PEM form, for `tls-listen`.'),
  workers: row('STOWAGE_WORKERS', workers, '1', 'Processes that serve one port over one data directory.'),

  // What it keeps, and where
  data: row('STOWAGE_DATA', path, './data', 'The data directory. It holds everything that must be backed up.'),
  meta: row('STOWAGE_META', metaEngine, 'lmdb:', 'The metadata engine, and its path when outside the data directory.'),
  blob: row('STOWAGE_BLOB', blobEngine, 'files:', 'The blob engine, and its path when outside the data directory.'),
  metaMapBytes: optionalRow(
    'STOWAGE_META_MAP_BYTES',
    wholeNumber(2 ** 20, SIZE_BYTES_MAX),
    'Address space that LMDB reserves at start, 64 GiB when not set. Beyond it LMDB maps anew.',
    'bytes',
  ),
  inlineBytesMax: row(
    'STOWAGE_INLINE_BYTES_MAX',
    wholeNumber(0, 2 ** 20),
    '65536',
    'Bodies up to this size are stored in the same commit as their metadata, larger ones as blobs.',
    'bytes',
  ),
  trashDelayMs: row(
    'STOWAGE_TRASH_DELAY_MS',
    wholeNumber(0, 365 * DAY_MS),
    '900000',
    'How long the bytes of removed objects outlive their last reference, so that readers in flight finish.',
    'ms',
  ),
  dayMs: row(
    'STOWAGE_DAY_MS',
    wholeNumber(1_000, 365 * DAY_MS),
    '86400000',
    'How long a day lasts for lifecycle rules and restored copies, and the hours that a restore takes shrink with it: a few seconds show both at work. Retentions keep real days.',
    'ms',
  ),
  scrubIntervalMs: row(
    'STOWAGE_SCRUB_INTERVAL_MS',
    wholeNumber(1_000, 365 * DAY_MS),
    '86400000',
    'Time from one search for orphaned blobs to the next.',
    'ms',
  ),
  logDeliveryMs: row(
    'STOWAGE_LOG_DELIVERY_MS',
    wholeNumber(1_000, DAY_MS),
    '300000',
    'Time from one delivery of access logs to the next.',
    'ms',
  ),
  masterKey: optionalRow(
    'STOWAGE_MASTER_KEY',
    masterKey,
    'Key that secrets are stored under, base64 of 32 bytes. When not set: `master.key` in the data directory, made once.',
  ),
  seed: optionalRow(
    'STOWAGE_SEED',
    path,
    'YAML file with accounts, users, policies, keys, buckets and objects to create at start.',
  ),

  // Who it is
  region: row('STOWAGE_REGION', regionName, 'ap-guangzhou', 'The region that this server says it is.'),
  regions: row(
    'STOWAGE_REGIONS',
    regionsWithLabels,
    'none',
    'Further regions of this installation, each with how own hosts may call it: `ap-beijing,ap-tokyo=tk`.',
  ),
  regionAliases: row(
    'STOWAGE_REGION_ALIASES',
    regionNames,
    'us-east-1',
    'Further names of `region` in signatures, hosts and bodies of S3: the default of AWS tools, so that they work unconfigured.',
  ),
  moveRedirectMs: row(
    'STOWAGE_MOVE_REDIRECT_MS',
    wholeNumber(0, 365 * DAY_MS),
    '86400000',
    'How long after the move of a bucket its former region answers TemporaryRedirect instead of PermanentRedirect.',
    'ms',
  ),
  domain: row(
    'STOWAGE_DOMAIN',
    hostSuffixes,
    'localhost',
    'Own host suffixes: `<bucket>.<domain>` addresses a bucket. Several are separated by commas.',
  ),
  dialect: row(
    'STOWAGE_DIALECT',
    oneOf('cos', 's3'),
    's3',
    'The dialect of requests that name none by signature, header or host.',
  ),
  appid: row('STOWAGE_APPID', appid, '1250000000', 'The APPID of the root account, the last part of COS bucket names.'),
  secretId: optionalRow('STOWAGE_SECRET_ID', accessKeyId, 'Key id of the root account. Generated when not set.'),
  secretKey: optionalRow('STOWAGE_SECRET_KEY', secretKey, 'Secret of the root account. Generated when not set.'),
  signUpUrl: optionalRow(
    'STOWAGE_SIGN_UP_URL',
    webAddress,
    'Where people whose account is invited activate it; shown in NotSignedUp.',
  ),

  // What it allows
  https: row(
    'STOWAGE_HTTPS',
    oneOf(...HTTPS_POLICIES),
    'off',
    'Requests without TLS: `off` serves them, `redirect` sends them to HTTPS, `required` refuses them.',
  ),
  primaryUrl: optionalRow(
    'STOWAGE_PRIMARY_URL',
    originAddress,
    'Makes this server a standby of the one at this URL: it serves reads, sends writes there and runs no jobs.',
  ),
  reserveBytes: row(
    'STOWAGE_RESERVE_BYTES',
    wholeNumber(0, SIZE_BYTES_MAX),
    '134217728',
    'Room that writes must leave on the disk of the data directory; below it only deletes are taken. 0 watches no disk.',
    'bytes',
  ),
  sigv2: row(
    'STOWAGE_SIGV2',
    oneOf('off', 'plain', 'tls', 'all'),
    'off',
    'Listeners that take signatures of version 2, for old S3 clients: none, the plain one, the one with TLS, or all.',
  ),
  domainProof: row(
    'STOWAGE_DOMAIN_PROOF',
    oneOf('off', 'others', 'all'),
    'others',
    'Whose custom domains must be proven before they are bound, by the TXT record that GET ?domain names: those of no account, of all but the root account, or of all.',
  ),
  trustedProxies: optionalRow(
    'STOWAGE_TRUSTED_PROXIES',
    addressRanges,
    'Addresses or networks whose X-Forwarded-For and X-Forwarded-Proto are believed, for policies about addresses.',
  ),
  bucketsMax: row('STOWAGE_BUCKETS_MAX', wholeNumber(1, 1_000_000), '200', 'Buckets that one account may own.'),
  legacyNames: row(
    'STOWAGE_LEGACY_NAMES',
    oneOf('off', 'on'),
    'off',
    'Whether S3 clients may make and use buckets with old-style names, such as Old_Bucket, for data that moves in.',
  ),
  acceleratedRegions: row(
    'STOWAGE_ACCELERATED_REGIONS',
    regionChoice,
    'all',
    'Regions whose buckets can be accelerated: all, none, or a list separated by commas.',
  ),
  acceleratedBucketsMax: optionalRow(
    'STOWAGE_ACCELERATED_BUCKETS_MAX',
    wholeNumber(0, 1_000_000),
    'Buckets that one account may accelerate. `stowage account set-limits` sets it for one account.',
  ),
  accountRequestsPerSecondMax: optionalRow(
    'STOWAGE_ACCOUNT_REQUESTS_PER_SECOND_MAX',
    wholeNumber(1, 1_000_000),
    'Requests that the keys of one account may sign; beyond it SlowDown. Counted in each process.',
    'per second',
  ),
  bucketRequestsPerSecondMax: optionalRow(
    'STOWAGE_BUCKET_REQUESTS_PER_SECOND_MAX',
    wholeNumber(1, 1_000_000),
    'Requests to one bucket; beyond it SlowDown. Counted in each process.',
    'per second',
  ),
  addressRequestsPerSecondMax: optionalRow(
    'STOWAGE_ADDRESS_REQUESTS_PER_SECOND_MAX',
    wholeNumber(1, 1_000_000),
    'Requests from one client address; beyond it SlowDown. Counted in each process.',
    'per second',
  ),
  requestsPerSecondMax: optionalRow(
    'STOWAGE_REQUESTS_PER_SECOND_MAX',
    wholeNumber(1, 1_000_000),
    'Requests beyond this rate are answered with SlowDown. Counted in each process.',
    'per second',
  ),
  connectionsMax: row(
    'STOWAGE_CONNECTIONS_MAX',
    wholeNumber(1, 1_000_000),
    '10000',
    'Open connections of one process. Further ones are closed at once.',
  ),
  connectionsPerAddressMax: row(
    'STOWAGE_CONNECTIONS_PER_ADDRESS_MAX',
    wholeNumber(1, 1_000_000),
    '2000',
    'Open connections from one client address. Raise it behind a proxy.',
  ),
  headerBytesMax: row(
    'STOWAGE_HEADER_BYTES_MAX',
    wholeNumber(1_024, 2 ** 20),
    '8192',
    'Size of all header lines and the query string together. The path does not count.',
    'bytes',
  ),
  xmlBytesMax: row(
    'STOWAGE_XML_BYTES_MAX',
    wholeNumber(1_024, 2 ** 26),
    '4194304',
    'Size of an XML request body. 10,000 parts with their checksums fit into the default.',
    'bytes',
  ),

  // How long it waits
  headersMs: row(
    'STOWAGE_HEADERS_MS',
    wholeNumber(100, HOUR_MS),
    '20000',
    'Time for a client to send the request line and all headers.',
    'ms',
  ),
  bodyIdleMs: row(
    'STOWAGE_BODY_IDLE_MS',
    wholeNumber(100, HOUR_MS),
    '20000',
    'A request body that brings no byte for this long ends in RequestTimeout.',
    'ms',
  ),
  keepAliveMs: row(
    'STOWAGE_KEEP_ALIVE_MS',
    wholeNumber(0, HOUR_MS),
    '65000',
    'An idle connection is closed after this long. Stay above the idle timeout of a proxy in front.',
    'ms',
  ),
  drainMs: row(
    'STOWAGE_DRAIN_MS',
    wholeNumber(0, HOUR_MS),
    '10000',
    'On SIGTERM or SIGINT, requests in flight have this long to finish.',
    'ms',
  ),

  // What it says
  log: row('STOWAGE_LOG', logStyle, 'info', 'Log level and form. Alone: text for a terminal, JSON otherwise.'),
} as const satisfies Record<string, Setting<unknown>>

export type SettingName = keyof typeof settingsTable

export type Settings = {
  readonly [N in SettingName]: (typeof settingsTable)[N] extends Setting<infer T> ? T : never
}

/** `STOWAGE_DATA` is `--data` on the command line. */
export function flagOf(variable: string): string {
  return `--${variable
    .replace(/^STOWAGE_/, '')
    .toLowerCase()
    .replaceAll('_', '-')}`
}
