/** Deletes up to a thousand keys or versions; each has its own outcome (errors.md 1.5). */

import { requireWrite } from '../../core/conditions.js'
import { versionIdOf } from '../../core/objects.js'
import type { Bucket } from '../../model/bucket.js'
import { type ApiError, apiError, asApiError, fail, spellingOfError } from '../../model/errors/index.js'
import { checkObjectKey } from '../../model/names.js'
import type { Bypass } from '../../model/object-lock.js'
import { parseConditions } from '../../model/preconditions.js'
import { boolean, document, element, list, optional, record, S3_NAMESPACE, text, trimmed } from '../../wire/document.js'
import { showXml, xmlBody } from '../../wire/field.js'
import { operation, type Services } from '../../wire/operation.js'
import { keyText } from '../documents.js'
import { bypassHeader, bypassOf } from '../lock-fields.js'
import { requireReference, writerOf } from '../object-fields.js'

const KEYS_MAX = 1000

const deleteRequest = document(
  'Delete',
  record({
    quiet: optional('Quiet', boolean),
    objects: list(
      'Object',
      record({
        key: element('Key', text),
        versionId: optional('VersionId', trimmed),
        etag: optional('ETag', trimmed),
        lastModified: optional('LastModifiedTime', trimmed),
        size: optional('Size', trimmed),
      }),
      { max: KEYS_MAX },
    ),
  }),
)

const deleteResult = document(
  'DeleteResult',
  record({
    deleted: list(
      'Deleted',
      record({
        key: element('Key', keyText),
        deleteMarker: optional('DeleteMarker', boolean),
        deleteMarkerVersionId: optional('DeleteMarkerVersionId', text),
        versionId: optional('VersionId', text),
      }),
    ),
    errors: list(
      'Error',
      record({
        key: element('Key', keyText),
        versionId: optional('VersionId', text),
        code: element('Code', text),
        message: element('Message', text),
      }),
    ),
  }),
  { namespace: { s3: S3_NAMESPACE } },
)

interface Named {
  readonly key: string
  readonly versionId: string | undefined
  readonly etag: string | undefined
  readonly lastModified: string | undefined
  readonly size: string | undefined
}

/** Deletes at work at once: enough to share the store's syncs, few enough to leave room for others. */
const AT_ONCE_MAX = 32

async function inTurn<T, R>(items: readonly T[], work: (item: T) => Promise<R>): Promise<readonly R[]> {
  const results: R[] = []
  for (let at = 0; at < items.length; at += AT_ONCE_MAX) {
    results.push(...(await Promise.all(items.slice(at, at + AT_ONCE_MAX).map(work))))
  }
  return results
}

async function deleteOne(
  services: Services,
  bucket: Bucket,
  bypass: Bypass,
  { key, versionId, etag, lastModified, size }: Named,
) {
  if (lastModified !== undefined || size !== undefined) {
    throw apiError('NotImplemented', { Header: lastModified === undefined ? 'Size' : 'LastModifiedTime' })
  }
  const reference = versionId === undefined || versionId === '' ? undefined : requireReference(versionId)
  await services.authorize('DeleteObject', { bucket, key, reference })
  const conditions = parseConditions((name) => (name === 'if-match' ? etag : undefined))
  const write = {
    conditions,
    forbidOverwrite: false,
    absentIsNoSuchKey: services.dialect.traits.ifMatchAbsentIsNoSuchKey,
  }
  const outcome = await services.core.objects.delete(
    { bucket, key, reference },
    writerOf(services, bucket),
    (current) => requireWrite(write, key, current, true),
    bypass,
  )
  const marker = outcome.marker ?? (outcome.removed?.kind === 'marker' ? outcome.removed : undefined)
  return {
    key,
    deleteMarker: marker === undefined ? undefined : true,
    deleteMarkerVersionId: marker === undefined ? undefined : versionIdOf(marker),
    versionId: reference === undefined ? undefined : versionId,
  }
}

export const deleteObjects = operation({
  name: 'DeleteObjects',
  summary: 'Deletes up to 1,000 keys or versions, each with its own outcome.',
  method: 'POST',
  match: { target: 'bucket', query: ['delete'] },
  permission: 'DeleteObject',
  keysInBody: true,
  input: {
    request: xmlBody(deleteRequest, { sizeBytesMax: 4 * 1024 * 1024, digestRequired: true }),
    bypass: bypassHeader,
  },
  output: { result: showXml(deleteResult) },
  handle: async (services, { bucket }, { request: { quiet, objects }, bypass }) => {
    if (objects.length === 0) fail('MalformedXML')
    for (const { key } of objects) {
      if (key === '') fail('UserKeyMustBeSpecified')
      checkObjectKey(key, services.dialect.traits)
    }
    const mayBypass = bypassOf(services, bucket, bypass)
    const outcomes = await inTurn(groupByKey(objects), async (group) => {
      const each: (Awaited<ReturnType<typeof deleteOne>> | FailedDelete)[] = []
      for (const named of group)
        each.push(await deleteOne(services, bucket, mayBypass, named).catch((error: unknown) => failed(named, error)))
      return each
    })
    const results = outcomes.flat()
    return {
      result: {
        deleted: quiet === true ? [] : results.flatMap((result) => ('error' in result ? [] : [result])),
        errors: results.flatMap((result) => ('error' in result ? [shownError(services, result)] : [])),
      },
    }
  },
})

/** Deletes of one key run one after the other, in the order of the request; different keys side by side. */
function groupByKey(objects: readonly Named[]): readonly (readonly Named[])[] {
  const groups = new Map<string, Named[]>()
  for (const object of objects) {
    const group = groups.get(object.key)
    if (group === undefined) groups.set(object.key, [object])
    else group.push(object)
  }
  return [...groups.values()]
}

interface FailedDelete {
  readonly named: Named
  readonly error: ApiError
}

function failed(named: Named, thrown: unknown): FailedDelete {
  return { named, error: asApiError(thrown) }
}

function shownError({ dialect }: Services, { named, error }: FailedDelete) {
  const { code, message } = spellingOfError(error, dialect.name)
  return { key: named.key, versionId: named.versionId || undefined, code, message }
}
