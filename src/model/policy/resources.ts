/** Which buckets and objects a resource of a policy names, in both grammars (cos-auth-and-bucket.md 5.12, Amazon's ARNs). */

import type { ConditionFacts, Resource } from './policy.js'
import { type Pattern, patternOf } from './variables.js'
import { hasWildcards } from './wildcards.js'

export type ResourceMatch = (resource: Resource, facts: ConditionFacts) => boolean

/** Undefined for what is no resource. */
export type ResourceReader = (written: string) => ResourceMatch | undefined

const everything: ResourceMatch = () => true

/** Something that is no bucket, such as a role, by its full names in both grammars. */
export function namedResource(names: readonly string[]): Resource {
  return { bucketName: undefined, region: '', owner: undefined, key: undefined, versioned: false, names }
}

/** Things that are no buckets are named whole, and only so. */
function byNames(pattern: Pattern): ResourceMatch {
  return ({ names = [] }, facts) => names.some((name) => pattern(name, facts))
}

export const iamResource: ResourceReader = (written) => {
  if (written === '*') return everything
  const path = /^arn:aws[a-z-]*:s3:::(.+)$/s.exec(written)?.[1]
  const whole = patternOf(written, 'iam')
  if (path === undefined) return /^arn:[\w-]+:[\w-]+:(?!:*$)/.test(written) ? byNames(whole) : undefined
  const pattern = patternOf(path, 'iam')
  return (resource, facts) => {
    const { bucketName = '', key, names, path: known } = resource
    if (names !== undefined) return false
    return pattern(known ?? (key === undefined ? bucketName : `${bucketName}/${key}`), facts)
  }
}

const QCS = /^qcs:([^:]*):([^:]*):([^:]*):([^:]*):(.*)$/s
const LEGACY = /^prefix\/\/([^/]+)\/([^/]+)\/?(.*)$/s

export const camResource: ResourceReader = (written) => {
  if (written === '*') return everything
  const [, , service = '', region = '', account = '', path = ''] = QCS.exec(written) ?? []
  if (service === '' || (path === '' && service === 'cos')) return undefined
  if (service !== 'cos' && service !== '*') return byNames(patternOf(written, 'cam'))
  const legacy = LEGACY.exec(path)
  const plain = legacy === null ? path : `${legacy[2]}-${legacy[1]}/${legacy[3]}`
  const inRegion = patternOf(region === '' ? '*' : region, 'cam')
  const pattern = patternOf(plain, 'cam')
  // The bucket alone, without a slash, is what operations on the bucket are held against as well.
  const bare = plain.includes('/') || hasWildcards(plain) ? undefined : patternOf(`${plain}/`, 'cam')
  const covers: Pattern = (text, facts) => pattern(text, facts) || bare?.(text, facts) === true
  return (resource, facts) => {
    const { bucketName, key, names, listedPrefix } = resource
    if (names !== undefined || !inRegion(resource.region, facts) || !isAccount(account, resource)) return false
    if (bucketName === undefined) return pattern('', facts)
    if (covers(`${bucketName}/${key ?? ''}`, facts)) return true
    return listedPrefix !== undefined && key === undefined && covers(`${bucketName}/${listedPrefix}`, facts)
  }
}

/** `uid/<appid>` or `uin/<uin>` of the bucket's owner; nothing and `*` are anybody's. */
function isAccount(account: string, { owner, bucketName }: Resource): boolean {
  const [, kind, number = ''] = /^(uid|uin)\/(.*)$/.exec(account) ?? []
  if (kind === undefined) return account === '' || account === '*'
  if (number === '*' || number === '') return true
  if (kind === 'uin') return owner?.uin === number
  return (owner?.appId ?? /-(\d+)$/.exec(bucketName ?? '')?.[1]) === number
}
