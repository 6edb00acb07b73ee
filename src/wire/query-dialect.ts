/**
 * What the query API of a dialect is, beside its storage API: which signatures it takes, how a call names its action,
 * and how answers and refusals look. The actions themselves are the same (operations/sts).
 */

import type { ApiError } from '../model/errors/index.js'
import type { AuthFacts } from './authentication.js'
import type { QueryCall } from './query-call.js'
import type { RequestIds } from './request-ids.js'
import type { WireResponse } from './response.js'

export interface QueryDialect {
  /** Of the API, as calls name it. */
  readonly version: string
  readonly schemes: readonly QueryScheme[]
  readonly asked: (call: QueryCall) => Asked
  /** Without the headers that carry request ids. */
  readonly answer: (action: string, outcome: Shown, ids: RequestIds) => WireResponse
  readonly refuse: (error: ApiError, ids: RequestIds) => WireResponse
}

export interface Asked {
  /** Undefined when absent or empty, as the version. */
  readonly action: string | undefined
  readonly version: string | undefined
}

/** Text and numbers by the names that clients read; undefined is not shown. */
export interface Shown {
  readonly [name: string]: Shown | string | number | undefined
}

export type QueryAuthKind = 'cos-api-v1' | 'cos-api-tc3' | 's3-api-v4-header' | 's3-api-v4-query'

export interface QueryScheme {
  readonly kind: QueryAuthKind
  /** True when the call carries something meant for this scheme, well-formed or not. */
  presents(call: QueryCall): boolean
  /** Parses, and checks the time. */
  claim(call: QueryCall, facts: AuthFacts): QueryClaim
}

export interface QueryClaim {
  readonly accessKeyId: string
  /** Undefined when absent or empty. */
  readonly securityToken: string | undefined
  /** Fails with SignatureDoesNotMatch; what it holds for covers the whole body. */
  verify(secretKey: string): void
}
