/** curl: presigned URLs, its own AWS signature, and production COS host names through HTTP_PROXY. */

import assert from 'node:assert/strict'
import { readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import test, { after, before, describe } from 'node:test'
import { startServer, type TestServer } from '../../src/testing.js'
import { s3SignatureFields } from '../../src/tries/form.js'
import { cosThroughProxy, REGION } from '../sdk/clients.js'
import { type TemporaryDirectory, temporaryDirectory } from '../support/temporary-directory.js'
import { runner } from './programs.js'

describe('curl', () => {
  let server: TestServer
  let directory: TemporaryDirectory
  let curl: ReturnType<typeof runner>
  let unhashed: readonly string[]
  let signing: readonly string[]
  const at = { Bucket: 'examplebucket-1250000000', Region: REGION }
  const host = `${at.Bucket}.cos.${REGION}.myqcloud.com`

  before(async () => {
    server = await startServer({ memory: true })
    directory = await temporaryDirectory()
    curl = runner('curl', String(process.env['PATH']), ['--silent', '--show-error', '--disable'], directory.path)
    const { secretId, secretKey } = server.credentials
    unhashed = ['--aws-sigv4', 'aws:amz:us-east-1:s3', '--user', `${secretId}:${secretKey}`]
    signing = [...unhashed, '--header', 'x-amz-content-sha256: UNSIGNED-PAYLOAD']
    await cosThroughProxy(server).putBucket(at)
  })
  after(async () => {
    await server.close()
    await directory[Symbol.asyncDispose]()
  })

  test('reads and writes by presigned URLs of production hosts through HTTP_PROXY', async () => {
    const cos = cosThroughProxy(server)
    const environment = { http_proxy: server.endpoint }
    const Key = '签 名+(1).txt'
    const put = cos.getObjectUrl({ ...at, Key, Sign: true, Method: 'PUT' }, () => {})
    assert.ok(put.startsWith(`http://${host}/`))
    await writeFile(join(directory.path, 'body'), 'by curl')
    await curl.mustRun(['--fail', '--upload-file', join(directory.path, 'body'), put], { environment })
    const get = cos.getObjectUrl({ ...at, Key, Sign: true }, () => {})
    const { text } = await curl.mustRun(['--fail', get], { environment })
    assert.equal(text, 'by curl')
    const anonymous = await curl.mustRun([`http://${host}/x`], { environment })
    assert.match(anonymous.text, /<Code>AccessDenied<\/Code>/)
    assert.match(anonymous.text, new RegExp(`<Resource>${host}/x</Resource>`))
  })

  test('reads and writes with its own AWS signature', async () => {
    const url = `${server.endpoint}/${at.Bucket}/own%20signature.txt`
    const file = join(directory.path, 'body')
    await writeFile(file, 'signed by curl')
    await curl.mustRun(['--fail', ...signing, '--upload-file', file, url])
    const { text } = await curl.mustRun(['--fail', ...signing, url])
    assert.equal(text, 'signed by curl')
    const range = await curl.mustRun(['--fail', ...signing, '--range', '0-5', url])
    assert.equal(range.text, 'signed')
    const head = await curl.mustRun(['--fail', ...signing, '--head', url])
    assert.match(head.text, /^content-length: 14\r$/im)
    const listing = await curl.mustRun(['--fail', ...signing, `${server.endpoint}/${at.Bucket}?list-type=2`])
    assert.match(listing.text, /<Key>own signature\.txt<\/Key>/)
    await curl.mustRun(['--fail', ...signing, '--request', 'DELETE', url])
    const gone = await curl.mustRun([...signing, '--write-out', '%{http_code}', url])
    assert.match(gone.text, /<Code>NoSuchKey<\/Code>[\s\S]*404$/)
  })

  test('uploads by a form that it makes, and sees why another is refused', async () => {
    const file = join(directory.path, 'form file.txt')
    await writeFile(file, 'a form by curl\r\n--')
    const { secretId, secretKey } = server.credentials
    const how = {
      credentials: { id: secretId, secret: secretKey },
      now: Date.now(),
      conditions: [['starts-with', '$key', 'forms/']],
    }
    const fields = Object.entries(s3SignatureFields({ ...how, region: REGION }))
    const form = fields.flatMap(([name, value]) => ['--form-string', `${name}=${value}`])
    const url = `${server.endpoint}/${at.Bucket}`
    const ending = ['--form', `file=@"${file}"`, '--write-out', '%{http_code}', url]
    // biome-ignore lint/suspicious/noTemplateCurlyInString: the variable of the forms, none of ours
    const sent = await curl.mustRun(['--form-string', 'key=forms/${filename}', ...form, ...ending])
    assert.equal(sent.text, '204')
    const { text } = await curl.mustRun(['--fail', ...signing, `${url}/forms/form%20file.txt`])
    assert.equal(text, 'a form by curl\r\n--')
    const refused = await curl.mustRun(['--form-string', 'key=elsewhere', ...form, ...ending])
    assert.match(refused.text, /<Code>AccessDenied<\/Code>[\s\S]*403$/)
  })

  test('learns that its signature needs the hash of the payload', async () => {
    const { text } = await curl.mustRun([...unhashed, `${server.endpoint}/${at.Bucket}`])
    // Newer versions send the header of their own accord.
    assert.match(text, /Missing required header for this request: x-amz-content-sha256|<ListBucketResult/)
  })

  test('waits for leave to send a large body, and learns before sending it that it may not', async () => {
    const file = join(directory.path, 'large')
    await writeFile(file, Buffer.alloc(3_000_000, 1))
    const url = `${server.endpoint}/${at.Bucket}/large`
    await curl.mustRun(['--fail', ...signing, '--expect100-timeout', '30', '--upload-file', file, url])
    await curl.mustRun(['--fail', ...signing, '--output', join(directory.path, 'fetched'), url])
    assert.deepEqual(await readFile(join(directory.path, 'fetched')), Buffer.alloc(3_000_000, 1))
    const refused = await curl.mustRun([
      '--expect100-timeout',
      '30',
      '--upload-file',
      file,
      '--write-out',
      '%{size_upload}',
      url,
    ])
    assert.match(refused.text, /<Code>AccessDenied<\/Code>[\s\S]*>\s*0$/)
  })
})
