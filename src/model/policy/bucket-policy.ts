/** What a policy must be to stand on a bucket, and whether it lets everybody in. */

import { fail } from '../errors/index.js'
import type { PolicyDocument, Statement } from './policy.js'

export interface PolicyBucket {
  readonly name: string
  readonly appId: string | undefined
}

/** MalformedPolicy unless each resource lies in the bucket. */
export function checkBucketPolicy({ grammar, statements }: PolicyDocument, { name, appId }: PolicyBucket): void {
  const inside = grammar === 'iam' ? iamInside(name) : camInside(name, appId)
  for (const { label, resources } of statements) {
    for (const pattern of resources.patterns) {
      if (pattern === '*' || inside(pattern)) continue
      const message = `Policy has invalid resource. Statement "${label}": ${JSON.stringify(pattern.slice(0, 200))} is not in the bucket ${name}.`
      fail('MalformedPolicy', {}, { message })
    }
  }
}

function iamInside(name: string): (pattern: string) => boolean {
  return (pattern) => {
    const path = /^arn:aws[a-z-]*:s3:::(.+)$/s.exec(pattern)?.[1]
    return path !== undefined && (path === name || path === `${name}*` || path.startsWith(`${name}/`))
  }
}

/** The form with the bucket, or the older one with APPID and short name; either may leave the bucket to a star. */
function camInside(name: string, appId: string | undefined): (pattern: string) => boolean {
  const shortName = name.replace(/-\d+$/, '')
  return (pattern) => {
    const path = /^qcs:[^:]*:[^:]*:[^:]*:[^:]*:(.*)$/s.exec(pattern)?.[1]
    if (path === undefined) return false
    const legacy = `prefix//${appId ?? /-(\d+)$/.exec(name)?.[1] ?? ''}/${shortName}`
    return (
      [name, legacy].some((own) => path === own || path === `${own}*` || path.startsWith(`${own}/`)) || path === '*'
    )
  }
}

/**
 * Whether it gives anything to everybody: an allowing statement for everybody (or for all but somebody) that no
 * condition limits to fixed addresses or callers (Amazon's "The meaning of public").
 */
export function isPublicPolicy({ statements }: PolicyDocument): boolean {
  return statements.some((statement) => statement.effect === 'allow' && isForEverybody(statement))
}

function isForEverybody({ principals, conditions }: Statement): boolean {
  if (principals === undefined || conditions.some(({ limits }) => limits)) return false
  return principals.negated || principals.patterns.some(({ kind }) => kind === 'everyone' || kind === 'anonymous')
}
