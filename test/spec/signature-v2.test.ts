/** Version 2 signs no body: whatever makes another operation of a request must be signed. */

import assert from 'node:assert/strict'
import { test } from 'node:test'
import { s3V2Schemes, v2Signature } from '../../src/dialects/s3/signature-v2.js'
import { operations } from '../../src/operations/table.js'
import { parseQuery } from '../../src/wire/query.js'
import { wireRequest } from '../support/wire-request.js'

const SECRET = 'secretOfTheKeyInThisTest'
const NOW = Date.UTC(2026, 0, 2)
/** `list-type` chooses another form of the same list; `attributes` asks nothing without a header that is signed. */
const UNSIGNED = ['list-type', 'attributes']

function claimOf(query: string, headerLines = '') {
  const expires = String(NOW / 1000 + 600)
  const signature = encodeURIComponent(v2Signature(SECRET, `PUT\n\n\n${expires}\n${headerLines}/bucket/k`))
  const target = `/bucket/k?AWSAccessKeyId=AKID&Expires=${expires}&Signature=${signature}${query}`
  const request = wireRequest({ method: 'PUT', target, host: '127.0.0.1:9000', headers: {} })
  const parameters = parseQuery(request.rawQuery)
  const scheme = s3V2Schemes.find(({ presents }) => presents(request, parameters)) ?? assert.fail('no scheme')
  const address = { bucketName: 'bucket', pathStyle: true }
  return scheme.claim(request, {
    now: NOW,
    query: parameters,
    region: 'us-east-1',
    regionAliases: [],
    signatureV2: true,
    address,
  })
}

test('a signature is good for its own operation, and for none that a parameter makes of it', () => {
  assert.deepEqual(claimOf('').verify(SECRET), { kind: 'unsigned' })
  const names = new Set(
    operations.filter(({ dialects }) => dialects.includes('s3')).flatMap(({ match }) => [...(match.query ?? [])]),
  )
  assert.ok(names.size > 15)
  for (const name of names) {
    if (UNSIGNED.includes(name)) continue
    for (const value of ['', '=x']) {
      const claim = claimOf(`&${name}${value}`)
      assert.throws(() => claim.verify(SECRET), { condition: 'SignatureDoesNotMatch' }, name)
    }
  }
})

test('a header that was signed does not move into the query, where the operation would not see it', () => {
  const moved = claimOf('&x-amz-copy-source=%2Fbucket%2Fother', 'x-amz-copy-source:/bucket/other\n')
  assert.throws(() => moved.verify(SECRET), { condition: 'SignatureDoesNotMatch' })
  const token = claimOf('&x-amz-security-token=t', 'x-amz-security-token:t\n')
  assert.deepEqual(token.verify(SECRET), { kind: 'unsigned' })
})
