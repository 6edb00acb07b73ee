/**
 * The contract between the pipeline and the signature schemes of the dialects. A scheme first reads what the request
 * claims (errors.md 4.1, stages 5b to 5d), then, when the pipeline has found the key, proves it (5g to 5i).
 */

import type { Millis } from '../base/clock.js'
import { fail } from '../model/errors/index.js'
import type { QueryParameter, WireRequest } from './request.js'

/** Where the credentials stood. The table test of authentication runs over every kind. */
export type AuthKind =
  | 'cos-header'
  | 'cos-query'
  | 'cos-sign-query'
  | 's3-v4-header'
  | 's3-v4-query'
  | 's3-v2-header'
  | 's3-v2-query'

export interface AuthFacts {
  readonly now: Millis
  readonly query: readonly QueryParameter[]
  /** The region of the endpoint that was addressed. */
  readonly region: string
  /** Other regions accepted in a SigV4 scope, such as AWS tools' default `us-east-1`. */
  readonly regionAliases: readonly string[]
  /** The host names this region, and no other name of a region is taken here. */
  readonly regionExact?: boolean
  /** Lower-case hex, where the body has been read already: such APIs sign it without announcing its hash. */
  readonly bodySha256?: string
  /** Whether signatures of version 2 are taken here. */
  readonly signatureV2?: boolean
  /** What host and path name: version 2 signs the bucket of a virtual host as if it stood in the path. */
  readonly address?: { readonly bucketName: string | undefined; readonly pathStyle: boolean }
}

/** XAmzContentSHA256Mismatch unless the body is the one whose hash was signed. */
export function requireSignedSha256(signedHex: string, computedHex: string): void {
  if (signedHex === computedHex) return
  fail('XAmzContentSHA256Mismatch', { ClientComputedContentSHA256: signedHex, S3ComputedContentSHA256: computedHex })
}

export interface AuthScheme {
  readonly kind: AuthKind
  /** True when the request carries something meant for this scheme, well-formed or not. An empty header is nothing. */
  presents(request: WireRequest, query: readonly QueryParameter[]): boolean
  /** Stages 5b to 5d: parses, checks dates and scope (but for its day). Fails with the errors of those stages. */
  claim(request: WireRequest, facts: AuthFacts): Claim
}

/** Lower-case names; values as they were sent, latin-1, one character per byte. */
export type FormFields = ReadonlyMap<string, string>

/** Where the credentials of a form stood: in its fields (errors.md 4.2, "form POST"). */
export type FormAuthKind = 'cos-form' | 'cos-form-authorization' | 's3-v4-form' | 's3-v2-form'

export interface FormScheme {
  readonly kind: FormAuthKind
  /** True when the form carries something meant for this scheme, complete or not. */
  presents(fields: FormFields): boolean
  /** Fails when a field is missing or cannot be read. */
  claim(request: WireRequest, fields: FormFields, facts: AuthFacts): FormClaim
}

export interface FormClaim {
  readonly accessKeyId: string
  /** Undefined when absent or empty. */
  readonly securityToken: string | undefined
  /** Fails with SignatureDoesNotMatch. */
  verify(secretKey: string): void
  /** True: it signs the policy, which has the conditions that the dialect requires. */
  readonly overPolicy: boolean
  /** What the signature says of its own time, looked at after the policy's. */
  checkTimes(): void
}

/** Parts of a request that are signed; names in lower case. */
export interface Coverage {
  readonly headers: readonly string[]
  readonly parameters: readonly string[] | 'all'
}

export interface Claim {
  readonly kind: AuthKind
  readonly accessKeyId: string
  /** Undefined when absent or empty. */
  readonly securityToken: string | undefined
  /** What it protects; worked out only where somebody asks. */
  readonly covers: () => Coverage
  /** When it says it was made; undefined where the form of signature does not tell. */
  readonly signedAt: Millis | undefined
  /** Stages 5g to 5i. Fails with SignatureDoesNotMatch, whose body carries the canonical forms and a Diagnosis. */
  verify(secretKey: string): PayloadContract
}

/** What the signature says about the body. */
export type PayloadContract =
  | { readonly kind: 'unsigned' }
  /** The body's SHA-256, lower-case hex, to be compared at the end (XAmzContentSHA256Mismatch). */
  | { readonly kind: 'sha256'; readonly hex: string }
  | {
      readonly kind: 'aws-chunked'
      /** x-amz-decoded-content-length. */
      readonly decodedSizeBytes: number
      /** A trailer section follows the last chunk. */
      readonly trailer: boolean
      /** Undefined for STREAMING-UNSIGNED-PAYLOAD-TRAILER. */
      readonly signing:
        | {
            readonly seedSignature: string
            readonly signingKey: Buffer
            /** `20130524T000000Z`. */
            readonly timestamp: string
            /** `20130524/us-east-1/s3/aws4_request`. */
            readonly scope: string
          }
        | undefined
    }
