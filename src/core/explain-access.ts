/**
 * `stowage explain access`: the evaluation of a question that nobody has asked yet, in the words of the operator. Facts of
 * a request that would have to be made up (headers, prefixes) are absent.
 */

import { fail } from '../model/errors/index.js'
import { PERMISSIONS, type Permission } from '../model/permissions.js'
import { actionNames } from '../model/policy/action-names.js'
import { explainDecision } from '../model/policy/decide.js'
import type { Question, Step } from '../model/policy/decision.js'
import { arnOf } from '../model/policy/principals.js'
import { findTouched, rulesFor, withTags } from './access.js'
import type { Core } from './core.js'

export interface AccessToExplain {
  readonly accessKeyId: string
  /** As policies name it, in either grammar: `s3:GetObject`, `name/cos:GetObject`, `GetObject`. */
  readonly action: string
  readonly bucketName: string
  readonly key: string | undefined
  readonly address: string | undefined
  readonly secure: boolean
}

type Explainer = Pick<Core, 'identities' | 'buckets' | 'bucketAccess' | 'objects' | 'dependencies'>

export async function explainAccess(
  core: Explainer,
  asked: AccessToExplain,
): Promise<{ readonly allowed: boolean; readonly steps: readonly Step[] }> {
  const { accessKeyId, bucketName, key } = asked
  const principal = await core.identities.principalOf(accessKeyId)
  if (principal === undefined) return fail('InvalidAccessKeyId', { AccessKeyId: accessKeyId })
  const permission = permissionNamed(asked.action)
  const bucket = await core.buckets.find(bucketName)
  if (bucket === undefined) return fail('NoSuchBucket', { BucketName: bucketName })
  const owner = await core.identities.findAccount(bucket.accountId)
  const access = await core.bucketAccess(bucket)
  const found = await findTouched(core.objects, { bucket, key })
  const now = core.dependencies.clock.now()
  const facts: Readonly<Record<string, string | undefined>> = {
    'source-ip': asked.address,
    'secure-transport': String(asked.secure),
    'current-time': new Date(now).toISOString(),
    'epoch-time': String(Math.floor(now / 1000)),
    'q-ak': accessKeyId,
    username: principal.identity.kind === 'user' ? principal.identity.name : undefined,
    'principal-account': principal.account.uin,
    'principal-arn': arnOf(principal),
  }
  const question: Question = {
    principal,
    permission,
    resource: { bucketName, region: bucket.region, owner, key, versioned: false },
    facts: withTags({ values: (name) => valuesOf(facts[name]) }, { version: found?.version }),
  }
  const { decision, steps } = explainDecision(question, rulesFor(bucket, access, found?.version))
  return { allowed: decision.allowed, steps }
}

/** InvalidParameterValue for what no permission is called. */
function permissionNamed(action: string): Permission {
  const wanted = action.replace(/^(?:name\/)?cos:/, '').toLowerCase()
  const found =
    PERMISSIONS.find((permission) => permission.toLowerCase() === wanted) ??
    PERMISSIONS.find((permission) => actionNames[permission].iam.toLowerCase() === wanted)
  const message = `No operation is called ${JSON.stringify(action.slice(0, 100))}.`
  return found ?? fail('InvalidParameterValue', { ParameterName: 'do' }, { message })
}

function valuesOf(value: string | undefined): readonly string[] | undefined {
  return value === undefined ? undefined : [value]
}
