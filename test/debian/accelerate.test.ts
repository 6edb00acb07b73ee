/** The accelerate host with s3cmd, which reaches it by its production name through this server as a proxy. */

import assert from 'node:assert/strict'
import { readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { test } from 'node:test'
import { PutBucketAccelerateConfigurationCommand } from '@aws-sdk/client-s3'
import { startServer } from '../../src/testing.js'
import { patterned, s3PathStyle } from '../sdk/clients.js'
import { temporaryDirectory } from '../support/temporary-directory.js'
import { runner } from './programs.js'

test('s3cmd transfers by the accelerate host of a bucket, and is told when it is suspended', async () => {
  await using server = await startServer({ memory: true })
  await using directory = await temporaryDirectory()
  const { host, port, credentials } = server
  const configuration = [
    '[default]',
    `access_key = ${credentials.secretId}`,
    `secret_key = ${credentials.secretKey}`,
    'host_base = s3.amazonaws.com',
    'host_bucket = %(bucket)s.s3-accelerate.amazonaws.com',
    `proxy_host = ${host}`,
    `proxy_port = ${port}`,
    'use_https = False',
    '',
  ]
  const [file, large, fetched] = ['s3cfg', 'large', 'fetched'].map((name) => join(directory.path, name))
  assert.ok(file !== undefined && large !== undefined && fetched !== undefined)
  await writeFile(file, configuration.join('\n'))
  await writeFile(large, patterned(11 * 1024 * 1024))
  const s3cmd = runner('s3cmd', String(process.env['PATH']), ['--config', file, '--no-progress'], directory.path)
  const s3 = s3PathStyle(server)
  const switchTo = (Status: 'Enabled' | 'Suspended') =>
    s3.send(new PutBucketAccelerateConfigurationCommand({ Bucket: 'fast', AccelerateConfiguration: { Status } }))
  await s3cmd.mustRun(['mb', 's3://fast', '--host-bucket=%(bucket)s.s3.amazonaws.com'])
  await switchTo('Enabled')
  await s3cmd.mustRun(['put', '--multipart-chunk-size-mb=5', large, 's3://fast/large'])
  await s3cmd.mustRun(['get', '--force', 's3://fast/large', fetched])
  assert.ok((await readFile(fetched)).equals(await readFile(large)))
  await switchTo('Suspended')
  const refused = await s3cmd.run(['ls', 's3://fast'])
  assert.notEqual(refused.code, 0)
  assert.match(refused.errors, /400 \(InvalidRequest\).*disabled on this bucket/)
  s3.destroy()
})
