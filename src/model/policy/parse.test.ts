/** Policies in both grammars: what is refused and with which sentence, and that nothing else ever comes out. */

import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { fuzzing } from '../../../test/support/fuzz.js'
import { isApiError } from '../errors/index.js'
import { POLICY_BYTES_MAX, parsePolicy } from './parse.js'
import type { PolicyUse } from './policy.js'

const STATEMENT = { Effect: 'Allow', Principal: '*', Action: 's3:GetObject', Resource: 'arn:aws:s3:::b/*' }
const CAM = {
  effect: 'allow',
  principal: { qcs: 'qcs::cam::anyone:anyone' },
  action: 'name/cos:GetObject',
  resource: 'qcs::cos:ap-guangzhou:uid/1250000000:b-1250000000/*',
}

const iam = (change: object = {}, version: unknown = '2012-10-17') =>
  JSON.stringify({ Version: version, Statement: [{ ...STATEMENT, ...change }] })
const cam = (change: object = {}) => JSON.stringify({ version: '2.0', statement: [{ ...CAM, ...change }] })

/** The sentence of MalformedPolicy. */
function refusal(text: string, use: PolicyUse = 'bucket'): string {
  try {
    parsePolicy(text, use)
  } catch (error) {
    assert.ok(isApiError(error, 'MalformedPolicy'), String(error))
    return error.message
  }
  return 'accepted'
}

const MALFORMED: readonly (readonly [text: string, sentence: RegExp])[] = [
  ['', /not valid JSON/],
  ['{"Version"', /not valid JSON/],
  ['[]', /is a JSON object/],
  ['null', /is a JSON object/],
  ['{}', /no Statement/],
  ['{"Statement":[]}', /no Statement/],
  ['{"Statement":[1]}', /Statement 1 is not an object/],
  [JSON.stringify({ Statement: Array.from({ length: 101 }, () => STATEMENT) }), /more than 100 statements/],
  [iam({}, '2012-10-18'), /version must be 2012-10-17 or 2008-10-17/],
  [iam({ Efect: 'Allow' }), /no element "Efect"/],
  [iam({ effect: 'Allow' }), /no element "effect"/],
  [iam({ Effect: 'allow' }), /Effect must be Allow or Deny/],
  [iam({ Effect: 'Maybe' }), /Effect must be/],
  [iam({ Sid: 7 }), /Sid/],
  [iam({ Action: undefined }), /must have Action or NotAction/],
  [iam({ NotAction: 's3:*' }), /must have Action or NotAction/],
  [iam({ Action: [] }), /Action has no values/],
  [iam({ Action: [{}] }), /not a text/],
  [iam({ Action: 'GetObject' }), /an Action is not well-formed/],
  [iam({ Action: 'name/cos:GetObject' }), /an Action is not well-formed/],
  [iam({ Resource: 'b/*' }), /"b\/\*" is no resource/],
  [iam({ Resource: CAM.resource }), /is no resource/],
  [iam({ NotResource: '*' }), /must have Resource or NotResource/],
  [iam({ Principal: undefined }), /must have Principal or NotPrincipal/],
  [iam({ Principal: {} }), /Principal is empty/],
  [iam({ Principal: 'ann' }), /Invalid principal in policy/],
  [iam({ Principal: { AWS: 'arn:aws:iam::1:group/g' } }), /Invalid principal in policy/],
  [iam({ Principal: { Nobody: '*' } }), /Invalid principal in policy/],
  [iam({ Condition: 1 }), /Condition is not an object/],
  [iam({ Condition: { StringEquals: 'x' } }), /must hold condition keys/],
  [iam({ Condition: { StringSame: { 'aws:Referer': 'x' } } }), /no condition operator "StringSame"/],
  [iam({ Condition: { string_equal: { 'aws:Referer': 'x' } } }), /no condition operator/],
  [iam({ Condition: { StringEquals: { 'aws:Refererer': 'x' } } }), /no condition key "aws:Refererer"/],
  [iam({ Condition: { IpAddress: { 'aws:SourceIp': '10.0.0.0/33' } } }), /cannot be given "10.0.0.0\/33"/],
  [iam({ Condition: { NumericEquals: { 's3:max-keys': 'ten' } } }), /cannot be given "ten"/],
  [iam({ Condition: { DateLessThan: { 'aws:CurrentTime': 'soon' } } }), /cannot be given "soon"/],
  [iam({ Condition: { Bool: { 'aws:SecureTransport': 'yes' } } }), /cannot be given "yes"/],
  [iam({ Condition: { Null: { 'aws:Referer': 'x' } } }), /Null takes true or false/],
  [JSON.stringify({ Version: '2012-10-17', Principal: '*', Statement: [STATEMENT] }), /no element "Principal"/],
  ['{"__proto__":[],"Statement":[{}]}', /no element "__proto__"/],
  [cam({ effect: 'constructor' }), /Effect must be/],
  [cam({ effect: '__proto__' }), /Effect must be/],
  [cam({ Effect: 'deny' }), /Statement 1: the element Effect is there twice/],
  [JSON.stringify({ version: '2.0', statement: [CAM], Statement: [CAM] }), /the element Statement is there twice/],
  [JSON.stringify({ version: '2.0', Version: '2.0', statement: [CAM] }), /the element Version is there twice/],
  [iam({ Action: Array.from({ length: 201 }, () => 's3:*') }), /Action has no values, or more than 200/],
  [iam({ Resource: `arn:aws:s3:::b/${'x'.repeat(2_048)}` }), /Resource is not a text or a list of texts/],
  [iam({ Sid: 'x'.repeat(257) }), /the Sid is not a short text/],
  [cam({ action: 's3:GetObject*+' }), /an Action is not well-formed/],
  [cam({ resource: STATEMENT.Resource }), /is no resource/],
  [cam({ principal: { qcs: ['qcs::cam::uin/x:uin/y'] } }), /Invalid principal in policy/],
  [cam({ condition: { StringEquals: { 'cos:prefix': 'x' } } }), /no condition operator/],
]

test('a malformed policy is refused with a sentence that says where', () => {
  for (const [text, sentence] of MALFORMED) assert.match(refusal(text), sentence, text.slice(0, 200))
})

test('a policy of more than 20 KiB is PolicyFull, counted in bytes', () => {
  const padded = (bytes: number) => {
    const text = iam({ Sid: 'a' })
    return `${text}${' '.repeat(bytes - Buffer.byteLength(text))}`
  }
  assert.equal(parsePolicy(padded(POLICY_BYTES_MAX), 'bucket').statements.length, 1)
  assert.throws(() => parsePolicy(padded(POLICY_BYTES_MAX + 1), 'bucket'), { condition: 'PolicyFull' })
})

test('where policies have no principal, IAM refuses one and CAM passes it over', () => {
  for (const use of ['identity', 'session'] as const) {
    assert.match(refusal(iam(), use), /Principal has no place here/)
    assert.equal(refusal(iam({ Principal: undefined }), use), 'accepted')
    assert.equal(parsePolicy(cam(), use).statements[0]?.principals, undefined)
  }
})

test('the grammar is told by the version, and without one by what only one of the two says', () => {
  const grammarOf = (document: object) => parsePolicy(JSON.stringify(document), 'bucket').grammar
  assert.equal(grammarOf({ Statement: STATEMENT }), 'iam')
  assert.equal(grammarOf({ Version: '2008-10-17', Statement: STATEMENT }), 'iam')
  assert.equal(grammarOf({ statement: CAM }), 'cam')
  assert.equal(grammarOf({ Statement: [CAM], version: '2.0' }), 'cam')
  assert.equal(grammarOf({ Statement: [CAM] }), 'cam')
})

test('CAM: a principal at the top stands for statements without one, and names have any case', () => {
  const { principal, ...rest } = CAM
  const text = JSON.stringify({ VERSION: '2.0', Principal: principal, STATEMENT: [{ ...rest, EFFECT: 'DENY' }] })
  const { statements } = parsePolicy(text.replace('"effect":"allow",', ''), 'bucket')
  assert.deepEqual(statements[0]?.principals, { negated: false, patterns: [{ kind: 'everyone' }] })
  assert.equal(statements[0]?.effect, 'deny')
})

// biome-ignore format: a list of words
const words = fc.constantFrom(
  'Version', 'version', 'Statement', 'statement', 'Effect', 'effect', 'Allow', 'deny', 'Action', 'NotAction', 's3:*',
  'name/cos:*', 'Resource', 'resource', '*', STATEMENT.Resource, CAM.resource, 'Principal', 'AWS', 'qcs', 'Condition',
  'StringLike', 'string_equal', 'ForAllValues:StringEquals', 'IpAddress', 'aws:SourceIp', '10.0.0.0/8', 'cos:prefix',
  // biome-ignore lint/suspicious/noTemplateCurlyInString: a variable of policies, none of ours
  '2.0', '2012-10-17', '${aws:username}', '__proto__', 'constructor', 'Null', 'true', 'EFFECT', 'STATEMENT',
)
const { tree } = fc.letrec<{ tree: unknown }>((tie) => ({
  tree: fc.oneof(
    { maxDepth: 5 },
    words,
    fc.jsonValue({ maxDepth: 1 }),
    fc.array(tie('tree'), { maxLength: 3 }),
    fc.dictionary(words, tie('tree'), { maxKeys: 6 }),
  ),
}))

test('whatever comes in, a document comes out or MalformedPolicy', () => {
  const texts = fc.oneof(
    fc.string({ unit: 'binary', maxLength: 200 }),
    tree.map((value) => JSON.stringify(value) ?? ''),
    tree.map((value) => JSON.stringify({ Version: '2012-10-17', Statement: value }) ?? ''),
    fc.tuple(words, tree).map(([name, value]) => iam({ [name]: value })),
    fc.tuple(words, tree).map(([name, value]) => cam({ [name]: value })),
  )
  const uses = fc.constantFrom<PolicyUse>('bucket', 'identity', 'session', 'trust')
  const property = fc.property(texts, uses, (text, use) => {
    try {
      const { statements, allows, denies } = parsePolicy(text, use)
      assert.ok(statements.length > 0)
      assert.equal(allows.length + denies.length, statements.length, 'a statement with neither effect')
      for (const { conditions, resources } of statements) {
        const facts = { values: () => ['10.0.0.1'] }
        resources.covers({ bucketName: 'b', region: '', owner: undefined, key: 'k', versioned: false }, facts)
        for (const { holds } of conditions) holds(facts)
      }
    } catch (error) {
      assert.ok(isApiError(error, 'MalformedPolicy') || isApiError(error, 'PolicyFull'), String(error))
    }
  })
  fc.assert(property, fuzzing(20_261_130, 3_000))
})
