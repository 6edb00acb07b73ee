/**
 * Sub-resources: those that are known and not served are refused by name, those that do not take the verb with 405, and
 * none ever falls through to the bucket or object itself (design section 4: peers removed a bucket on
 * `DELETE /b?tagging`).
 */

import assert from 'node:assert/strict'
import { reservedNames, unservedOperations } from '../../src/operations/unsupported.js'
import { assertError, BUCKET, inBothDialects, inCos, inS3, type Speaker } from '../support/exchange.js'
import { raises } from '../support/raises.js'

const METHODS = ['GET', 'HEAD', 'PUT', 'POST', 'DELETE'] as const

/** A bucket, empty but for a key if one is asked for. */
async function prepare(speak: Speaker, key?: string): Promise<void> {
  await speak.makeBucket()
  if (key !== undefined) await speak.put(key, 'untouched')
}

async function assertUntouched(speak: Speaker, key?: string): Promise<void> {
  if (key === undefined) {
    assert.equal((await speak.say({ method: 'HEAD', bucket: BUCKET })).status, 200)
    return
  }
  assert.equal((await speak.say({ method: 'GET', bucket: BUCKET, key })).text, 'untouched')
}

inBothDialects(raises('NotImplemented', 'every operation that is known and not served, by its name'), async (speak) => {
  await prepare(speak)
  await speak.put('k', 'untouched')
  const rows = unservedOperations.filter(({ dialects }) => dialects.includes(speak.dialect))
  assert.ok(rows.length > 10)
  for (const { name, method, target, query } of rows) {
    const heard = await speak.say({
      method,
      ...(target === 'service' ? {} : { bucket: BUCKET }),
      ...(target === 'object' ? { key: 'k' } : {}),
      query: Object.fromEntries(query.map((each) => [each, true as const])),
      ...(method === 'PUT' || method === 'POST' ? { body: '<Anything/>' } : {}),
    })
    assertError(heard, 501, 'NotImplemented')
    assert.ok(heard.error.message.includes(name), `${name}: ${heard.error.message}`)
    assert.equal(heard.bodyRead, false)
    await assertUntouched(speak, 'k')
  }
})

inBothDialects('no verb on any reserved name reaches the bucket or the object itself', async (speak) => {
  await prepare(speak, 'k')
  await speak.makeBucket('empty-1250000000')
  // Selectors of operations that are served; each has its own specification.
  const served = new Set([
    'versions',
    'versioning',
    'location',
    'uploads',
    'delete',
    'uploadId',
    'partNumber',
    'attributes',
    'restore',
    'acl',
    'tagging',
    'policy',
    'cors',
    'encryption',
    'logging',
    'policyStatus',
    'publicAccessBlock',
    'ownershipControls',
    'requestPayment',
    'strict-signature',
    'accelerate',
    'torrent',
    'website',
    'referer',
    'domain',
    'object-lock',
    'retention',
    'legal-hold',
    'lifecycle',
  ])
  for (const name of reservedNames[speak.dialect]) {
    if (served.has(name)) continue
    for (const method of METHODS) {
      for (const [bucket, key] of [['empty-1250000000'], [BUCKET, 'k']] as const) {
        for (const value of ['', '=', '=x']) {
          const said = { method, bucket, ...(key === undefined ? {} : { key }), query: `${name}${value}` }
          const heard = await speak.say(method === 'PUT' ? { ...said, body: 'overwritten' } : said)
          const title = `${method} ${key ?? ''}?${name}${value}`
          assert.ok([400, 405, 501].includes(heard.status), `${title}: ${heard.status} ${heard.text}`)
          assert.equal(heard.bodyRead, false, title)
        }
      }
    }
    assert.equal((await speak.say({ method: 'HEAD', bucket: 'empty-1250000000' })).status, 200, name)
    await assertUntouched(speak, 'k')
  }
})

inBothDialects('a name is reserved wherever it stands in the query', async (speak) => {
  await prepare(speak, 'k')
  for (const query of ['x=1&tagging', 'tagging&x=1', 'prefix=a&&tagging=', '%74agging', 'a=%26&tagging']) {
    for (const key of [undefined, 'k']) {
      const heard = await speak.say({ method: 'DELETE', bucket: BUCKET, ...(key === undefined ? {} : { key }), query })
      assert.equal(heard.status, 204, query)
    }
    await assertUntouched(speak, 'k')
  }
})

inBothDialects('names are reserved in their own case; others mean nothing', async (speak) => {
  await prepare(speak, 'k')
  for (const query of ['Tagging', 'TAGGING', 'unknown=tagging', 'x-id=GetObject']) {
    assert.equal((await speak.say({ method: 'GET', bucket: BUCKET, key: 'k', query })).text, 'untouched', query)
  }
})

inBothDialects(raises('MethodNotAllowed', 'verbs that a sub-resource does not have'), async (speak) => {
  await prepare(speak, 'k')
  const cases: readonly (readonly [string, string, string | undefined, string])[] = [
    ['location', 'PUT', undefined, 'GET'],
    ['location', 'DELETE', undefined, 'GET'],
    ['versioning', 'DELETE', undefined, 'GET, PUT'],
    ['versions', 'DELETE', undefined, 'GET'],
    ['acl', 'DELETE', undefined, 'GET, PUT'],
    ['tagging', 'POST', undefined, 'DELETE, GET, PUT'],
    ['policy', 'POST', undefined, 'DELETE, GET, PUT'],
    ['uploads', 'PUT', undefined, 'GET'],
    ['uploads', 'DELETE', 'k', 'POST'],
    ['acl', 'DELETE', 'k', 'GET, PUT'],
    ['logging', 'DELETE', undefined, 'GET, PUT'],
  ]
  for (const [name, method, key, allowed] of cases) {
    const heard = await speak.say({ method, bucket: BUCKET, ...(key === undefined ? {} : { key }), query: name })
    const ResourceType = `${key === undefined ? 'BUCKET' : 'OBJECT'}?${name}`
    assertError(heard, 405, 'MethodNotAllowed', { Method: method, ResourceType })
    assert.equal(heard.headers.get('allow'), allowed, `${method} ?${name}`)
    await assertUntouched(speak, 'k')
  }
})

inBothDialects(raises('MethodNotAllowed', 'no sub-resource has a head'), async (speak) => {
  await prepare(speak, 'k')
  const cases: readonly (readonly [string, string | undefined, string])[] = [
    ['location', undefined, 'GET'],
    ['uploads', undefined, 'GET'],
    ['versioning', undefined, 'GET, PUT'],
    ['acl', undefined, 'GET, PUT'],
    ['tagging', undefined, 'DELETE, GET, PUT'],
    ['policy', undefined, 'DELETE, GET, PUT'],
    ['versions', undefined, 'GET'],
    ['uploadId=1', 'k', 'DELETE, GET, POST'],
    ['uploads', 'k', 'POST'],
  ]
  for (const [query, key, allowed] of cases) {
    const heard = await speak.say({ method: 'HEAD', bucket: BUCKET, ...(key === undefined ? {} : { key }), query })
    assertError(heard, 405, 'MethodNotAllowed')
    for (const method of allowed.split(', ')) {
      assert.ok(heard.headers.get('allow')?.split(', ').includes(method), `${query}: ${heard.headers.get('allow')}`)
    }
  }
})

inBothDialects(raises('MethodNotAllowed', 'verbs that nothing has'), async (speak) => {
  await prepare(speak, 'k')
  for (const method of ['PATCH', 'PROPFIND', 'TRACE']) {
    const onBucket = await speak.say({ method, bucket: BUCKET })
    assertError(onBucket, 405, 'MethodNotAllowed', { ResourceType: 'BUCKET' })
    assert.equal(onBucket.headers.get('allow'), 'DELETE, GET, HEAD, POST, PUT')
    const onObject = await speak.say({ method, bucket: BUCKET, key: 'k' })
    assertError(onObject, 405, 'MethodNotAllowed', { ResourceType: 'OBJECT' })
    assert.equal(onObject.headers.get('allow'), 'DELETE, GET, HEAD, PUT')
  }
})

inBothDialects(raises('NoLoggingStatusForKey', 'logging belongs to buckets'), async (speak) => {
  await prepare(speak, 'k')
  for (const method of METHODS) {
    const heard = await speak.say({ method, bucket: BUCKET, key: 'k', query: 'logging' })
    assertError(heard, 400, 'NoLoggingStatusForKey', method === 'HEAD' ? {} : { Key: 'k' })
  }
  await assertUntouched(speak, 'k')
})

inBothDialects(raises('RequestTorrentOfBucketError', 'there is no torrent of a bucket'), async (speak) => {
  await prepare(speak)
  for (const method of METHODS) {
    const heard = await speak.say({ method, bucket: BUCKET, query: 'torrent' })
    assertError(heard, 400, 'RequestTorrentOfBucketError', method === 'HEAD' ? {} : { BucketName: BUCKET })
  }
  await assertUntouched(speak)
})

inBothDialects(raises('InvalidArgument', 'two sub-resources at once'), async (speak) => {
  await prepare(speak, 'k')
  const cases: readonly (readonly [string, string | undefined])[] = [
    ['acl&tagging', undefined],
    ['tagging&acl', undefined],
    ['versioning&location', undefined],
    ['versions&uploads', undefined],
    ['delete&tagging', undefined],
    ['acl&tagging', 'k'],
    ['uploads&uploadId=1', 'k'],
    ['uploads&tagging', 'k'],
  ]
  for (const [query, key] of cases) {
    for (const method of METHODS) {
      const heard = await speak.say({ method, bucket: BUCKET, ...(key === undefined ? {} : { key }), query })
      assertError(heard, 400, 'InvalidArgument', method === 'HEAD' ? {} : { ArgumentName: 'ResourceType' })
      await assertUntouched(speak, 'k')
    }
  }
})

inBothDialects('the same sub-resource twice is that sub-resource', async (speak) => {
  await prepare(speak)
  const heard = await speak.say({ method: 'GET', bucket: BUCKET, query: 'location&location=' })
  assert.equal(heard.status, 200, heard.text)
})

inS3(raises('MethodNotAllowed', 'sub-resources of buckets are none of keys'), async (speak) => {
  await prepare(speak, 'k')
  for (const query of ['versioning', 'location', 'cors', 'lifecycle', 'policy', 'website', 'versions', 'delete']) {
    for (const method of ['GET', 'PUT', 'DELETE'] as const) {
      assertError(await speak.say({ method, bucket: BUCKET, key: 'k', query }), 405, 'MethodNotAllowed')
    }
  }
  await assertUntouched(speak, 'k')
})

inCos('what only S3 knows means nothing in COS', async (speak) => {
  await prepare(speak, 'k')
  const heard = await speak.say({ method: 'GET', bucket: BUCKET, key: 'k', query: 'attributes&session' })
  assert.equal(heard.text, 'untouched')
})

inS3('what only COS knows means nothing in S3', async (speak) => {
  await prepare(speak, 'k')
  const heard = await speak.say({ method: 'GET', bucket: BUCKET, key: 'k', query: 'symlink&referer' })
  assert.equal(heard.text, 'untouched')
})
