/** Reads an object, or part of it; HEAD tells the same without the bytes. */

import type { Secret } from '../../base/secret.js'
import { requireRead } from '../../core/conditions.js'
import type { FoundObject } from '../../core/objects.js'
import { type ByteRange, contentRange, parseRange } from '../../model/byte-range.js'
import { fail } from '../../model/errors/index.js'
import type { Conditions } from '../../model/preconditions.js'
import type { ObjectHeaders, StoredPart } from '../../model/version.js'
import {
  anyText,
  header,
  headField,
  query,
  showBytes,
  showHeaders,
  showStatus,
  vendorHeader,
  wholeNumber,
} from '../../wire/field.js'
import { operation, type Services } from '../../wire/operation.js'
import { customerKey, requireOpening, shownEncryption } from '../encryption-fields.js'
import { expirationText } from '../lifecycle-headers.js'
import { shownLock } from '../lock-fields.js'
import {
  checksumHeaders,
  notModifiedHeaders,
  readConditions,
  shownHeaders,
  versionReference,
} from '../object-fields.js'
import { requireReadable, tierHeaders } from '../restore-fields.js'
import { shownTagCount } from '../tagging.js'
import { unservedHeaders } from '../unserved-headers.js'

const OVERRIDES = {
  'response-content-type': 'contentType',
  'response-cache-control': 'cacheControl',
  'response-content-disposition': 'contentDisposition',
  'response-content-encoding': 'contentEncoding',
  'response-content-language': 'contentLanguage',
  'response-expires': 'expires',
} as const satisfies Record<string, keyof ObjectHeaders>

/** Headers of the answer that the URL replaces: text without control characters, sent as UTF-8. */
const overrides = headField('?response-*', ({ query: view }) => {
  const given: Partial<Record<keyof ObjectHeaders, string>> = {}
  for (const [name, property] of Object.entries(OVERRIDES)) {
    const value = view.get(name)
    if (value === undefined || value === '') continue
    if (/[\x00-\x08\x0a-\x1f\x7f]/.test(value)) fail('InvalidArgument', { ArgumentName: name })
    given[property] = Buffer.from(value, 'utf8').toString('latin1')
  }
  return given
})

const input = {
  unserved: unservedHeaders('read'),
  reference: versionReference,
  conditions: readConditions,
  range: header('Range', anyText),
  partNumber: query('partNumber', wholeNumber({ min: 1, max: 10_000 })),
  checksumMode: vendorHeader('checksum-mode', anyText),
  overrides,
  customerKey,
}

interface Wanted {
  readonly conditions: Conditions
  readonly range: string | undefined
  readonly partNumber: number | undefined
  readonly customerKey: Secret | undefined
}

interface Chosen {
  readonly range: ByteRange
  readonly partial: boolean
  readonly partCount: number | undefined
}

/** Stage 10: conditions, then what the reader asks of the version, then range or part (errors.md 4.1). */
async function choose(
  { core, dialect }: Services,
  wanted: Wanted,
  { version, bucket }: FoundObject,
  readable: () => void = () => undefined,
): Promise<Chosen> {
  requireRead(wanted.conditions, version, () => notModifiedHeaders(dialect, bucket, version))
  readable()
  const { sizeBytes } = version
  if (wanted.partNumber !== undefined) {
    if (wanted.range !== undefined) {
      fail('InvalidRequest', {}, { message: 'Cannot specify both Range header and partNumber query parameter' })
    }
    return choosePart(await core.objects.partsOf(version), wanted.partNumber, sizeBytes)
  }
  const outcome = parseRange(wanted.range, sizeBytes)
  if (outcome.kind === 'unsatisfiable') {
    fail('InvalidRange', { ActualObjectSize: sizeBytes, RangeRequested: wanted.range ?? '' })
  }
  if (outcome.kind === 'whole')
    return { range: { startBytes: 0, endBytes: sizeBytes }, partial: false, partCount: undefined }
  return { range: outcome, partial: true, partCount: undefined }
}

function choosePart(parts: readonly StoredPart[], partNumber: number, sizeBytes: number): Chosen {
  if (parts.length === 0) {
    if (partNumber > 1) fail('InvalidPartNumber', { PartNumberRequested: partNumber, ActualPartCount: 1 })
    return { range: { startBytes: 0, endBytes: sizeBytes }, partial: sizeBytes > 0, partCount: undefined }
  }
  let startBytes = 0
  for (const part of parts) {
    if (part.number === partNumber) {
      return {
        range: { startBytes, endBytes: startBytes + part.sizeBytes },
        partial: part.sizeBytes > 0,
        partCount: parts.length,
      }
    }
    startBytes += part.sizeBytes
  }
  return fail('InvalidPartNumber', { PartNumberRequested: partNumber, ActualPartCount: parts.length })
}

interface Answer extends Wanted {
  readonly checksumMode: string | undefined
  readonly overrides: Partial<Record<keyof ObjectHeaders, string>>
}

function answerHead(
  services: Services,
  object: FoundObject,
  chosen: Chosen,
  asked: Answer,
  expiration: string | undefined,
) {
  const { dialect, principal } = services
  const { bucket, version } = object
  if (principal.kind === 'anonymous' && Object.keys(asked.overrides).length > 0) {
    fail(
      'InvalidRequest',
      {},
      { message: 'Request specific response headers cannot be used for anonymous GET requests.' },
    )
  }
  const headers = shownHeaders(dialect, bucket, version, asked.overrides)
  headers.push(...tierHeaders(services, version))
  headers.push(...shownEncryption(dialect, version.extras, asked.customerKey))
  headers.push(...shownLock(services, object))
  const tagCount = shownTagCount(services, object)
  if (tagCount !== undefined) headers.push([`${dialect.vendorPrefix}tagging-count`, tagCount])
  if (expiration !== undefined) headers.push([`${dialect.vendorPrefix}expiration`, expiration])
  if (chosen.partial) headers.push(['Content-Range', contentRange(chosen.range, version.sizeBytes)])
  if (chosen.partCount !== undefined) headers.push([`${dialect.vendorPrefix}mp-parts-count`, String(chosen.partCount)])
  if (asked.checksumMode?.toUpperCase() === 'ENABLED' && !chosen.partial) headers.push(...checksumHeaders(version))
  return { status: chosen.partial ? 206 : 200, headers }
}

/** Rules await the current version alone. */
function awaitedExpiration(services: Services, { bucket, version, named }: FoundObject) {
  return named ? undefined : expirationText(services, bucket, version)
}

export const getObject = operation({
  name: 'GetObject',
  summary: 'Reads an object, a range or a part of it.',
  method: 'GET',
  match: { target: 'object' },
  permission: 'GetObject',
  input,
  output: { status: showStatus, headers: showHeaders, body: showBytes },
  handle: async (services, { bucket, key }, asked) => {
    const { core } = services
    const { object, chosen, body } = await core.objects.open(
      { bucket, key, reference: asked.reference },
      async (found) => {
        services.authorizeVersion('GetObject', found)
        requireOpening(services, found.version, asked.customerKey)
        const chosen = await choose(services, asked, found, () => requireReadable(services, found.version))
        return { ...chosen, customerKey: asked.customerKey }
      },
    )
    const { startBytes, endBytes } = chosen.range
    return {
      ...answerHead(services, object, chosen, asked, await awaitedExpiration(services, object)),
      body:
        body instanceof Uint8Array
          ? { kind: 'bytes' as const, bytes: body }
          : { kind: 'stream' as const, sizeBytes: endBytes - startBytes, chunks: body },
    }
  },
})

export const headObject = operation({
  name: 'HeadObject',
  summary: 'What GET would answer, without the bytes.',
  method: 'HEAD',
  match: { target: 'object' },
  permission: 'HeadObject',
  input,
  output: { status: showStatus, headers: showHeaders, body: showBytes },
  handle: async (services, { bucket, key }, asked) => {
    const { core, dialect } = services
    const found = await core.objects.find({ bucket, key, reference: asked.reference })
    services.authorizeVersion('HeadObject', found)
    requireOpening(services, found.version, asked.customerKey)
    const range = dialect.traits.headRanges ? asked.range : undefined
    const chosen = await choose(services, { ...asked, range }, found)
    const sizeBytes = chosen.range.endBytes - chosen.range.startBytes
    return {
      ...answerHead(services, found, chosen, asked, await awaitedExpiration(services, found)),
      body: { kind: 'none' as const, sizeBytes },
    }
  },
})
