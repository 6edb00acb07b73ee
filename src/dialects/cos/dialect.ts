/** The COS dialect as data. Sources: cos-auth-and-bucket.md and cos-object.md, by section. */

import { fail } from '../../model/errors/index.js'
import { qcsId } from '../../model/grants.js'
import { COS_LIFECYCLE } from '../../model/lifecycle-check.js'
import type { Account } from '../../model/principal.js'
import type { Dialect, NumberedUser } from '../../wire/dialect.js'
import { cosForm } from './form-signature.js'
import { cosQueryApi } from './query-api.js'
import { cosSchemes } from './signature.js'

const MEBIBYTE = 1024 * 1024

/** Owners in listings are the bare APPID, twice (5.6); elsewhere the root user (5.1). */
const listedOwner = ({ appId }: Account) => ({ id: appId, displayName: appId })
const shownUser = (user: NumberedUser) => ({ id: qcsId(user), displayName: user.subUin })
const shownOwner = ({ uin }: Account) => shownUser({ uin, subUin: uin })

/** Objects whole and in parts; nothing else goes through the accelerate host. OPTIONS is no operation. */
const ACCELERATED = [
  'PutObject',
  'PostObject',
  'GetObject',
  'HeadObject',
  'InitiateMultipartUpload',
  'UploadPart',
  'CompleteMultipartUpload',
  'AbortMultipartUpload',
  'ListParts',
  'ListMultipartUploads',
]

export const cosDialect: Dialect = {
  name: 'cos',
  vendorPrefix: 'x-cos-',
  schemes: cosSchemes,
  anonymousPayload: () => ({ kind: 'unsigned' }),
  decodeChunked: () => fail('NotImplemented', { Header: 'x-amz-content-sha256' }),
  form: cosForm,
  queryApi: cosQueryApi,
  traits: {
    keyBytesMax: 850, // 1.2
    keyRule: 'cos', // object 27
    bucketNameRule: 'name-appid', // 1.2
    bucketHostSuffix: (region) => `.cos.${region}.myqcloud.com`, // 1.2: the whole host counts
    partSizeBytesMin: MEBIBYTE, // object 23.4
    partNumbersContinuous: true, // object 23.4, errors.md row 26
    uploadsKeepBucket: true, // 5.4
    nextMarkerAlways: true, // 5.6
    delimiterOneCharacter: true, // 5.6
    suspendedPutShowsNull: false, // object 20
    ifMatchAbsentIsNoSuchKey: false, // errors.md 4.2 names S3 only
    crc64Header: true, // object 3.1
    objectTypeHeader: true, // object 7
    contentTypeByKey: true, // object 4
    replaceDirective: 'replaced', // object 5
    xmlDeclaration: "<?xml version='1.0' encoding='utf-8' ?>\n", // errors.md 1.1
    unversionedIdEmpty: true, // 5.7
    locationInBody: false, // 5.2
    isAccelerated: (operation) => ACCELERATED.includes(operation), // errors.md row 37
    aclDistinguishesBuckets: false, // 5.2
    appIdInName: true, // 1.2
    aclGivenOnce: false, // 5.9, object 15.1
    grantHeadersKeepOwner: true, // 5.9: x-cos-acl counts as `private` beside them
    writeGrantsOnObjects: false, // object 15.3
    aclOwnerChecked: false, // 5.9 names no check
    // cos-auth-and-bucket.md 5.27, cos-object.md 19
    lock: {
      needsVersioning: false,
      onlyGrows: true,
      governance: false,
      unlockedIsInvalidRequest: false,
      atCreation: false,
      needsDigest: false,
    },
    corsOriginsAreUrls: true, // cos-auth-and-bucket.md 5.10
    lifecycle: COS_LIFECYCLE, // cos-auth-and-bucket.md 5.11
    corsShowsRule: true, // 5.10
    corsSeparator: ',',
    corsVaryAlways: false, // 5.10, ResponseVary
    policyContentType: 'application/xml', // cos-auth-and-bucket.md 5.12
    granteesByUin: true, // 5.9, grant headers
    aclWordShown: true, // 5.9, object 15.1
    headRanges: false, // object 30
    accessLogForm: 'cos', // cos-auth-and-bucket.md 5.18
    logPrefixOptional: true, // 5.18
    defaultContentType: 'application/octet-stream', // object 4
    restoreDaysMax: 365, // object 26, ExpirationInDays
    midnightHoursAhead: 8, // object 8: the sample's copy expires at 16:00 UTC
    restoreStatusShown: true, // object 8, cos-auth-and-bucket.md 5.6
    storageTierShown: true, // object 7, 21
    copySourceByHost: true, // object 5
    copyToItselfReplaces: true, // object 5, 21
    noTagsIsNoSuchTagSet: true, // object 16
    anonymousReadsEncrypted: false, // object 22
    copyToItselfRetags: true, // object 5
    kms: {
      // object 22
      algorithm: 'cos/kms',
      unservedAlgorithm: undefined,
      keyIdHeaders: [
        'x-cos-server-side-encryption-cos-kms-key-id',
        'x-cos-server-side-encryption-qcloud-kms-key-id',
        'x-cos-server-side-encryption-aws-kms-key-id',
      ],
      keysShownAsArns: false,
      contextShown: false,
      bucketKeyHeader: undefined,
      unsignedMessage: undefined,
    },
    reservedTagPrefixes: { object: [], bucket: ['qcs:', 'project'] }, // 5.14
    website: {
      // 5.15, object 7
      rulesMax: 100,
      errorCodeMax: 499,
      protocols: ['https'],
      indexAlways: true,
      targetsAreKeys: true,
      redirectStatus: 302,
      foldersFound: false,
    },
    listedOwner,
    shownOwner,
    shownUser,
  },
}
