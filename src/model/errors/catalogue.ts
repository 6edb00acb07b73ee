/** The whole catalogue: the tables of all subjects as one, keyed by condition. A condition stands in one subject only. */

import { accelerationErrors } from './acceleration.js'
import { accessErrors } from './access.js'
import { authenticationErrors } from './authentication.js'
import { bucketErrors } from './bucket.js'
import { bucketDocumentErrors } from './bucket-document.js'
import { copyErrors } from './copy.js'
import { encryptionErrors } from './encryption.js'
import { formErrors } from './form.js'
import { imageErrors } from './image.js'
import { integrityErrors } from './integrity.js'
import { multipartErrors } from './multipart.js'
import { objectErrors } from './object.js'
import type { ErrorRow } from './row.js'
import { serviceErrors } from './service.js'
import { stsErrors } from './sts.js'
import { transportErrors } from './transport.js'

/** Held apart, so that the test can count that no two subjects name one condition. */
export const subjects = {
  authentication: authenticationErrors,
  sts: stsErrors,
  access: accessErrors,
  bucket: bucketErrors,
  acceleration: accelerationErrors,
  'bucket-document': bucketDocumentErrors,
  object: objectErrors,
  copy: copyErrors,
  integrity: integrityErrors,
  encryption: encryptionErrors,
  multipart: multipartErrors,
  form: formErrors,
  transport: transportErrors,
  service: serviceErrors,
  image: imageErrors,
}

const table = {
  ...authenticationErrors,
  ...stsErrors,
  ...accessErrors,
  ...bucketErrors,
  ...accelerationErrors,
  ...bucketDocumentErrors,
  ...objectErrors,
  ...copyErrors,
  ...integrityErrors,
  ...encryptionErrors,
  ...multipartErrors,
  ...formErrors,
  ...transportErrors,
  ...serviceErrors,
  ...imageErrors,
}

type Table = typeof table

/** What a client can cause, and the few things that only we can. Nearly always the code itself. */
export type Condition = keyof Table

export const catalogue: { readonly [C in Condition]: ErrorRow } = table

export function isCondition(name: string): name is Condition {
  return Object.hasOwn(table, name)
}

export type DetailValue = string | number

type DetailsIn<Row> = Row extends ErrorRow<infer Names> ? Names[number] : never
type RequiredOf<Names extends string> = Names extends `${string}?` ? never : Names
type OptionalOf<Names extends string> = Names extends `${infer Name}?` ? Name : never

/** The extra elements of a condition, by the names they have in the body. */
export type DetailsOf<C extends Condition> = C extends Condition
  ? [DetailsIn<Table[C]>] extends [never]
    ? Readonly<Record<string, never>>
    : { readonly [N in RequiredOf<DetailsIn<Table[C]>>]: DetailValue } & {
        readonly [N in OptionalOf<DetailsIn<Table[C]>>]?: DetailValue | undefined
      }
  : never

/** Conditions that can be raised without details. */
export type PlainCondition = {
  [C in Condition]: [RequiredOf<DetailsIn<Table[C]>>] extends [never] ? C : never
}[Condition]

/** Conditions that can be raised with exactly such details: `ConditionTaking<{ BucketName: string }>`. */
export type ConditionTaking<Details> = { [C in Condition]: Details extends DetailsOf<C> ? C : never }[Condition]
