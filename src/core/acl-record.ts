/**
 * ACLs as they stand in rows: a canned word, or a list of `[permission, grantee]` with the numbers of a user behind it
 * (docs/data-format.md).
 */

import { assert } from '../base/assert.js'
import { asList, asOneOf, asText } from '../meta/json.js'
import type { Json } from '../meta/record.js'
import { type Acl, CANNED_ACLS, GRANT_PERMISSIONS, GROUPS, type Grant, type Grantee } from '../model/grants.js'

export function aclToJson(acl: Acl): Json {
  return typeof acl === 'string' ? acl : acl.map(grantToJson)
}

export function aclFromJson(json: Json | undefined): Acl {
  return typeof json === 'string' ? asOneOf(json, CANNED_ACLS) : asList(json).map(grantFromJson)
}

function grantToJson({ grantee, permission }: Grant): Json {
  if (grantee.kind === 'user') return [permission, 'user', grantee.uin, grantee.subUin]
  return [permission, grantee.kind === 'group' ? grantee.group : grantee.kind]
}

function grantFromJson(json: Json): Grant {
  const [permission, kind, uin, subUin] = asList(json)
  return { grantee: granteeFromJson(asText(kind), uin, subUin), permission: asOneOf(permission, GRANT_PERMISSIONS) }
}

function granteeFromJson(kind: string, uin: Json | undefined, subUin: Json | undefined): Grantee {
  if (kind === 'user') return { kind, uin: asText(uin), subUin: asText(subUin) }
  if (kind === 'owner' || kind === 'bucket-owner') return { kind }
  const group = GROUPS.find((each) => each === kind)
  assert(group !== undefined, `grantee ${kind} is known`)
  return { kind: 'group', group }
}
