import assert from 'node:assert/strict'
import { createHash } from 'node:crypto'
import { assertError, type Heard, inBothDialects, inS3, type Speaker } from '../../support/exchange.js'
import { raises } from '../../support/raises.js'
import { blobsAfterReclaim } from '../multipart/upload.js'

const ABSENT_ID = Buffer.from('18000000000000000000').toString('base64').slice(0, 27)

async function remove(speak: Speaker, key: string, versionId?: string): Promise<Heard> {
  speak.clock.advance(1)
  const query = versionId === undefined ? {} : { versionId }
  const heard = await speak.say({ method: 'DELETE', bucket: speak.bucket, key, query })
  assert.equal(heard.status, 204, heard.text)
  return heard
}

async function put(speak: Speaker, key: string, body: string): Promise<string> {
  speak.clock.advance(1)
  return (await speak.put(key, body)).headers.get(`${speak.prefix}version-id`) ?? 'null'
}

async function read(speak: Speaker, key: string, versionId?: string): Promise<string | number> {
  const query = versionId === undefined ? {} : { versionId }
  const heard = await speak.say({ method: 'GET', bucket: speak.bucket, key, query })
  return heard.status === 200 ? heard.text : heard.status
}

/** What the answer says about versions. */
function shown(speak: Speaker, { headers }: Heard) {
  return { marker: headers.get(`${speak.prefix}delete-marker`), id: headers.get(`${speak.prefix}version-id`) }
}

inBothDialects('deleting what is not there is 204 and says nothing', async (speak) => {
  await speak.makeBucket()
  assert.deepEqual(shown(speak, await remove(speak, 'k')), { marker: undefined, id: undefined })
  for (const versionId of [ABSENT_ID, 'null']) await remove(speak, 'k', versionId)
})

inBothDialects(raises('InvalidArgument', 'deleting a version whose id is none'), async (speak) => {
  await speak.makeBucket()
  const heard = await speak.say({ method: 'DELETE', bucket: speak.bucket, key: 'k', query: { versionId: 'x' } })
  assertError(heard, 400, 'InvalidArgument', { ArgumentName: 'versionId', ArgumentValue: 'x' })
})

inBothDialects(raises('AccessDenied', 'deleting from the bucket of another account'), async (speak) => {
  await speak.makeBucket()
  await speak.put('k', 'x')
  for (const as of ['anonymous', 'other'] as const) {
    assert.equal((await speak.say({ method: 'DELETE', bucket: speak.bucket, key: 'k', as })).status, 403)
  }
  assert.equal(await read(speak, 'k'), 'x')
})

inBothDialects(raises('NoSuchBucket', 'deleting from a bucket that is not there'), async (speak) => {
  assertError(await speak.say({ method: 'DELETE', bucket: speak.bucket, key: 'k' }), 404, 'NoSuchBucket')
})

inBothDialects('in a bucket that never was versioned the object goes, with its bytes', async (speak) => {
  await speak.makeBucket()
  await speak.put('k', 'x'.repeat(200_000))
  assert.deepEqual(shown(speak, await remove(speak, 'k')), { marker: undefined, id: undefined })
  assert.equal(await read(speak, 'k'), 404)
  assert.equal(await blobsAfterReclaim(speak), 0)
})

inBothDialects('enabled: a delete marker is put on top, also on another marker and on nothing', async (speak) => {
  await speak.makeBucket()
  await speak.setVersioning('Enabled')
  const first = await put(speak, 'k', 'first')
  const ids = new Set([first])
  for (const key of ['k', 'k', 'nothing']) {
    const { marker, id } = shown(speak, await remove(speak, key))
    assert.equal(marker, 'true')
    assert.match(id ?? '', /^[A-Za-z0-9]{27}$/)
    ids.add(id ?? '')
    assert.equal(await read(speak, key), 404)
  }
  assert.equal(ids.size, 4)
  assert.equal(await read(speak, 'k', first), 'first')
})

inBothDialects('a version goes for good, and the newest of the others is the current one', async (speak) => {
  await speak.makeBucket()
  await speak.setVersioning('Enabled')
  const first = await put(speak, 'k', 'first')
  const second = await put(speak, 'k', 'second')
  const third = await put(speak, 'k', 'third')
  assert.deepEqual(shown(speak, await remove(speak, 'k', second)), { marker: undefined, id: second })
  assert.equal(await read(speak, 'k'), 'third')
  assert.equal(await read(speak, 'k', second), 404)
  await remove(speak, 'k', third)
  assert.equal(await read(speak, 'k'), 'first')
  await remove(speak, 'k', first)
  assert.equal(await read(speak, 'k'), 404)
  assert.deepEqual(shown(speak, await remove(speak, 'k', second)), { marker: undefined, id: undefined })
})

inBothDialects('removing a delete marker brings the object back', async (speak) => {
  await speak.makeBucket()
  await speak.setVersioning('Enabled')
  await put(speak, 'k', 'first')
  const { id = '' } = shown(speak, await remove(speak, 'k'))
  assert.deepEqual(shown(speak, await remove(speak, 'k', id)), { marker: 'true', id })
  assert.equal(await read(speak, 'k'), 'first')
})

inBothDialects('suspended: the null version gives way to a null marker, the others stay', async (speak) => {
  await speak.makeBucket()
  await put(speak, 'k', 'null version')
  await speak.setVersioning('Enabled')
  const kept = await put(speak, 'k', 'kept')
  await speak.setVersioning('Suspended')
  assert.deepEqual(shown(speak, await remove(speak, 'k')), { marker: 'true', id: 'null' })
  assert.equal(await read(speak, 'k'), 404)
  assert.equal(await read(speak, 'k', kept), 'kept')
  // A second one takes the place of the first.
  assert.deepEqual(shown(speak, await remove(speak, 'k')), { marker: 'true', id: 'null' })
  assert.deepEqual(shown(speak, await remove(speak, 'k', 'null')), { marker: 'true', id: 'null' })
  assert.equal(await read(speak, 'k'), 'kept')
})

inBothDialects('an object from before versioning is removed by the id null', async (speak) => {
  await speak.makeBucket()
  await put(speak, 'k', 'old')
  await speak.setVersioning('Enabled')
  await put(speak, 'k', 'new')
  assert.deepEqual(shown(speak, await remove(speak, 'k', 'null')), { marker: undefined, id: 'null' })
  assert.equal(await read(speak, 'k', 'null'), 404)
  assert.equal(await read(speak, 'k'), 'new')
})

inBothDialects('a bucket that never was versioned knows the id null of its objects', async (speak) => {
  await speak.makeBucket()
  await put(speak, 'k', 'x')
  await remove(speak, 'k', ABSENT_ID)
  assert.equal(await read(speak, 'k'), 'x')
  await remove(speak, 'k', 'null')
  assert.equal(await read(speak, 'k'), 404)
})

inBothDialects(raises('PreconditionFailed', 'a delete whose condition does not hold'), async (speak) => {
  await speak.makeBucket()
  await put(speak, 'k', 'x')
  const said = { method: 'DELETE', bucket: speak.bucket, key: 'k' }
  assertError(await speak.say({ ...said, headers: { 'if-match': '"other"' } }), 412, 'PreconditionFailed', {
    Condition: 'If-Match',
  })
  assert.equal(await read(speak, 'k'), 'x')
  const etag = createHash('md5').update('x').digest('hex')
  assert.equal((await speak.say({ ...said, headers: { 'if-match': `"${etag}"` } })).status, 204)
  assert.equal(await read(speak, 'k'), 404)
})

inS3('a delete that demands an ETag compares it with the version it names', async (speak) => {
  await speak.makeBucket()
  await speak.setVersioning('Enabled')
  const first = await put(speak, 'k', 'first')
  await put(speak, 'k', 'second')
  const etag = `"${createHash('md5').update('second').digest('hex')}"`
  const said = { method: 'DELETE', bucket: speak.bucket, key: 'k', query: { versionId: first } }
  assertError(await speak.say({ ...said, headers: { 'if-match': etag } }), 412, 'PreconditionFailed')
  assert.equal(await read(speak, 'k', first), 'first')
})

inBothDialects('the id of a removed version is not given again, even within a millisecond', async (speak) => {
  await speak.makeBucket()
  await speak.setVersioning('Enabled')
  const ids = new Set<string>()
  for (let count = 0; count < 5; count++) {
    const versionId = (await speak.put('k')).headers.get(`${speak.prefix}version-id`) ?? ''
    ids.add(versionId)
    await speak.say({ method: 'DELETE', bucket: speak.bucket, key: 'k', query: { versionId } })
  }
  assert.equal(ids.size, 5)
})
