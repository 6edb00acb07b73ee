/**
 * A configuration of a bucket from one declaration: the operations that read, replace and remove it are all alike.
 * Replacing answers with the status of the declaration, removing always with 204, whether or not anything was there.
 */

import type { DocumentFormat } from '../core/documents.js'
import type { Bucket } from '../model/bucket.js'
import type { Permission } from '../model/permissions.js'
import type { DialectName } from '../wire/dialect.js'
import type { XmlDocument } from '../wire/document.js'
import { type OutputField, showXml, xmlBody } from '../wire/field.js'
import { type Operation, operation, type Services } from '../wire/operation.js'

/** `BucketTagging`: whatever has the three permissions. */
type DocumentName = {
  [P in Permission]: P extends `Get${infer N}`
    ? `Put${N}` extends Permission
      ? `Delete${N}` extends Permission
        ? N
        : never
      : never
    : never
}[Permission]

export interface BucketDocument<Shown, Kept> {
  readonly name: DocumentName
  /** In the summaries: `tags`. */
  readonly subject: string
  readonly query: string
  readonly document: XmlDocument<Shown>
  readonly format: DocumentFormat<Kept>
  /** What the lack of it is. */
  readonly absent: (details: { readonly BucketName: string }) => never
  /** Refuses what may not be. Undefined: what is given is as good as none, and removes what is there. */
  readonly accept: (given: Shown, services: Services, bucket: Bucket) => Kept | undefined | Promise<Kept | undefined>
  readonly show: (kept: Kept) => Shown
  /** Of a replacement. */
  readonly putStatus: 200 | 204
  /** Of a replacement: refuses what clashes with the state that it enters. */
  readonly admit?: (kept: Kept, bucket: Bucket) => void
  /** Where it exists; both when absent. */
  readonly dialects?: readonly DialectName[]
  readonly sizeBytesMax?: number
}

/** Printed from a function, because the types of `operation` cannot see whether a type yet unknown may be undefined. */
export function bucketDocument<Shown, Kept>(declared: BucketDocument<Shown, Kept>): readonly Operation[] {
  const { name, subject, query, document, format, absent, accept, show, putStatus, sizeBytesMax } = declared
  const { admit = () => undefined, dialects = ['cos', 's3'] } = declared
  const result: OutputField<() => Shown> = {
    place: showXml(document).place,
    write: (shown, draft, dialect) => showXml(document).write(shown(), draft, dialect),
  }
  const match = { target: 'bucket', query: [query] } as const
  return [
    operation({
      name: `Get${name}`,
      summary: `The ${subject} of the bucket.`,
      method: 'GET',
      match,
      dialects,
      permission: `Get${name}`,
      input: {},
      output: { result },
      handle: async ({ core }, { bucket }) => {
        const kept = await core.documents.find(bucket, format)
        return kept === undefined ? absent({ BucketName: bucket.name }) : { result: () => show(kept) }
      },
    }),
    operation({
      name: `Put${name}`,
      summary: `Replaces the ${subject} of the bucket.`,
      method: 'PUT',
      match,
      dialects,
      permission: `Put${name}`,
      input: { given: xmlBody(document, sizeBytesMax === undefined ? {} : { sizeBytesMax }) },
      status: putStatus,
      output: {},
      handle: async (services, { bucket }, { given }) => {
        const { documents } = services.core
        const accepted = await accept(given, services, bucket)
        if (accepted === undefined) await documents.remove(bucket, format.kind)
        else {
          await documents.put(bucket, format.kind, (now) => {
            admit(accepted, now)
            return format.toJson(accepted)
          })
        }
        return {}
      },
    }),
    operation({
      name: `Delete${name}`,
      summary: `Removes the ${subject} of the bucket.`,
      method: 'DELETE',
      match,
      dialects,
      permission: `Delete${name}`,
      input: {},
      status: 204,
      output: {},
      handle: async ({ core }, { bucket }) => {
        await core.documents.remove(bucket, format.kind)
        return {}
      },
    }),
  ]
}
