/** Buckets of several regions with s3cmd, which names the region in the body, and rclone, which is told an endpoint. */

import assert from 'node:assert/strict'
import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import test, { after, before } from 'node:test'
import { startServer, type TestServer } from '../../src/testing.js'
import { REGION } from '../sdk/clients.js'
import { type TemporaryDirectory, temporaryDirectory } from '../support/temporary-directory.js'
import { runner } from './programs.js'

const SECOND = 'ap-beijing'
const PATH = String(process.env['PATH'])

let server: TestServer
let directory: TemporaryDirectory

before(async () => {
  server = await startServer({ memory: true, settings: { STOWAGE_REGIONS: SECOND } })
  directory = await temporaryDirectory()
})
after(async () => {
  await server.close()
  await directory[Symbol.asyncDispose]()
})

test('s3cmd makes a bucket in the second region, and is told that there is no third', async () => {
  const { credentials, host, port } = server
  const file = join(directory.path, 's3cfg')
  await writeFile(
    file,
    `[default]
access_key = ${credentials.secretId}
secret_key = ${credentials.secretKey}
host_base = ${host}:${port}
host_bucket = ${host}:${port}
use_https = False
`,
  )
  const s3cmd = runner('s3cmd', PATH, ['--config', file, '--no-progress'], directory.path)
  await s3cmd.mustRun(['mb', 's3://there', `--bucket-location=${SECOND}`])
  assert.match((await s3cmd.mustRun(['info', 's3://there'])).text, new RegExp(`Location: +${SECOND}`))
  await writeFile(join(directory.path, 'a.txt'), 'content')
  await s3cmd.mustRun(['put', join(directory.path, 'a.txt'), 's3://there/a.txt'])
  assert.equal((await s3cmd.mustRun(['get', 's3://there/a.txt', '-'])).text, 'content')
  const nowhere = await s3cmd.run(['mb', 's3://nowhere', '--bucket-location=mars-1'])
  assert.notEqual(nowhere.code, 0)
  assert.match(nowhere.errors, /location-constraint is not valid|InvalidLocationConstraint/)
})

test('rclone at the endpoint of the second region makes and finds its buckets there, and at another is told so', async () => {
  const { credentials, endpoint } = server
  const configuration = join(directory.path, 'rclone.conf')
  const remote = (name: string, region: string) => `[${name}]
type = s3
provider = TencentCOS
access_key_id = ${credentials.secretId}
secret_access_key = ${credentials.secretKey}
endpoint = http://cos.${region}.myqcloud.com
`
  await writeFile(configuration, `${remote('home', REGION)}\n${remote('second', SECOND)}`)
  const first = ['--config', configuration, '--retries=1', '--low-level-retries=1']
  const rclone = runner('rclone', PATH, first, directory.path, { http_proxy: endpoint })
  const bucket = 'rclone-1250000000'
  await rclone.mustRun(['mkdir', `second:${bucket}`])
  await rclone.mustRun(['rcat', `second:${bucket}/a.txt`], { input: 'content' })
  assert.equal((await rclone.mustRun(['cat', `second:${bucket}/a.txt`])).text, 'content')
  const elsewhere = await rclone.run(['cat', `home:${bucket}/a.txt`])
  assert.deepEqual([elsewhere.code === 0, elsewhere.text], [false, ''])
  assert.match(elsewhere.errors, /PermanentRedirect|ap-beijing/)
})
