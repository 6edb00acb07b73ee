/** Forms over a socket: those that the AWS SDK signs, and those of a page that signs for COS, sent as browsers send them. */

import assert from 'node:assert/strict'
import { after, before, describe, test } from 'node:test'
import { CreateBucketCommand, GetObjectCommand } from '@aws-sdk/client-s3'
import { createPresignedPost } from '@aws-sdk/s3-presigned-post'
import { startServer, type TestServer } from '../../src/testing.js'
import { cosSignatureFields, type Fields } from '../../src/tries/form.js'
import { cosThroughProxy, patterned, REGION, s3PathStyle } from './clients.js'

const BUCKET = 'examplebucket-1250000000'
const LARGE_BYTES = 3 * 1024 * 1024 + 7

describe('form uploads', () => {
  let server: TestServer
  before(async () => {
    server = await startServer({ memory: true })
    await s3PathStyle(server).send(new CreateBucketCommand({ Bucket: BUCKET }))
  })
  after(() => server.close())

  const read = async (Key: string) => {
    const { Body, ContentType, Metadata } = await s3PathStyle(server).send(
      new GetObjectCommand({ Bucket: BUCKET, Key }),
    )
    assert.ok(Body !== undefined)
    return { bytes: Buffer.from(await Body.transformToByteArray()), ContentType, Metadata }
  }
  const send = (url: string, fields: Fields, file: Uint8Array, filename: string) => {
    const form = new FormData()
    for (const [name, value] of Object.entries(fields)) form.append(name, value)
    form.append('file', new Blob([Uint8Array.from(file)], { type: 'application/x-thing' }), filename)
    form.append('submit', 'Upload')
    return fetch(url, { method: 'POST', body: form, redirect: 'manual' })
  }

  test('@aws-sdk/s3-presigned-post: a form that it signs is taken, and one beyond its conditions is not', async () => {
    const { url, fields } = await createPresignedPost(s3PathStyle(server), {
      Bucket: BUCKET,
      // biome-ignore lint/suspicious/noTemplateCurlyInString: the variable of the forms, none of ours
      Key: 'user/eric/${filename}',
      Conditions: [
        ['content-length-range', 1, LARGE_BYTES],
        ['starts-with', '$Content-Type', 'image/'],
      ],
      Fields: { 'Content-Type': 'image/png', 'x-amz-meta-who': 'eric', success_action_status: '201' },
      Expires: 600,
    })
    const content = patterned(LARGE_BYTES)
    const answer = await send(url, fields, content, 'photo 1.png')
    const text = await answer.text()
    assert.equal(answer.status, 201, text)
    assert.match(text, /<PostResponse>.*<Key>user\/eric\/photo 1\.png<\/Key>/s)
    const { bytes, ContentType, Metadata } = await read('user/eric/photo 1.png')
    assert.ok(bytes.equals(content))
    assert.deepEqual({ ContentType, who: Metadata?.['who'] }, { ContentType: 'image/png', who: 'eric' })

    const large = await send(url, fields, Buffer.concat([content, Buffer.from('x')]), 'large.png')
    assert.match(await large.text(), /<Code>EntityTooLarge<\/Code>/)
    const page = await send(url, { ...fields, 'Content-Type': 'text/html' }, content, 'page.html')
    assert.match(await page.text(), /<Code>AccessDenied<\/Code><Message>Invalid according to Policy: /)
    const shared = await send(url, { ...fields, 'x-amz-meta-more': '1' }, content, 'more.png')
    assert.match(await shared.text(), /Extra input fields: x-amz-meta-more/)
    const elsewhere = await send(url, { ...fields, key: 'other/k' }, content, 'k')
    assert.equal(elsewhere.status, 403)
    await assert.rejects(read('large.png'))
  })

  test('@aws-sdk/s3-presigned-post: keys that do not fit are told apart', async () => {
    const strange = s3PathStyle(server, { credentials: { accessKeyId: 'AKIDnobody', secretAccessKey: 'nobody' } })
    const unknown = await createPresignedPost(strange, { Bucket: BUCKET, Key: 'k' })
    assert.match(await (await send(unknown.url, unknown.fields, Buffer.from('x'), 'k')).text(), /InvalidAccessKeyId/)
    const accessKeyId = server.credentials.secretId
    const mistaken = s3PathStyle(server, { credentials: { accessKeyId, secretAccessKey: 'mistaken' } })
    const wrong = await createPresignedPost(mistaken, { Bucket: BUCKET, Key: 'k' })
    assert.match(await (await send(wrong.url, wrong.fields, Buffer.from('x'), 'k')).text(), /SignatureDoesNotMatch/)
  })

  test('a page that signs for COS: the form is taken at the bare address, and the browser is sent on', async () => {
    const signing = {
      credentials: { id: server.credentials.secretId, secret: server.credentials.secretKey },
      now: Date.now(),
      conditions: [{ bucket: BUCKET }, ['starts-with', '$key', 'folder/'], ['content-length-range', 1, 1048576]],
    }
    const fields = {
      key: 'folder/照片.png',
      success_action_redirect: 'http://page.example/done?from=form',
      'x-cos-meta-color': 'red',
      ...cosSignatureFields(signing),
    }
    const answer = await send(`${server.endpoint}/${BUCKET}`, fields, Buffer.from('picture'), 'x')
    assert.equal(answer.status, 303, await answer.text())
    assert.ok(answer.headers.has('x-cos-request-id') && !answer.headers.has('x-amz-request-id'))
    const location = new URL(answer.headers.get('location') ?? '')
    assert.equal(location.host, 'page.example')
    assert.deepEqual(
      [...location.searchParams],
      [
        ['from', 'form'],
        ['bucket', BUCKET],
        ['key', 'folder/照片.png'],
        ['etag', answer.headers.get('etag')],
      ],
    )
    const head = await cosThroughProxy(server).headObject({ Bucket: BUCKET, Region: REGION, Key: 'folder/照片.png' })
    assert.equal(head.headers?.['x-cos-meta-color'], 'red')
    const other = await send(`${server.endpoint}/${BUCKET}`, { ...fields, key: 'other' }, Buffer.from('picture'), 'x')
    assert.match(await other.text(), /Condition key key doesn't match the value folder\//)
  })
})
