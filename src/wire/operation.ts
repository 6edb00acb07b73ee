/**
 * An operation as one value: name, method, match, permission, input, handle, output. The router, the permission check,
 * the docs, metric names and coverage tests are derived from the table of these values (operations/table.ts).
 *
 * The types flow: `match.target` decides what the handler is given to work on, `input` the third argument, `output`
 * the result. The only casts of the wire stand here, where descriptors become types.
 */

import type { Bytes } from '../base/bytes.js'
import type { Touched, TouchedVersion } from '../core/access.js'
import type { BucketAccess } from '../core/bucket-access.js'
import type { Core } from '../core/core.js'
import type { Bucket } from '../model/bucket.js'
import type { Permission } from '../model/permissions.js'
import type { Principal, SignedPrincipal } from '../model/principal.js'
import type { Regions } from '../model/regions.js'
import type { Address } from './address.js'
import type { Dialect, DialectName } from './dialect.js'
import type { Name } from './document.js'
import type {
  ChecksumSubject,
  DocumentField,
  FormField,
  HeadField,
  InputField,
  InputSource,
  ObjectField,
  OutputField,
  ResponseDraft,
} from './field.js'
import type { WireResponse } from './response.js'

export type Method = 'GET' | 'HEAD' | 'PUT' | 'POST' | 'DELETE'

/** `bucket-name`: a bucket that need not exist yet. */
export type TargetKind = 'service' | 'bucket-name' | 'bucket' | 'object'

export interface Match {
  readonly target: TargetKind
  /** Query names that must be there: the sub-resource and its selectors. */
  readonly query?: readonly string[]
  /** Headers that must be there and not empty, without the vendor prefix. */
  readonly vendorHeaders?: readonly string[]
}

/** What every handler may use. */
export interface Services {
  readonly core: Core
  readonly dialect: Dialect
  readonly principal: Principal
  /** Scheme and authority as the client addressed us, for Location elements. */
  readonly endpoint: { readonly scheme: 'http' | 'https'; readonly host: string; readonly pathStyle: boolean }
  /** The region that the host named; undefined when it named none. */
  readonly region: string | undefined
  readonly regions: Regions
  /** Reads a host and path as addresses of requests are read; for copy sources. */
  readonly addressing: (host: string, rawPath: string) => Address
  /** What the target's bucket says about access; undefined where the target is none. */
  readonly access: BucketAccess | undefined
  /** Authorises a further resource, such as the source of a copy, as the request's own target was. */
  readonly authorize: (permission: Permission, touched: Touched) => void | Promise<void>
  /** What belongs to accounts, in another region than the host's. */
  readonly authorizeService: (permission: Permission, bucketName: string, region: string) => SignedPrincipal
  /** The same for a version in hand: whoever hands out a version, or what is in it, asks with that very version. */
  readonly authorizeVersion: (permission: Permission, version: TouchedVersion) => void
}

interface Targets {
  readonly service: Record<string, never>
  readonly 'bucket-name': { readonly bucketName: string }
  readonly bucket: { readonly bucket: Bucket }
  readonly object: { readonly bucket: Bucket; readonly key: string }
}

type Inputs = Readonly<Record<string, InputField<unknown>>>
type InputOf<I extends Inputs> = { readonly [K in keyof I]: I[K] extends InputField<infer T> ? T : never }
type HeadNames<I extends Inputs> = { [K in keyof I]: I[K] extends HeadField<unknown> ? K : never }[keyof I]
type HeadsOf<I extends Inputs> = Pick<InputOf<I>, HeadNames<I>>
type Outputs = Readonly<Record<string, OutputField<never>>>
type Shown<O> = O extends OutputField<infer T> ? T : never
type OptionalKeys<O extends Outputs> = { [K in keyof O]: undefined extends Shown<O[K]> ? K : never }[keyof O]
type OutputOf<O extends Outputs> = { readonly [K in Exclude<keyof O, OptionalKeys<O>>]: Shown<O[K]> } & {
  readonly [K in OptionalKeys<O>]?: Shown<O[K]>
}

export interface Description<M extends Match, I extends Inputs, O extends Outputs, P> {
  /** The API's own name. */
  readonly name: string
  /** One sentence for docs/operations.md. */
  readonly summary: string
  readonly method: Method
  readonly match: M
  /** Where it exists; both when absent. */
  readonly dialects?: readonly DialectName[]
  readonly permission: Permission
  /** The body names the keys: each is authorised when it is known, and at first only whether any could be. */
  readonly keysInBody?: boolean
  readonly input: I
  /** Of a success, unless the output holds `showStatus`. */
  readonly status?: number
  readonly output: O
  /** Of an operation with a document: what the state decides before the body is asked for (errors.md 4.1, stage 10). */
  prepare?(services: Services, target: Targets[M['target']], heads: HeadsOf<I>): Promise<P>
  /** `prepared`: what `prepare` found. */
  handle(services: Services, target: Targets[M['target']], input: InputOf<I>, prepared: P): Promise<OutputOf<O>>
}

/** One request on its way through one operation. */
export interface Call extends InputSource {
  readonly services: Services
  readonly bucketName: string | undefined
  readonly bucket: Bucket | undefined
  readonly key: string | undefined
  /** The whole body, at most `sizeBytesMax` long (MaxMessageLengthExceeded), digests verified. */
  readonly documentBytes: (sizeBytesMax: number, checksumsOf: ChecksumSubject) => Promise<Bytes>
}

/** A descriptor with its types folded away: what the router and the pipeline see. */
export interface Operation {
  readonly name: string
  readonly summary: string
  readonly method: Method
  readonly match: Required<Match>
  readonly dialects: readonly DialectName[]
  readonly permission: Permission
  readonly keysInBody: boolean
  readonly body: 'none' | 'document' | 'object' | 'form'
  readonly documentSizeBytesMax: number
  readonly digestRequired: boolean
  /** Places of the inputs and outputs, for docs. */
  readonly places: { readonly input: readonly string[]; readonly output: readonly string[] }
  run(call: Call): Promise<WireResponse>
}

export function operation<const M extends Match, I extends Inputs, O extends Outputs, P = undefined>(
  described: Description<M, I, O, P>,
): Operation {
  const inputs = Object.entries<InputField<unknown>>(described.input)
  const heads = inputs.filter((entry): entry is [string, HeadField<unknown>] => entry[1].stage === 'head')
  const objects = inputs.filter((entry): entry is [string, ObjectField<unknown>] => entry[1].stage === 'object')
  const forms = inputs.filter((entry): entry is [string, FormField<unknown>] => entry[1].stage === 'form')
  const [documentEntry] = inputs.filter(
    (entry): entry is [string, DocumentField<unknown>] => entry[1].stage === 'document',
  )
  const outputs = Object.entries(described.output) as unknown as readonly [string, OutputField<unknown>][]
  const documentField = documentEntry?.[1]

  const readHeads = (call: Call): Record<string, unknown> => {
    const values: Record<string, unknown> = {}
    for (const [property, field] of heads) values[property] = field.read(call)
    for (const [property, field] of [...objects, ...forms]) values[property] = field.read(call)
    return values
  }
  const readDocument = async (call: Call, values: Record<string, unknown>): Promise<void> => {
    if (documentEntry === undefined) return
    const [property, field] = documentEntry
    values[property] = field.read(await call.documentBytes(field.sizeBytesMax, field.checksumsOf), call.dialect)
  }

  return {
    name: described.name,
    summary: described.summary,
    method: described.method,
    match: { query: [], vendorHeaders: [], ...described.match },
    dialects: described.dialects ?? ['cos', 's3'],
    permission: described.permission,
    keysInBody: described.keysInBody ?? false,
    body: bodyOf(inputs.map(([, field]) => field.stage)),
    documentSizeBytesMax: documentField?.sizeBytesMax ?? 0,
    digestRequired: documentField?.digestRequired ?? false,
    places: { input: inputs.map(([, field]) => field.place), output: outputs.map(([, field]) => field.place) },
    run: async (call) => {
      const input = readHeads(call)
      const target = {
        bucketName: call.bucketName,
        bucket: call.bucket,
        key: call.key,
      } as unknown as Targets[M['target']]
      const { services } = call
      const prepared = (await described.prepare?.(services, target, input as HeadsOf<I>)) as P
      await readDocument(call, input)
      const outcome = await described.handle(services, target, input as InputOf<I>, prepared)
      const values = outcome as Readonly<Record<string, unknown>>
      return render(outputs, values, described.status ?? 200, call.dialect)
    },
  }
}

function bodyOf(stages: readonly InputField<unknown>['stage'][]): Operation['body'] {
  return (['document', 'object', 'form'] as const).find((stage) => stages.includes(stage)) ?? 'none'
}

function render(
  outputs: readonly [string, OutputField<unknown>][],
  values: Readonly<Record<string, unknown>>,
  status: number,
  dialect: Dialect,
): WireResponse {
  const draft: ResponseDraft = { status, headers: [], body: EMPTY }
  for (const [property, field] of outputs) {
    const value = values[property]
    if (value !== undefined) field.write(value, draft, dialect)
  }
  if (draft.body === EMPTY && draft.status === 200)
    return { ...draft, body: { kind: 'bytes', bytes: new Uint8Array(0) } }
  return draft
}

const EMPTY: ResponseDraft['body'] = { kind: 'none' }

/** The name of a spelled pair in one dialect. */
export function spell(name: Name, dialect: DialectName): string {
  return typeof name === 'string' ? name : name[dialect]
}
