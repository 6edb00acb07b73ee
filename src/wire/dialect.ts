/** What a dialect is: data and signature schemes. No operation asks which one it serves; it reads a trait. */

import type { Bytes } from '../base/bytes.js'
import type { LockRules } from '../core/bucket-lock.js'
import type { LogForm } from '../model/access-log.js'
import type { LifecycleLimits } from '../model/lifecycle-check.js'
import type { BucketNameRule, KeyRule } from '../model/names.js'
import type { Account } from '../model/principal.js'
import type { TagSubject } from '../model/tags.js'
import type { WebsiteTraits } from '../model/website.js'
import type { AuthScheme, FormScheme, PayloadContract } from './authentication.js'
import type { FormRules } from './form-policy.js'
import type { QueryDialect } from './query-dialect.js'
import type { WireRequest } from './request.js'

export type DialectName = 'cos' | 's3'

export interface Dialect {
  readonly name: DialectName
  /** Lower case, with the final hyphen. */
  readonly vendorPrefix: 'x-cos-' | 'x-amz-'
  readonly schemes: readonly AuthScheme[]
  /** What an unsigned request says about its body. */
  readonly anonymousPayload: (request: WireRequest) => PayloadContract
  readonly decodeChunked: (source: AsyncIterable<Bytes>, contract: ChunkedContract) => DecodedBody
  readonly form: FormDialect
  /** Temporary keys. */
  readonly queryApi: QueryDialect
  readonly traits: Traits
}

/** Uploads by HTML forms. */
export interface FormDialect {
  /** The first takes a form that has a policy and no signature, to say what it lacks. */
  readonly schemes: readonly [FormScheme, ...FormScheme[]]
  readonly rules: FormRules
  /** Whether `${filename}` is a variable in this field. */
  readonly filenameStandsIn: (name: string) => boolean
  /** The field that holds tags as a document. */
  readonly tagsField: string | undefined
  /** Fields that mean a header of another name. */
  readonly headerNames: ReadonlyMap<string, string>
}

export type ChunkedContract = Extract<PayloadContract, { kind: 'aws-chunked' }>

export interface DecodedBody {
  readonly chunks: AsyncIterable<Bytes>
  /** After the last chunk; lower-case names. */
  readonly trailers: () => ReadonlyMap<string, string>
}

/** An account and a user in it by their numbers; of an account itself both are the same. */
export interface NumberedUser {
  readonly uin: string
  readonly subUin: string
}

export interface ShownOwner {
  readonly id: string
  readonly displayName: string
}

/** How the key service is spoken of. */
export interface KmsTraits {
  /** In headers. */
  readonly algorithm: string
  /** Known in headers and documents, and not served. */
  readonly unservedAlgorithm: string | undefined
  /** Whole names: the first is shown, all are taken. */
  readonly keyIdHeaders: readonly [string, ...string[]]
  readonly keysShownAsArns: boolean
  /** Writes show the context. */
  readonly contextShown: boolean
  /** Without the vendor prefix; undefined: no header speaks of bucket keys. */
  readonly bucketKeyHeader: string | undefined
  /** Nobody reads without a signature: what says so. Undefined: it is denied like anything else. */
  readonly unsignedMessage: string | undefined
}

export interface LockTraits extends LockRules {
  /** Governance, its bypass and legal holds. */
  readonly governance: boolean
  /** What a retention in a bucket without lock is; NoSuchObjectLockConfiguration otherwise. */
  readonly unlockedIsInvalidRequest: boolean
  /** May be chosen when the bucket is made. */
  readonly atCreation: boolean
  /** A locked object comes with a digest. */
  readonly needsDigest: boolean
}

/** Behaviour that differs, by name. The values stand in dialects/<name>/dialect.ts, each with its source. */
export interface Traits {
  /** Longest object key, UTF-8 bytes. */
  readonly keyBytesMax: number
  /** Which characters a new key may hold. */
  readonly keyRule: KeyRule
  /** The rule that a new bucket's name must satisfy. */
  readonly bucketNameRule: BucketNameRule
  /** What follows the bucket in the dialect's host, for its length rule: `.cos.<region>.myqcloud.com`. */
  readonly bucketHostSuffix: (region: string) => string
  /** Smallest part but the last at Complete. */
  readonly partSizeBytesMin: number
  /** Part numbers at Complete must have no gaps. */
  readonly partNumbersContinuous: boolean
  /** Unfinished uploads keep a bucket from being deleted. */
  readonly uploadsKeepBucket: boolean
  /** NextMarker in List Objects v1 without a delimiter as well. */
  readonly nextMarkerAlways: boolean
  /** A delimiter is exactly one character. */
  readonly delimiterOneCharacter: boolean
  /** PUT while versioning is suspended answers with version id `null`. */
  readonly suspendedPutShowsNull: boolean
  /** If-Match on a PUT of an absent key is NoSuchKey and not PreconditionFailed. */
  readonly ifMatchAbsentIsNoSuchKey: boolean
  /** The hash header accompanies objects and parts. */
  readonly crc64Header: boolean
  /** `x-*-object-type` accompanies objects. */
  readonly objectTypeHeader: boolean
  /** The type of an object without Content-Type is guessed from its key. */
  readonly contentTypeByKey: boolean
  /** The directive that replaces metadata on copy; compared without case. */
  readonly replaceDirective: string
  /** XML declaration of result documents. */
  readonly xmlDeclaration: string
  /** Version ids in listings of a bucket that never was versioned are empty instead of `null`. */
  readonly unversionedIdEmpty: boolean
  /** Region of a new bucket from the LocationConstraint of the body; otherwise from the host. */
  readonly locationInBody: boolean
  /** Whether the accelerate host serves this operation. */
  readonly isAccelerated: (operation: string) => boolean
  /** Making an own bucket anew with another ACL is BucketAlreadyExists. */
  readonly aclDistinguishesBuckets: boolean
  /** New names must end with the APPID of the account that makes them. */
  readonly appIdInName: boolean
  /** A canned ACL, grant headers and a body exclude each other; otherwise headers add up and the body is passed over. */
  readonly aclGivenOnce: boolean
  /** Grant headers add to the full control of the owner; otherwise they are all there is. */
  readonly grantHeadersKeepOwner: boolean
  /** Grant headers may name WRITE on an object, where it means nothing. */
  readonly writeGrantsOnObjects: boolean
  /** An ACL document that names another owner than there is is refused. */
  readonly aclOwnerChecked: boolean
  /** Object lock. */
  readonly lock: LockTraits
  /** An origin of a CORS rule is `*` or a scheme and a host. */
  readonly corsOriginsAreUrls: boolean
  /** What lifecycle rules may say. */
  readonly lifecycle: LifecycleLimits
  /** A preflight is shown the headers that its rule allows; otherwise those that it asked for. */
  readonly corsShowsRule: boolean
  /** Between methods and between headers in the answers to other origins. */
  readonly corsSeparator: ',' | ', '
  /** Every answer of a bucket with CORS rules says that it depends on the origin. */
  readonly corsVaryAlways: boolean
  /** The type under which a bucket policy is shown, which is JSON in both. */
  readonly policyContentType: string
  /** A grantee may be named by the bare number of an account that is here. */
  readonly granteesByUin: boolean
  /** A header tells the word for an ACL, `default` included; otherwise inherited grants are spelled out. */
  readonly aclWordShown: boolean
  /** A Range on HEAD is answered with 206 as on GET. */
  readonly headRanges: boolean
  /** The form of the access logs that are switched on through it. */
  readonly accessLogForm: LogForm
  /** Logging may leave out the prefix of its objects. */
  readonly logPrefixOptional: boolean
  /** The type of an object that came without one, when its key tells nothing. */
  readonly defaultContentType: string
  /** A copy onto itself must replace the metadata; a new storage class is not enough. */
  readonly copyToItselfReplaces: boolean
  /** A restored copy stays readable for so many days at most. */
  readonly restoreDaysMax: number
  /** It expires at a midnight, which comes so many hours before that of UTC. */
  readonly midnightHoursAhead: number
  /** Speed and time of a running restore accompany the object, and listings tell the state of a restore unasked. */
  readonly restoreStatusShown: boolean
  /** The tier of an object that is tiered automatically accompanies it while it can be read. */
  readonly storageTierShown: boolean
  /** A copy source begins with a host instead of a bucket. */
  readonly copySourceByHost: boolean
  /** The tags of an object that has none are NoSuchTagSet, and not an empty set. */
  readonly noTagsIsNoSuchTagSet: boolean
  /** A copy onto itself may replace nothing but the tags. */
  readonly copyToItselfRetags: boolean
  /** Whoever may read an object anonymously may read it when it is encrypted by the server. */
  readonly anonymousReadsEncrypted: boolean
  readonly kms: KmsTraits
  /** Beginnings of tag keys that belong to the system. */
  readonly reservedTagPrefixes: Readonly<Record<TagSubject, readonly string[]>>
  readonly website: WebsiteTraits
  /** How an account is shown as the owner in listings of objects. */
  readonly listedOwner: (account: Account) => ShownOwner
  /** How it is shown everywhere else. */
  readonly shownOwner: (account: Account) => ShownOwner
  /** How a grantee is shown, whose account need not be here. */
  readonly shownUser: (user: NumberedUser, account: Account | undefined) => ShownOwner
}
