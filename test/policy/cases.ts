/** Questions and rules over a small world, in which policies often speak of what is asked about. */

import fc from 'fast-check'
import type { Caller, Case, CaseAcl, PermissionRow } from './reference-evaluator.js'
import {
  ACCOUNT,
  type Grammar,
  KEY_ROWS,
  type KeyRow,
  OPERATOR_ROWS,
  type OperatorRow,
  operatorName,
  PRINCIPAL_ROWS,
  STRANGERS,
  USER_NUMBERS,
  type WrittenCondition,
  type WrittenPolicy,
  type WrittenStatement,
} from './written-policy.js'

const BUCKET = `photos-${ACCOUNT.appId}`
const REGION = 'ap-guangzhou'

export const CALLERS: readonly (Caller | undefined)[] = [
  undefined,
  ...[ACCOUNT.uin, STRANGERS.uin].flatMap((uin): Caller[] => [
    { uin, kind: 'root', name: '' },
    { uin, kind: 'user', name: 'ann' },
    { uin, kind: 'user', name: 'ben' },
    { uin, kind: 'role', name: 'backup' },
  ]),
]

const onBucket = (cam: string, iam: string, right?: PermissionRow['right']): PermissionRow => ({
  cam,
  iam: `s3:${iam}`,
  iamVersioned: `s3:${iam}`,
  on: 'bucket',
  right,
})
const onObject = (cam: string, iam: string, iamVersioned: string, right?: PermissionRow['right']): PermissionRow => ({
  cam,
  iam: `s3:${iam}`,
  iamVersioned: `s3:${iamVersioned}`,
  on: 'object',
  right,
})

export const PERMISSIONS: readonly PermissionRow[] = [
  onBucket('GetBucket', 'ListBucket', 'READ'),
  onBucket('ListMultipartUploads', 'ListBucketMultipartUploads', 'READ'),
  onBucket('GetBucketACL', 'GetBucketAcl', 'READ_ACP'),
  onBucket('PutBucketACL', 'PutBucketAcl', 'WRITE_ACP'),
  onBucket('GetBucketPolicy', 'GetBucketPolicy'),
  onBucket('PutBucketPolicy', 'PutBucketPolicy'),
  onBucket('PutBucketCORS', 'PutBucketCORS'),
  onBucket('DeleteBucket', 'DeleteBucket'),
  onObject('GetObject', 'GetObject', 'GetObjectVersion', 'READ'),
  onObject('HeadObject', 'GetObject', 'GetObjectVersion', 'READ'),
  onObject('GetObjectACL', 'GetObjectAcl', 'GetObjectVersionAcl', 'READ_ACP'),
  onObject('GetObjectTagging', 'GetObjectTagging', 'GetObjectVersionTagging'),
]
/** Written through the bucket's right, as keys: what they leave behind is an object. */
const WRITES: readonly PermissionRow[] = [
  onBucket('PutObject', 'PutObject', 'WRITE'),
  { ...onBucket('DeleteObject', 'DeleteObject', 'WRITE'), iamVersioned: 's3:DeleteObjectVersion' },
]

const ACTIONS: Readonly<Record<Grammar, readonly string[]>> = {
  iam: [
    's3:*',
    's3:Get*',
    's3:GetObject',
    's3:getobjectversion',
    's3:ListBucket',
    's3:Put*',
    's3:?etBucket*',
    'ec2:Run',
  ],
  cam: ['name/cos:*', 'name/cos:Get*', 'name/cos:GetObject', 'name/cos:HeadObject', 'name/cos:Put*', 'name/cvm:Run'],
}

const RESOURCES: Readonly<Record<Grammar, readonly string[]>> = {
  iam: [
    '*',
    `arn:aws:s3:::${BUCKET}`,
    `arn:aws:s3:::${BUCKET}/*`,
    `arn:aws:s3:::${BUCKET}*`,
    `arn:aws:s3:::${BUCKET}/?.txt`,
    `arn:aws:s3:::${BUCKET}/home/\${aws:username}/*`,
    `arn:aws:s3:::${BUCKET}/home/\${aws:username, 'ben'}/*`,
    `arn:aws:s3:::${BUCKET}/odd\${*}*`,
    'arn:aws:s3:::others-1250000000/*',
  ],
  cam: [
    '*',
    `qcs::cos:${REGION}:uid/${ACCOUNT.appId}:${BUCKET}`,
    `qcs::cos::uid/${ACCOUNT.appId}:${BUCKET}/*`,
    `qcs::cos:*:uin/${ACCOUNT.uin}:${BUCKET}/home/*`,
    `qcs::cos:${REGION}::${BUCKET}/?.txt`,
    `qcs::cos:ap-beijing:uid/${ACCOUNT.appId}:${BUCKET}/*`,
    `qcs::cos:${REGION}:uid/${STRANGERS.appId}:${BUCKET}/*`,
    `qcs::cos:${REGION}:uid/${ACCOUNT.appId}:prefix//${ACCOUNT.appId}/photos/*`,
    `qcs::cos:*:*:*`,
  ],
}

// biome-ignore lint/suspicious/noTemplateCurlyInString: variables of policies, none of ours
const KEYS = ['a.txt', 'ab.txt', 'home/ann/a', 'home/ben/a', 'odd*', 'odd1', 'home/${aws:username}/a']
const TIMES = ['2026-01-01T00:00:00Z', '2026-06-01T00:00:00Z', '2026-12-31T23:59:59Z']
const NUMBERS = ['1', '10', '100', '1000']
const ADDRESSES = ['10.0.0.1', '10.1.2.3', '192.168.1.1']
const NETWORKS = ['10.0.0.0/8', '10.0.0.1', '10.1.0.0/16', '192.168.1.0/31', '0.0.0.0/0', '10.1.2.2/31']
const TEXTS = ['a', 'A', 'ab', 'home/', 'home/ann/', 'ann', 'private', 'public-read', 'STANDARD', '']

/** What an operator can be given, by its family. */
const VALUES: Readonly<Record<OperatorRow['family'], readonly string[]>> = {
  // biome-ignore lint/suspicious/noTemplateCurlyInString: variables of policies, none of ours
  text: [...TEXTS, '${aws:username}', "${aws:username, 'a'}"],
  // biome-ignore lint/suspicious/noTemplateCurlyInString: variables of policies, none of ours
  folded: [...TEXTS, '${aws:username}'],
  // biome-ignore lint/suspicious/noTemplateCurlyInString: variables of policies, none of ours
  pattern: [...TEXTS, 'a*', '*', '?', 'home/*', '*a*b', '${aws:username}*', '${*}'],
  number: NUMBERS,
  time: TIMES,
  bool: ['true', 'false'],
  address: NETWORKS,
  null: ['true', 'false'],
}

const some = <Item>(items: readonly Item[], lengthMax = 2) =>
  fc.uniqueArray(fc.constantFrom(...items), { minLength: 1, maxLength: lengthMax })
const rarely = fc.integer({ min: 0, max: 5 }).map((number) => number === 0)

function conditions(): fc.Arbitrary<WrittenCondition> {
  return fc.constantFrom(...OPERATOR_ROWS).chain((operator) =>
    fc.record({
      quantifier: fc.constantFrom(undefined, undefined, 'all' as const, 'any' as const),
      operator: fc.constant(operator),
      ifExists: rarely,
      key: fc.constantFrom(...keysOf(operator)),
      values: some(VALUES[operator.family]),
    }),
  )
}

/** Mostly the keys that the family is meant for; any key may be asked in any way. */
function keysOf({ family }: OperatorRow): readonly KeyRow[] {
  const meant: Partial<Record<OperatorRow['family'], string>> = {
    number: 'max-keys',
    time: 'current-time',
    bool: 'secure-transport',
    address: 'source-ip',
  }
  const key = KEY_ROWS.find(({ fact }) => fact === meant[family])
  return key === undefined ? KEY_ROWS : [key, key, key, ...KEY_ROWS]
}

const oneOf = <Item>(items: readonly Item[]) => fc.record({ negated: rarely, items: some(items) })

function statements(grammar: Grammar, withPrincipal: boolean): fc.Arbitrary<WrittenStatement> {
  return fc.record({
    effect: fc.constantFrom('Allow' as const, 'Allow' as const, 'Deny' as const),
    principal: withPrincipal ? oneOf(PRINCIPAL_ROWS) : fc.constant(undefined),
    action: oneOf(ACTIONS[grammar]),
    resource: oneOf(RESOURCES[grammar]),
    conditions: fc.array(conditions(), { maxLength: 2 }).map((list) => distinct(list, grammar)),
  })
}

function distinct(list: readonly WrittenCondition[], grammar: Grammar): WrittenCondition[] {
  const names = list.map((condition) => `${operatorName(condition, grammar)} ${condition.key[grammar]}`)
  return list.filter((_, index) => names.indexOf(names[index] ?? '') === index)
}

export function policies(withPrincipal: boolean): fc.Arbitrary<WrittenPolicy> {
  return fc.constantFrom<Grammar>('iam', 'cam').chain((grammar) =>
    fc.record({
      grammar: fc.constant(grammar),
      statements: fc.array(statements(grammar, withPrincipal), { minLength: 1, maxLength: 3 }),
    }),
  )
}

const grants: fc.Arbitrary<CaseAcl> = fc.array(
  fc
    .record({
      uin: fc.constantFrom(ACCOUNT.uin, STRANGERS.uin),
      sub: fc.constantFrom(undefined, USER_NUMBERS['ann']),
      permission: fc.constantFrom('READ', 'WRITE', 'READ_ACP', 'WRITE_ACP', 'FULL_CONTROL'),
    })
    .map(({ uin, sub, permission }) => ({ uin, subUin: sub ?? uin, permission })),
  { maxLength: 2 },
)
const acls = fc.oneof(
  fc.constantFrom<CaseAcl>('private', 'private', 'public-read', 'public-read-write', 'authenticated-read'),
  grants,
)

const facts = fc
  .record({
    'source-ip': fc.constantFrom(...ADDRESSES, undefined),
    'secure-transport': fc.constantFrom('true', 'false'),
    referer: fc.constantFrom(...TEXTS, undefined),
    'user-agent': fc.constantFrom(...TEXTS, undefined),
    'current-time': fc.constantFrom(...TIMES),
    prefix: fc.constantFrom(...TEXTS, undefined),
    'max-keys': fc.constantFrom(...NUMBERS, undefined),
    'storage-class': fc.constantFrom('STANDARD', undefined),
    acl: fc.constantFrom('private', 'public-read', undefined),
  })
  .map((record) =>
    Object.fromEntries(
      Object.entries(record).map(([name, value]) => [name, value === undefined ? undefined : [value]]),
    ),
  )

const shapes = fc.record({
  caller: fc.constantFrom(...CALLERS),
  versioned: rarely,
  facts,
  identity: fc.array(policies(false), { maxLength: 2 }),
  session: fc.oneof(
    fc.constant([]),
    fc.array(fc.array(policies(false), { minLength: 1, maxLength: 2 }), { maxLength: 2 }),
  ),
  bucket: fc.record({
    policy: fc.option(policies(true), { nil: undefined, freq: 3 }),
    acl: acls,
    bucketOwnerEnforced: rarely,
    ignorePublicAcls: rarely,
    restrictPublicBuckets: rarely,
  }),
})

const targets = fc.oneof(
  fc.record({
    permission: fc.constantFrom(...PERMISSIONS.filter(({ on }) => on === 'bucket')),
    key: fc.constant(undefined),
    object: fc.constant(undefined),
  }),
  fc.record({
    permission: fc.constantFrom(...WRITES),
    key: fc.constantFrom(...KEYS),
    object: fc.constant(undefined),
  }),
  fc.record({
    permission: fc.constantFrom(...PERMISSIONS.filter(({ on }) => on === 'object')),
    key: fc.constantFrom(...KEYS),
    object: fc.option(
      fc.record({
        uin: fc.constantFrom(ACCOUNT.uin, ACCOUNT.uin, STRANGERS.uin),
        acl: fc.option(acls, { nil: undefined }),
      }),
      { nil: undefined, freq: 4 },
    ),
  }),
)

/** The root has no policies of its own, and nobody who did not sign has any. */
export const cases: fc.Arbitrary<Case> = fc.tuple(shapes, targets).map(([shape, target]) => {
  const { caller } = shape
  const named = caller?.kind === 'user' ? { username: [caller.name] } : {}
  return {
    ...shape,
    ...target,
    bucketName: BUCKET,
    region: REGION,
    facts: { ...shape.facts, ...named },
    identity: caller === undefined || caller.kind === 'root' ? [] : shape.identity,
    session: caller === undefined ? [] : shape.session,
  }
})
