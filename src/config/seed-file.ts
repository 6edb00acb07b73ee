/**
 * The seed file: reads a seed (seed.ts) from YAML; applying it, again and again with the same outcome, is the core's.
 * Every mistake is reported at once with its line, and no secret is repeated in a message.
 */

import { readFile, stat } from 'node:fs/promises'
import { dirname, resolve } from 'node:path'
import * as v from 'valibot'
import { type Document, isCollection, isMap, isNode, isPair, LineCounter, parseDocument } from 'yaml'
import { secret } from '../base/secret.js'
import { isApiError } from '../model/errors/index.js'
import { isIdentityName } from '../model/identity.js'
import { POLICY_BYTES_MAX, parsePolicy } from '../model/policy/parse.js'
import type { PolicyUse } from '../model/policy/policy.js'
import { ACCOUNT_STATES } from '../model/principal.js'
import {
  at,
  BUCKET_ACLS,
  OBJECT_ACLS,
  type Seed,
  type SeedAccount,
  type SeedContent,
  type SeedKey,
  SeedMistakes,
} from './seed.js'
import { findContradictions } from './seed-contradictions.js'

export const SEED_FILE_BYTES_MAX = 16 * 1024 * 1024
const SEED_ROWS_MAX = 10_000
const KEY_BYTES_MAX = 1_024
const METADATA_BYTES_MAX = 2_048
const MISTAKES_MAX = 100

/** Throws SeedMistakes, or the file system's error with the path in it. */
export async function readSeedFile(path: string): Promise<Seed> {
  const { size } = await stat(path)
  if (size > SEED_FILE_BYTES_MAX) throw new SeedMistakes([`${path}: ${size} bytes, at most ${SEED_FILE_BYTES_MAX}`])
  return parseSeed(await readFile(path, 'utf8'), dirname(resolve(path)))
}

/** `directory` is where relative paths of object files begin. Throws SeedMistakes. */
export function parseSeed(text: string, directory: string): Seed {
  const lines = new LineCounter()
  const document = parseDocument(text, { lineCounter: lines, prettyErrors: false })
  if (document.errors.length > 0) {
    throw new SeedMistakes(document.errors.map((error) => at(lines.linePos(error.pos[0]).line, error.message)))
  }
  if (document.contents !== null && !isMap(document.contents)) {
    throw new SeedMistakes([at(1, 'expected accounts, buckets and objects')])
  }
  const lineOf = (where: Where) => lineOfNode(document, lines, where)
  const parsed = v.safeParse(seedSchema, plainValue(document) ?? {})
  if (!parsed.success) throw new SeedMistakes(inLineOrder(parsed.issues.map((issue) => mistakeOf(issue, lineOf))))
  const contradictions = findContradictions(parsed.output).map(({ where, sentence }) => ({
    line: lineOf(where),
    sentence,
  }))
  if (contradictions.length > 0) throw new SeedMistakes(inLineOrder(contradictions))
  return seedOf(parsed.output, directory, lineOf)
}

export type Where = readonly PropertyKey[]

interface Mistake {
  readonly line: number
  readonly sentence: string
}

const shortText = (bytesMax: number) =>
  v.pipe(
    v.string('expected text'),
    v.nonEmpty('must not be empty'),
    v.maxBytes(bytesMax, `longer than ${bytesMax} bytes`),
  )

/** YAML reads an unquoted 1250000000 as a number; it is a name all the same. */
const digits = v.pipe(
  v.union([v.string(), v.pipe(v.number(), v.safeInteger())], 'expected digits'),
  v.transform(String),
  v.regex(/^\d{5,20}$/, 'expected 5 to 20 digits'),
)

const rows = <S extends v.GenericSchema>(schema: S) =>
  v.optional(
    v.pipe(v.array(schema, 'expected a list'), v.maxLength(SEED_ROWS_MAX, `more than ${SEED_ROWS_MAX} rows`)),
    [],
  )

const keySchema = v.strictObject({
  id: v.pipe(
    v.string('expected text'),
    v.regex(/^[\w.-]{3,128}$/, 'expected 3 to 128 letters, digits, dots, hyphens, underscores'),
  ),
  secret: v.pipe(
    v.string('expected text'),
    v.regex(/^[\x21-\x7e]{8,128}$/, 'expected 8 to 128 printable ASCII characters'),
  ),
})

/** A policy: the document as YAML or JSON has it, or its text. The core knows each kind's own limit. */
const policyText = v.union(
  [
    v.pipe(v.string(), v.nonEmpty(), v.maxBytes(POLICY_BYTES_MAX)),
    v.pipe(
      v.record(v.string(), v.unknown()),
      v.transform((document) => JSON.stringify(document)),
      v.maxBytes(POLICY_BYTES_MAX),
    ),
  ],
  `expected a policy of up to ${POLICY_BYTES_MAX} bytes, as fields or as text`,
)

/** As the core has it for users, groups, roles and policies. */
const identityName = v.pipe(
  v.string('expected text'),
  v.check(isIdentityName, 'expected 1 to 64 letters, digits and +=,.@_-'),
)

const names = v.optional(v.array(identityName, 'expected a list of names'), [])

const policy = (use: PolicyUse) =>
  v.pipe(
    policyText,
    v.check(
      (text) => policyMistake(text, use) === undefined,
      ({ input }) => policyMistake(input, use) ?? '',
    ),
  )

function policyMistake(text: string, use: PolicyUse): string | undefined {
  try {
    parsePolicy(text, use)
    return undefined
  } catch (error) {
    if (isApiError(error)) return error.message
    throw error
  }
}

const policySchema = v.strictObject({ name: identityName, document: policy('identity') })

const groupSchema = v.strictObject({ name: identityName, policies: names })

const userSchema = v.strictObject({
  name: identityName,
  number: v.optional(digits),
  groups: names,
  policies: names,
  keys: rows(keySchema),
})

const roleSchema = v.strictObject({
  name: identityName,
  trust: policy('trust'),
  policies: names,
  sessionSecondsMax: v.optional(
    v.pipe(v.number('expected a number'), v.integer('expected seconds'), v.minValue(1, 'expected seconds')),
  ),
})

const accountSchema = v.strictObject({
  name: shortText(128),
  appid: digits,
  uin: v.optional(digits),
  canonicalId: v.optional(
    v.pipe(v.string('expected text'), v.regex(/^[\w:/-]{1,128}$/, 'expected up to 128 letters, digits and :/_-')),
  ),
  email: v.optional(
    v.pipe(v.string('expected text'), v.regex(/^[\x21-\x7e]{1,128}@[\x21-\x7e]{1,128}$/, 'is not an e-mail address')),
  ),
  state: v.optional(v.picklist(ACCOUNT_STATES, 'expected invited, active or suspended')),
  keys: rows(keySchema),
  policies: rows(policySchema),
  groups: rows(groupSchema),
  users: rows(userSchema),
  roles: rows(roleSchema),
})

const bucketSchema = v.strictObject({
  name: v.pipe(v.string('expected text'), v.regex(/^[a-z0-9][a-z0-9.-]{1,78}[a-z0-9]$/, 'is not a bucket name')),
  region: v.optional(shortText(63)),
  account: v.optional(shortText(128)),
  acl: v.optional(
    v.picklist(BUCKET_ACLS, 'expected private, public-read, public-read-write or authenticated-read'),
    'private',
  ),
  versioning: v.optional(v.picklist(['Enabled', 'Suspended'], 'expected Enabled or Suspended')),
})

const metadataSchema = v.pipe(
  v.record(
    v.pipe(v.string(), v.regex(/^[a-z0-9!#$%&'*+.^_`|~-]+$/, 'metadata names are lower-case header tokens')),
    v.pipe(v.string('expected text'), v.regex(/^[^\r\n\0]*$/, 'metadata values have no line breaks')),
    'expected names and values',
  ),
  v.check(
    (metadata) => Buffer.byteLength(Object.entries(metadata).flat().join('')) <= METADATA_BYTES_MAX,
    `names and values together exceed ${METADATA_BYTES_MAX} bytes`,
  ),
)

const objectSchema = v.pipe(
  v.strictObject({
    bucket: shortText(80),
    key: shortText(KEY_BYTES_MAX),
    content: v.optional(v.string('expected text')),
    base64: v.optional(v.pipe(v.string('expected text'), v.base64('is not base64'))),
    file: v.optional(shortText(4_096)),
    acl: v.optional(v.picklist(OBJECT_ACLS, 'expected default, private, public-read or authenticated-read'), 'default'),
    contentType: v.optional(v.pipe(shortText(256), v.regex(/^[\x20-\x7e]+$/, 'expected printable ASCII'))),
    metadata: v.optional(metadataSchema, {}),
  }),
  v.check(
    ({ content, base64, file }) => [content, base64, file].filter((given) => given !== undefined).length === 1,
    'give exactly one of content, base64 and file',
  ),
)

const seedSchema = v.strictObject(
  {
    accounts: rows(accountSchema),
    buckets: rows(bucketSchema),
    objects: rows(objectSchema),
  },
  'expected accounts, buckets and objects',
)

export type SeedDocument = v.InferOutput<typeof seedSchema>

type LineOf = (where: Where) => number

function seedOf(document: SeedDocument, directory: string, lineOf: LineOf): Seed {
  return {
    accounts: document.accounts.map((account, row) => accountOf(account, ['accounts', row], lineOf)),
    buckets: document.buckets.map(({ name, region, account, acl, versioning }, row) => ({
      ...{ name, region, account, acl, versioning },
      line: lineOf(['buckets', row]),
    })),
    objects: document.objects.map((object) => ({
      bucket: object.bucket,
      key: object.key,
      content: contentOf(object, directory),
      acl: object.acl,
      contentType: object.contentType,
      metadata: object.metadata,
    })),
  }
}

function accountOf(account: SeedDocument['accounts'][number], where: Where, lineOf: LineOf): SeedAccount {
  const { name, appid, uin, canonicalId, email, state, keys, policies, groups, users, roles } = account
  const place = (kind: string, index: number) => ({ line: lineOf([...where, kind, index]) })
  return {
    ...{ name, appid, uin, canonicalId, email, state, keys: keys.map(keyOf) },
    policies: policies.map((policy, index) => ({
      ...place('policies', index),
      name: policy.name,
      text: policy.document,
    })),
    groups: groups.map((group, index) => ({ ...place('groups', index), ...group })),
    users: users.map((user, index) => ({
      ...place('users', index),
      ...user,
      number: user.number,
      keys: user.keys.map(keyOf),
    })),
    roles: roles.map((role, index) => ({
      ...place('roles', index),
      ...role,
      sessionSecondsMax: role.sessionSecondsMax,
    })),
  }
}

function keyOf(key: { readonly id: string; readonly secret: string }): SeedKey {
  return { id: key.id, secret: secret(key.secret) }
}

function contentOf(object: SeedDocument['objects'][number], directory: string): SeedContent {
  if (object.file !== undefined) return { kind: 'file', path: resolve(directory, object.file) }
  if (object.base64 !== undefined) return { kind: 'bytes', bytes: Buffer.from(object.base64, 'base64') }
  return { kind: 'bytes', bytes: Buffer.from(object.content ?? '', 'utf8') }
}

function plainValue(document: Document): unknown {
  try {
    return document.toJS({ maxAliasCount: 100 })
  } catch (error) {
    throw new SeedMistakes([at(1, error instanceof Error ? error.message : String(error))])
  }
}

function mistakeOf(issue: v.BaseIssue<unknown>, lineOf: (where: Where) => number): Mistake {
  const where = (issue.path ?? []).map((item) => (typeof item.key === 'number' ? item.key : String(item.key)))
  return { line: lineOf(where), sentence: `${pathText(where)}: ${issueText(issue)}` }
}

/** Our own messages stand as they are; the two that valibot writes for strict objects are put in our words. */
function issueText(issue: v.BaseIssue<unknown>): string {
  if (issue.type !== 'strict_object') return issue.message
  if (issue.expected === 'never') return 'no such field'
  return issue.received === 'undefined' ? 'is missing' : 'expected fields and values'
}

/** The line of the node at `where`, or of its nearest parent that is there. */
function lineOfNode(document: Document, lines: LineCounter, where: Where): number {
  for (let depth = where.length; depth > 0; depth--) {
    const parent = document.getIn(where.slice(0, depth - 1), true) ?? document.contents
    const key = where[depth - 1]
    const pair = isCollection(parent)
      ? parent.items.find((item) => isPair(item) && String(item.key) === String(key))
      : undefined
    const named = isPair(pair) && isNode(pair.key) ? pair.key : document.getIn(where.slice(0, depth), true)
    if (isNode(named) && named.range) return lines.linePos(named.range[0]).line
  }
  return 1
}

function inLineOrder(mistakes: readonly Mistake[]): string[] {
  const sentences = [...mistakes].sort((a, b) => a.line - b.line).map(({ line, sentence }) => at(line, sentence))
  const left = sentences.length - MISTAKES_MAX
  return left > 0 ? [...sentences.slice(0, MISTAKES_MAX), `and ${left} more`] : sentences
}

function pathText(where: Where): string {
  return where.reduce<string>(
    (text, key) => (typeof key === 'number' ? `${text}[${key}]` : text === '' ? String(key) : `${text}.${String(key)}`),
    '',
  )
}
