/** What happens to objects as they grow old. The rules take effect by the job (jobs/lifecycle.ts), not by hiding. */

import { randomHex } from '../../base/ids.js'
import { lifecycleFormat } from '../../core/lifecycle-record.js'
import { fail } from '../../model/errors/index.js'
import { MINIMUM_SIZES } from '../../model/lifecycle.js'
import { checkLifecycle } from '../../model/lifecycle-check.js'
import { choice, showVendorHeader, showXml, vendorHeader, xmlBody } from '../../wire/field.js'
import { operation } from '../../wire/operation.js'
import { lifecycleDocument, rulesOf, showRules } from '../lifecycle-document.js'

const match = { target: 'bucket', query: ['lifecycle'] } as const
const MINIMUM_SIZE = 'transition-default-minimum-object-size'
const [DEFAULT_MINIMUM_SIZE] = MINIMUM_SIZES
const RULES_BYTES_MAX = 2 * 1024 * 1024

export const bucketLifecycle = [
  operation({
    name: 'GetBucketLifecycle',
    summary: 'The lifecycle rules of the bucket.',
    method: 'GET',
    match,
    permission: 'GetBucketLifecycle',
    input: {},
    output: { minimumSize: showVendorHeader(MINIMUM_SIZE), result: showXml(lifecycleDocument) },
    handle: async ({ core, dialect }, { bucket }) => {
      const kept = await core.documents.find(bucket, lifecycleFormat)
      if (kept === undefined) return fail('NoSuchLifecycleConfiguration', { BucketName: bucket.name })
      const { smallObjectsStay } = dialect.traits.lifecycle
      const result = showRules(dialect, kept.rules)
      return smallObjectsStay && kept.minimumSize !== undefined ? { minimumSize: kept.minimumSize, result } : { result }
    },
  }),
  operation({
    name: 'PutBucketLifecycle',
    summary: 'Replaces the lifecycle rules of the bucket.',
    method: 'PUT',
    match,
    permission: 'PutBucketLifecycle',
    input: {
      minimumSize: vendorHeader(MINIMUM_SIZE, choice(MINIMUM_SIZES)),
      given: xmlBody(lifecycleDocument, { sizeBytesMax: RULES_BYTES_MAX }),
    },
    output: { minimumSize: showVendorHeader(MINIMUM_SIZE) },
    handle: async ({ core, dialect }, { bucket }, { minimumSize: asked, given }) => {
      const limits = dialect.traits.lifecycle
      const rules = rulesOf(dialect, given, () => randomHex(core.dependencies.random, 16))
      checkLifecycle(rules, limits)
      const minimumSize = limits.smallObjectsStay ? (asked ?? DEFAULT_MINIMUM_SIZE) : undefined
      await core.documents.put(bucket, lifecycleFormat.kind, (now) => {
        if (limits.excludedByLock && now.documents.includes('object-lock')) {
          fail('BucketLocked', { BucketName: now.name })
        }
        return lifecycleFormat.toJson({ rules, minimumSize })
      })
      return minimumSize === undefined ? {} : { minimumSize }
    },
  }),
  operation({
    name: 'DeleteBucketLifecycle',
    summary: 'Removes the lifecycle rules of the bucket.',
    method: 'DELETE',
    match,
    permission: 'DeleteBucketLifecycle',
    input: {},
    status: 204,
    output: {},
    handle: async ({ core }, { bucket }) => {
      await core.documents.remove(bucket, lifecycleFormat.kind)
      return {}
    },
  }),
]
