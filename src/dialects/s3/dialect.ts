/** The S3 dialect as data. Sources: Amazon's API pages and errors.md. */

import { qcsId } from '../../model/grants.js'
import { S3_LIFECYCLE } from '../../model/lifecycle-check.js'
import type { Account } from '../../model/principal.js'
import type { PayloadContract } from '../../wire/authentication.js'
import type { Dialect, NumberedUser } from '../../wire/dialect.js'
import type { WireRequest } from '../../wire/request.js'
import { decodeChunkedBody } from './chunked-body.js'
import { s3Form } from './form-signature.js'
import { payloadContract } from './payload.js'
import { createS3QueryApi } from './query-api.js'
import { createS3Schemes } from './signature.js'
import { s3V2Schemes } from './signature-v2.js'

const MEBIBYTE = 1024 * 1024

const owner = ({ canonicalId, displayName }: Account) => ({ id: canonicalId, displayName })

/** A user of an account is not the account: S3 has no id for one, so it keeps the id by which it was granted. */
function shownUser(user: NumberedUser, account: Account | undefined) {
  if (account !== undefined && user.subUin === user.uin) return owner(account)
  return { id: qcsId(user), displayName: qcsId(user) }
}

/** Unsigned uploads may still be framed in chunks with a trailer; any other word means nothing without a signature. */
function anonymousPayload({ headers }: WireRequest): PayloadContract {
  const declared = headers.get('x-amz-content-sha256')
  if (declared !== 'STREAMING-UNSIGNED-PAYLOAD-TRAILER') return { kind: 'unsigned' }
  return payloadContract(declared, headers, {
    seedSignature: '',
    signingKey: Buffer.alloc(0),
    timestamp: '',
    scope: '',
  })
}

export function createS3Dialect(): Dialect {
  return {
    name: 's3',
    vendorPrefix: 'x-amz-',
    schemes: [...createS3Schemes(), ...s3V2Schemes],
    anonymousPayload,
    decodeChunked: decodeChunkedBody,
    form: s3Form,
    queryApi: createS3QueryApi(),
    traits: {
      keyBytesMax: 1024, // errors.md row 44
      keyRule: 's3',
      bucketNameRule: 'dns-label', // errors.md row 20
      bucketHostSuffix: () => '',
      partSizeBytesMin: 5 * MEBIBYTE, // errors.md row 9
      partNumbersContinuous: false, // errors.md section 5, "gaps in part numbers"
      uploadsKeepBucket: false, // errors.md row 6
      nextMarkerAlways: false, // ListObjects, NextMarker
      delimiterOneCharacter: false,
      suspendedPutShowsNull: true, // PutObject, x-amz-version-id
      ifMatchAbsentIsNoSuchKey: true, // errors.md 4.2
      crc64Header: false,
      objectTypeHeader: false,
      contentTypeByKey: false, // absent Content-Type is binary/octet-stream
      replaceDirective: 'replace',
      xmlDeclaration: '<?xml version="1.0" encoding="UTF-8"?>\n', // errors.md 1.1
      unversionedIdEmpty: false,
      locationInBody: true,
      isAccelerated: (operation) => !['GetService', 'ListBuckets', 'CreateBucket', 'DeleteBucket'].includes(operation), // S3 Transfer Acceleration
      aclDistinguishesBuckets: true, // errors.md row 5
      appIdInName: false,
      aclGivenOnce: true, // errors.md 4.2
      grantHeadersKeepOwner: false, // PutBucketAcl, x-amz-grant-*
      writeGrantsOnObjects: true, // PutObjectAcl, x-amz-grant-write
      aclOwnerChecked: true, // PutBucketAcl, Owner
      lock: {
        needsVersioning: true, // PutObjectLockConfiguration
        onlyGrows: false,
        governance: true,
        unlockedIsInvalidRequest: true, // GetObjectRetention
        atCreation: true, // CreateBucket
        needsDigest: true, // PutObject, x-amz-object-lock-*
      },
      corsOriginsAreUrls: false,
      lifecycle: S3_LIFECYCLE,
      corsShowsRule: false,
      corsSeparator: ', ',
      corsVaryAlways: true,
      policyContentType: 'application/json', // GetBucketPolicy
      granteesByUin: false,
      aclWordShown: false,
      headRanges: true, // HeadObject, Range
      accessLogForm: 's3', // Amazon S3 server access log format
      logPrefixOptional: false, // PutBucketLogging, TargetPrefix
      defaultContentType: 'binary/octet-stream', // PutObject
      restoreDaysMax: 36_500, // RestoreObject names no limit: a hundred years
      midnightHoursAhead: 0, // RestoreObject, Days
      restoreStatusShown: false, // ListObjectsV2, x-amz-optional-object-attributes
      storageTierShown: false, // HeadObject, x-amz-archive-status is for archived tiers only
      copySourceByHost: false, // CopyObject
      copyToItselfReplaces: false, // CopyObject
      noTagsIsNoSuchTagSet: false, // errors.md 3.1, NoSuchTagSet
      anonymousReadsEncrypted: true,
      copyToItselfRetags: false, // CopyObject
      kms: {
        // PutObject, x-amz-server-side-encryption-*
        algorithm: 'aws:kms',
        unservedAlgorithm: 'aws:kms:dsse',
        keyIdHeaders: ['x-amz-server-side-encryption-aws-kms-key-id'],
        keysShownAsArns: true,
        contextShown: true,
        bucketKeyHeader: 'server-side-encryption-bucket-key-enabled',
        unsignedMessage:
          'Requests specifying Server Side Encryption with AWS KMS managed keys require AWS Signature Version 4.',
      },
      reservedTagPrefixes: { object: ['aws:'], bucket: ['aws:'] }, // errors.md 3.1, InvalidTag
      website: {
        // PutBucketWebsite
        rulesMax: 50,
        errorCodeMax: 599,
        protocols: ['http', 'https'],
        indexAlways: false,
        targetsAreKeys: false,
        redirectStatus: 301,
        foldersFound: true,
      },
      listedOwner: owner,
      shownOwner: owner,
      shownUser,
    },
  }
}
