import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { cosDialect } from '../dialects/cos/dialect.js'
import { isApiError } from '../model/errors/index.js'
import { GRANT_PERMISSIONS } from '../model/grants.js'
import { accessControlPolicy, policyBody, type ShownGrant } from './acl-document.js'

/** Text that XML can hold and that trimming leaves alone. */
const words = fc.string({ minLength: 1 }).map((raw) => raw.replaceAll(/[^\x21-\x7e]/g, '_'))
const grants = fc.array(
  fc.record({
    grantee: fc.record({ by: fc.constantFrom('id', 'uri', 'email'), text: words }),
    permission: fc.constantFrom(...GRANT_PERMISSIONS),
  }),
  { maxLength: 20 },
)
const plainly = (list: readonly ShownGrant[]) =>
  list.map(({ grantee: { by, text }, permission }) => [by, text, permission])

for (const dialect of ['cos', 's3'] as const) {
  test(`any grants that can be shown in ${dialect} are read as what they are`, () => {
    fc.assert(
      fc.property(words, grants, (id, grant) => {
        const printed = accessControlPolicy.print({ owner: { id, displayName: 'name' }, grants: { grant } }, dialect)
        const read = accessControlPolicy.parse(Buffer.from(printed), dialect)
        assert.equal(read.owner.id, id)
        assert.deepEqual(plainly(read.grants.grant), plainly(grant))
      }),
    )
  })
}

test('whatever bytes come, they are a policy or MalformedACLError', () => {
  const pieces = ['<AccessControlPolicy>', '<Owner><ID>1</ID></Owner>', '<AccessControlList>', '<Grant>', '<Grantee>']
  const closing = pieces.map((piece) => piece.replace('<', '</').replace(/<ID>.*/, ''))
  const bytes = fc.oneof(
    fc.uint8Array(),
    fc
      .array(fc.constantFrom(...pieces, ...closing, '<ID>1</ID>', '<URI/>', '<Permission>READ</Permission>'))
      .map((all) => Buffer.from(all.join(''))),
  )
  fc.assert(
    fc.property(bytes, (given) => {
      try {
        policyBody.read(given, cosDialect)?.()
      } catch (error) {
        assert.ok(isApiError(error, 'MalformedACLError'), String(error))
      }
    }),
  )
})
