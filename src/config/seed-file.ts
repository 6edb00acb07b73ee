/**
 * The seed file: accounts, keys, buckets and objects that must exist once the server is ready. This file says what a
 * seed is and reads one from YAML; applying it, again and again with the same outcome, is the core's. Every mistake is
 * reported at once with its line, and no secret is repeated in a message.
 */

import { readFile, stat } from 'node:fs/promises'
import { dirname, resolve } from 'node:path'
import * as v from 'valibot'
import { type Document, isCollection, isMap, isNode, isPair, LineCounter, parseDocument } from 'yaml'
import type { Bytes } from '../base/bytes.js'
import { type Secret, secret } from '../base/secret.js'

export interface Seed {
  readonly accounts: readonly SeedAccount[]
  readonly buckets: readonly SeedBucket[]
  readonly objects: readonly SeedObject[]
}

export interface SeedAccount {
  readonly name: string
  readonly appid: string
  /** Generated when undefined, as is `canonicalId`. */
  readonly uin: string | undefined
  readonly canonicalId: string | undefined
  /** By which grants may name it. */
  readonly email: string | undefined
  readonly keys: readonly SeedKey[]
}

export interface SeedKey {
  readonly id: string
  readonly secret: Secret
}

export interface SeedBucket {
  readonly name: string
  /** The name of an account of this file; undefined: the root account. */
  readonly account: string | undefined
  readonly acl: (typeof BUCKET_ACLS)[number]
  /** Undefined: never touched. */
  readonly versioning: 'Enabled' | 'Suspended' | undefined
}

export interface SeedObject {
  /** The name of a bucket of this file. */
  readonly bucket: string
  readonly key: string
  readonly content: SeedContent
  readonly acl: (typeof OBJECT_ACLS)[number]
  readonly contentType: string | undefined
  /** User metadata: names in lower case without the vendor prefix. */
  readonly metadata: Readonly<Record<string, string>>
}

export type SeedContent =
  | { readonly kind: 'bytes'; readonly bytes: Bytes }
  /** An absolute path. It is read when the seed is applied. */
  | { readonly kind: 'file'; readonly path: string }

export class SeedMistakes extends Error {
  override readonly name = 'SeedMistakes'
  readonly mistakes: readonly string[]
  constructor(mistakes: readonly string[]) {
    super(
      `the seed file has ${mistakes.length === 1 ? 'a mistake' : `${mistakes.length} mistakes`}\n${mistakes.join('\n')}`,
    )
    this.mistakes = mistakes
  }
}

const BUCKET_ACLS = ['private', 'public-read', 'public-read-write', 'authenticated-read'] as const
/** `default`: it follows its bucket. */
const OBJECT_ACLS = ['default', 'private', 'public-read', 'authenticated-read'] as const

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
  return seedOf(parsed.output, directory)
}

type Where = readonly PropertyKey[]

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
  keys: rows(keySchema),
})

const bucketSchema = v.strictObject({
  name: v.pipe(v.string('expected text'), v.regex(/^[a-z0-9][a-z0-9.-]{1,78}[a-z0-9]$/, 'is not a bucket name')),
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

type SeedDocument = v.InferOutput<typeof seedSchema>

function seedOf(document: SeedDocument, directory: string): Seed {
  return {
    accounts: document.accounts.map(({ name, appid, uin, canonicalId, email, keys }) => ({
      name,
      appid,
      uin,
      canonicalId,
      email,
      keys: keys.map((key) => ({ id: key.id, secret: secret(key.secret) })),
    })),
    buckets: document.buckets.map(({ name, account, acl, versioning }) => ({ name, account, acl, versioning })),
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

function contentOf(object: SeedDocument['objects'][number], directory: string): SeedContent {
  if (object.file !== undefined) return { kind: 'file', path: resolve(directory, object.file) }
  if (object.base64 !== undefined) return { kind: 'bytes', bytes: Buffer.from(object.base64, 'base64') }
  return { kind: 'bytes', bytes: Buffer.from(object.content ?? '', 'utf8') }
}

interface Contradiction {
  readonly where: Where
  readonly sentence: string
}

/** What no single row can decide: names used twice, and names that name nothing. */
function findContradictions({ accounts, buckets, objects }: SeedDocument): Contradiction[] {
  const accountNames = new Set(accounts.map(({ name }) => name))
  const bucketNames = new Set(buckets.map(({ name }) => name))
  const keyIds = accounts.flatMap(({ keys }, row) =>
    keys.map(({ id }, index) => ({ name: id, where: ['accounts', row, 'keys', index, 'id'] })),
  )
  return [
    ...repeated(
      'account',
      accounts.map(({ name }, row) => ({ name, where: ['accounts', row, 'name'] })),
    ),
    ...repeated(
      'appid',
      accounts.map(({ appid }, row) => ({ name: appid, where: ['accounts', row, 'appid'] })),
    ),
    ...repeated('key id', keyIds),
    ...repeated(
      'bucket',
      buckets.map(({ name }, row) => ({ name, where: ['buckets', row, 'name'] })),
    ),
    ...repeated(
      'object',
      objects.map(({ bucket, key }, row) => ({ name: `${bucket}/${key}`, where: ['objects', row, 'key'] })),
    ),
    ...buckets.flatMap(({ account }, row) =>
      account === undefined || accountNames.has(account)
        ? []
        : [{ where: ['buckets', row, 'account'], sentence: `there is no account ${quote(account)} in this file` }],
    ),
    ...objects.flatMap(({ bucket }, row) =>
      bucketNames.has(bucket)
        ? []
        : [{ where: ['objects', row, 'bucket'], sentence: `there is no bucket ${quote(bucket)} in this file` }],
    ),
  ]
}

function repeated(what: string, rows: readonly { readonly name: string; readonly where: Where }[]): Contradiction[] {
  const seen = new Set<string>()
  return rows.flatMap(({ name, where }) => {
    if (seen.has(name)) return [{ where, sentence: `${what} ${quote(name)} appears twice` }]
    seen.add(name)
    return []
  })
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

function at(line: number, sentence: string): string {
  return `line ${line}: ${sentence}`
}

function pathText(where: Where): string {
  return where.reduce<string>(
    (text, key) => (typeof key === 'number' ? `${text}[${key}]` : text === '' ? String(key) : `${text}.${String(key)}`),
    '',
  )
}

function quote(name: string): string {
  return JSON.stringify(name)
}
