/**
 * Action patterns: `s3:Get*` of IAM, whose names have no case, and `name/cos:Get*` or `cos:Get*` of CAM, whose
 * operations have one. Which permissions a list covers is worked out once, when the policy is parsed.
 */

import { PERMISSIONS, type Permission } from '../permissions.js'
import { actionNames, camAliases, camName } from './action-names.js'
import type { ActionPattern, Grammar } from './policy.js'
import { type Matcher, wildcardMatcher } from './wildcards.js'

const WELL_FORMED: Readonly<Record<Grammar, RegExp>> = {
  iam: /^(?:\*|[a-z0-9-]+:[\w*?]+)$/i,
  cam: /^(?:\*|(?:name\/)?[a-z0-9*-]+:[\w*?]+)$/i,
}

/** Undefined when one of them is not well-formed. */
export function actionPattern(
  patterns: readonly string[],
  negated: boolean,
  grammar: Grammar,
): ActionPattern | undefined {
  if (!patterns.every((pattern) => WELL_FORMED[grammar].test(pattern))) return undefined
  const matchers = patterns.map((pattern) => wildcardMatcher(normal(pattern, grammar)))
  const current = new Set<string>()
  const versioned = new Set<string>()
  for (const permission of PERMISSIONS) {
    if (covers(matchers, namesOf(permission, false, grammar)) !== negated) current.add(permission)
    if (covers(matchers, namesOf(permission, true, grammar)) !== negated) versioned.add(permission)
  }
  return { covers: (permission, named) => (named ? versioned : current).has(permission) }
}

function normal(pattern: string, grammar: Grammar): string {
  return grammar === 'iam' ? pattern.toLowerCase() : pattern.replace(/^name\//, '')
}

function namesOf(permission: Permission, versioned: boolean, grammar: Grammar): readonly string[] {
  if (grammar === 'cam') return [camName(permission), ...(camAliases[permission] ?? []).map((name) => `cos:${name}`)]
  const { iam, iamVersioned } = actionNames[permission]
  return [(versioned ? (iamVersioned ?? iam) : iam).toLowerCase()]
}

function covers(matchers: readonly Matcher[], names: readonly string[]): boolean {
  return names.some((name) => matchers.some((matches) => matches(name)))
}
