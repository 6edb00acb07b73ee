/**
 * What conditions may ask about: canonical names and how both grammars spell them. Whoever provides the facts of a
 * request (wire/access-facts.ts) answers by canonical name; a key that nothing answers is absent.
 */

import type { Grammar } from './policy.js'

/** Lower case. Keys with a name behind them end in a slash in both. */
const SPELLINGS: readonly (readonly [canonical: string, iam: readonly string[], cam: readonly string[]])[] = [
  ['source-ip', ['aws:sourceip'], ['qcs:ip']],
  ['secure-transport', ['aws:securetransport'], ['cos:secure-transport']],
  ['referer', ['aws:referer'], ['cos:referer']],
  ['user-agent', ['aws:useragent'], ['cos:user-agent']],
  ['current-time', ['aws:currenttime'], ['qcs:current_time', 'cos:current-time']],
  ['epoch-time', ['aws:epochtime'], []],
  ['username', ['aws:username'], ['cam:username']],
  ['userid', ['aws:userid'], []],
  ['principal-account', ['aws:principalaccount'], []],
  ['principal-arn', ['aws:principalarn'], []],
  ['principal-type', ['aws:principaltype'], []],
  ['vpc', ['aws:sourcevpc', 'aws:sourcevpce', 'aws:vpcsourceip'], ['qcs:vpc', 'vpc:requester_vpc']],
  ['source-arn', ['aws:sourcearn'], []],
  ['source-account', ['aws:sourceaccount'], []],
  ['principal-organisation', ['aws:principalorgid'], []],
  ['mfa', ['aws:multifactorauthpresent', 'aws:multifactorauthage'], []],
  ['tls-version', ['s3:tlsversion'], ['cos:tls-version']],
  ['prefix', ['s3:prefix'], ['cos:prefix']],
  ['delimiter', ['s3:delimiter'], ['cos:delimiter']],
  ['max-keys', ['s3:max-keys'], ['cos:max-keys']],
  ['version-id', ['s3:versionid'], ['cos:versionid']],
  ['location-constraint', ['s3:locationconstraint'], []],
  ['resource-account', ['s3:resourceaccount', 'aws:resourceaccount'], []],
  ['auth-type', ['s3:authtype'], []],
  ['signature-version', ['s3:signatureversion'], []],
  ['signature-age', ['s3:signatureage'], []],
  ['payload', ['s3:x-amz-content-sha256'], []],
  ['acl', ['s3:x-amz-acl'], ['cos:x-cos-acl']],
  ['grant-read', ['s3:x-amz-grant-read'], ['cos:x-cos-grant-read']],
  ['grant-write', ['s3:x-amz-grant-write'], ['cos:x-cos-grant-write']],
  ['grant-read-acp', ['s3:x-amz-grant-read-acp'], ['cos:x-cos-grant-read-acp']],
  ['grant-write-acp', ['s3:x-amz-grant-write-acp'], ['cos:x-cos-grant-write-acp']],
  ['grant-full-control', ['s3:x-amz-grant-full-control'], ['cos:x-cos-grant-full-control']],
  ['storage-class', ['s3:x-amz-storage-class'], ['cos:x-cos-storage-class']],
  ['copy-source', ['s3:x-amz-copy-source'], ['cos:x-cos-copy-source']],
  ['metadata-directive', ['s3:x-amz-metadata-directive'], ['cos:x-cos-metadata-directive']],
  ['encryption', ['s3:x-amz-server-side-encryption'], ['cos:x-cos-server-side-encryption']],
  ['content-length', [], ['cos:content-length']],
  ['content-type', [], ['cos:content-type']],
  ['response-content-type', [], ['cos:response-content-type']],
  ['q-ak', [], ['cos:q-ak', 'q-ak']],
  ['external-id', ['sts:externalid'], ['sts:external_id', 'sts:externalid']],
  ['session-name', ['sts:rolesessionname'], []],
  ['existing-tags/', ['s3:existingobjecttag/'], []],
  ['request-tags/', ['s3:requestobjecttag/'], []],
  ['request-tag-keys', ['s3:requestobjecttagkeys'], []],
  /** CAM writes a tag as one value, `key&value`. */
  ['existing-tag-pairs', [], ['qcs:resource_tag']],
  ['request-tag-pairs', [], ['qcs:request_tag']],
]

const CANONICAL: Readonly<Record<Grammar, ReadonlyMap<string, string>>> = {
  iam: new Map(SPELLINGS.flatMap(([canonical, iam]) => iam.map((name) => [name, canonical] as const))),
  cam: new Map(SPELLINGS.flatMap(([canonical, , cam]) => cam.map((name) => [name, canonical] as const))),
}

/** Undefined for a key of ours that nobody knows; keys of other services are known, and never there. */
export function canonicalKey(written: string, grammar: Grammar): string | undefined {
  const lower = written.toLowerCase()
  const known = CANONICAL[grammar].get(lower)
  if (known !== undefined) return known
  const slash = lower.indexOf('/')
  const family = slash === -1 ? undefined : CANONICAL[grammar].get(lower.slice(0, slash + 1))
  // Names of tags have a case.
  if (family !== undefined) return family + written.slice(slash + 1)
  const vendorHeader = /^s3:(x-amz-[a-z0-9-]+)$/.exec(lower)?.[1] ?? /^cos:([a-z0-9-]+)$/.exec(lower)?.[1]
  if (vendorHeader !== undefined) return `header/${vendorHeader}`
  if (/^(?:aws|s3|cos|qcs):/.test(lower)) return undefined
  return /^[a-z0-9_-]+:[\w./=@-]+$/i.test(written) ? `foreign/${lower}` : undefined
}

/**
 * A fixed value of one of these says who or from where (Amazon's "The meaning of public"). A name of a user does not:
 * every account may have one of that name.
 */
export const LIMITING_KEYS: ReadonlySet<string> = new Set([
  'source-ip',
  'vpc',
  'source-arn',
  'source-account',
  'principal-organisation',
  'principal-account',
  'principal-arn',
  'userid',
  'q-ak',
])
