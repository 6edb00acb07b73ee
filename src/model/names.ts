/**
 * What buckets and objects may be called. A new bucket follows the rule of the dialect that makes it; any request may
 * address a bucket of either rule, since both dialects see the same buckets. Object keys are text decoded from UTF-8,
 * never normalised: `..`, `//` and `.` are characters like others.
 */

import { percentEncodeForbidden } from '../base/xml.js'
import { fail } from './errors/index.js'

/** `dns-label`: S3. `name-appid`: COS, cos-auth-and-bucket.md 1.2. */
export type BucketNameRule = 'dns-label' | 'name-appid'

export type KeyRule = 'cos' | 's3'

/** Longest request host of a COS bucket, suffix included. */
export const BUCKET_HOST_LENGTH_MAX = 60

const LABELS = /^[a-z0-9](?:[a-z0-9-]*[a-z0-9])?(?:\.[a-z0-9](?:[a-z0-9-]*[a-z0-9])?)*$/
const IP_LIKE = /^\d+\.\d+\.\d+\.\d+$/
const RESERVED_PREFIXES = ['xn--', 'sthree-', 'amzn-s3-demo-']
const RESERVED_SUFFIXES = ['-s3alias', '--ol-s3', '.mrap', '--x-s3', '--table-s3']
const NAME_LENGTH_MAX = 255

/**
 * For CreateBucket. `hostSuffix` is what follows the name in the host, with its dot (`.cos.ap-guangzhou.myqcloud.com`);
 * it counts only under `name-appid`. `legacyNames`: old-style names are names too, under `dns-label`. Fails with
 * InvalidBucketName, or BucketNameTooLong when length is all that is wrong.
 */
export function checkBucketName(
  rule: BucketNameRule,
  name: string,
  { hostSuffix, legacyNames = false }: { readonly hostSuffix: string; readonly legacyNames?: boolean },
): void {
  if (rule === 'dns-label') {
    if (legacyNames && isLegacyName(name)) return
    if (!isDnsLabels(name) || isReserved(name)) fail('InvalidBucketName', { BucketName: name })
    return
  }
  if (!isNameAppid(name)) fail('InvalidBucketName', { BucketName: name })
  if (name.length + hostSuffix.length > BUCKET_HOST_LENGTH_MAX) fail('BucketNameTooLong', { BucketName: name })
}

/** False when no bucket can have this name under either rule: InvalidBucketName, or NoSuchBucket on DELETE (row 20). */
export function bucketNamePossible(name: string, legacyNames = false): boolean {
  if (legacyNames && isLegacyName(name)) return true
  return isDnsLabels(name) || (name.length <= NAME_LENGTH_MAX && isNameAppid(name))
}

function isDnsLabels(name: string): boolean {
  return name.length >= 3 && name.length <= 63 && LABELS.test(name) && !IP_LIKE.test(name)
}

function isNameAppid(name: string): boolean {
  const hyphen = name.lastIndexOf('-')
  const ownName = name.slice(0, Math.max(0, hyphen))
  return /^[a-z0-9-]+$/.test(ownName) && !/^-|-$/.test(ownName) && /^\d+$/.test(name.slice(hyphen + 1))
}

/** What S3 once allowed: upper case and underscores, where no host holds the name. */
function isLegacyName(name: string): boolean {
  return /^[A-Za-z0-9][A-Za-z0-9._-]{2,254}$/.test(name) && /[A-Z_]/.test(name)
}

function isReserved(name: string): boolean {
  return (
    RESERVED_PREFIXES.some((prefix) => name.startsWith(prefix)) ||
    RESERVED_SUFFIXES.some((suffix) => name.endsWith(suffix))
  )
}

/** For every request that names a key: fails with InvalidURI on NUL, then KeyTooLong. */
export function checkObjectKey(key: string, { keyBytesMax }: { readonly keyBytesMax: number }): void {
  if (key.includes('\0')) fail('InvalidURI', { URI: percentEncodeForbidden(key) })
  const sizeBytes = Buffer.byteLength(key, 'utf8')
  if (sizeBytes > keyBytesMax) fail('KeyTooLong', { Size: sizeBytes, MaxSizeAllowed: keyBytesMax })
}

/**
 * For requests that create an object, besides `checkObjectKey`. COS refuses a leading `/` or `\` and the controls 24 to
 * 27 (cos-object.md 27) with InvalidObjectName. Only creation is held to it: such a key may exist, made through S3, and
 * COS clients must be able to read and delete it (DeleteObjects tells `/a` from `a`).
 */
export function checkNewObjectKey(rule: KeyRule, key: string): void {
  if (rule === 'cos' && /^[/\\]|[\u0018-\u001b]/.test(key)) fail('InvalidObjectName')
}
