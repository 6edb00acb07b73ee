import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { fuzzing } from '../../test/support/fuzz.js'
import { isApiError } from '../model/errors/index.js'
import { type Condition, checkPolicy, type FormRules, parsePolicy } from './form-policy.js'

/** The same cases in every run. */
const SEED = 20_260_102
const RUNS = 2_000
const NOW = Date.UTC(2026, 0, 2)

/** Every field must be covered, and nothing else is asked. */
const RULES: FormRules = {
  conditionsRequired: [],
  conditionFields: new Map(),
  exactOnly: (name) => name === 'bucket',
  uncovered: (name) => name === 'policy',
  texts: {
    malformed: (sentence) => sentence,
    withoutConditions: 'no conditions',
    expired: () => 'expired',
    unmet: ({ name }) => `unmet ${name}`,
    uncovered: (names) => `uncovered ${names.join()}`,
    size: undefined,
  },
}

const encode = (document: unknown) => Buffer.from(JSON.stringify(document) ?? '').toString('base64')

/** Values that are nearly a policy, and some that are nothing like it. */
const near = fc.letrec((tie) => ({
  value: fc.oneof(
    { depthSize: 'small' },
    fc.constantFrom<unknown>(
      'eq',
      'starts-with',
      'content-length-range',
      '$key',
      '$',
      '',
      'key',
      '__proto__',
      null,
      true,
    ),
    fc.constantFrom<unknown>(0, -1, 5, 1e300, '7', '2026-01-03T00:00:00Z', '2026-99-99T00:00:00Z'),
    fc.array(tie('value'), { maxLength: 4 }),
    fc.dictionary(fc.constantFrom('expiration', 'conditions', 'key', '__proto__', 'constructor'), tie('value'), {
      maxKeys: 3,
    }),
  ),
})).value

test('whatever is signed is a policy or InvalidPolicyDocument, and never a failure of ours', () => {
  let accepted = 0
  const documents = fc.oneof(
    near,
    fc.array(near, { maxLength: 3 }).map((conditions) => ({ expiration: '2026-01-03T00:00:00Z', conditions })),
    fc
      .array(fc.tuple(fc.constantFrom('eq', 'starts-with', 'content-length-range'), near, near), { maxLength: 3 })
      .map((conditions) => ({ expiration: '2026-01-03T00:00:00.5Z', conditions })),
  )
  fc.assert(
    fc.property(documents, (document) => {
      try {
        const { sizes, conditions } = parsePolicy(encode(document), RULES)
        accepted++
        if (sizes !== undefined) assert.ok(sizes.minBytes >= 0 && Number.isSafeInteger(sizes.maxBytes))
        for (const { name, value } of conditions) assert.equal(typeof name + typeof value, 'stringstring')
      } catch (error) {
        assert.ok(isApiError(error, 'InvalidPolicyDocument'), String(error))
      }
    }),
    fuzzing(SEED, RUNS),
  )
  assert.ok(accepted > 0)
})

test('bytes that are no JSON are refused as well', () => {
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 40 }), (bytes) => {
      const refused = (error: unknown) => isApiError(error, 'InvalidPolicyDocument')
      assert.throws(() => parsePolicy(Buffer.from(bytes).toString('base64'), RULES), refused)
      assert.throws(() => parsePolicy(Buffer.from(bytes).toString('latin1'), RULES), refused)
    }),
    fuzzing(SEED, RUNS),
  )
})

const name = fc.constantFrom('key', 'x-amz-meta-a')
const value = fc.constantFrom('', 'a', 'ab', 'A')
const conditions = fc.array(fc.tuple(fc.constantFrom('eq', 'starts-with'), name, value), { minLength: 1, maxLength: 3 })

/** The rules in other words: each condition holds of a field that is there, and each field has a condition. */
function allowed(fields: ReadonlyMap<string, string>, given: readonly (readonly [string, string, string])[]): boolean {
  const holds = given.every(([operator, field, wanted]) => {
    const actual = fields.get(field)
    return actual !== undefined && (operator === 'eq' ? actual === wanted : actual.indexOf(wanted) === 0)
  })
  return holds && [...fields.keys()].every((field) => field === 'policy' || given.some(([, each]) => each === field))
}

test('a form is allowed when another reading of its policy allows it, and only then', () => {
  const counts = { yes: 0, no: 0 }
  fc.assert(
    fc.property(conditions, fc.array(fc.tuple(name, value), { maxLength: 2 }), (given, pairs) => {
      const fields = new Map([...pairs, ['policy', 'x'] as const])
      const document = {
        expiration: '2026-01-03T00:00:00Z',
        conditions: given.map(([operator, field, wanted], at) =>
          operator === 'eq' && at % 2 === 0 ? { [field]: wanted } : [operator, `$${field.toUpperCase()}`, wanted],
        ),
      }
      const policy = parsePolicy(encode(document), RULES)
      const verdict = () => checkPolicy(policy, { fields, bucketName: 'b', now: NOW }, RULES)
      if (allowed(fields, given)) {
        counts.yes++
        verdict()
      } else {
        counts.no++
        assert.throws(verdict, (error) => isApiError(error, 'PostConditionFailed'))
      }
    }),
    fuzzing(SEED, RUNS),
  )
  assert.ok(counts.yes > RUNS / 50 && counts.no > RUNS / 50, JSON.stringify(counts))
})

test('the range of sizes is what all conditions leave, and the moment of expiration is still in time', () => {
  const range = (min: unknown, max: unknown) => ['content-length-range', min, max]
  const document = { expiration: '2026-01-02T00:00:00Z', conditions: [range(1, 9), range('3', '20'), { key: 'k' }] }
  const policy = parsePolicy(encode(document), RULES)
  assert.deepEqual(policy.sizes, { minBytes: 3, maxBytes: 9 })
  assert.deepEqual(policy.conditions, [{ operator: 'eq', name: 'key', value: 'k' } satisfies Condition])
  const subject = { fields: new Map([['key', 'k']]), bucketName: 'b', now: NOW }
  checkPolicy(policy, subject, RULES)
  assert.throws(
    () => checkPolicy(policy, { ...subject, now: NOW + 1 }, RULES),
    (error) => isApiError(error, 'PostPolicyExpired'),
  )
})
