/**
 * Everyday work with rclone, as its providers "Other" and "TencentCOS". The second addresses buckets by host name
 * whatever it is told, so it keeps the production endpoint and comes by HTTP_PROXY.
 */

import assert from 'node:assert/strict'
import { mkdir, readFile, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import test, { after, before, describe } from 'node:test'
import { startServer, type TestServer } from '../../src/testing.js'
import { patterned, REGION } from '../sdk/clients.js'
import { type TemporaryDirectory, temporaryDirectory } from '../support/temporary-directory.js'
import { runner } from './programs.js'

const MIB = 1024 * 1024

const PROVIDERS = [
  { provider: 'Other', endpoint: (server: TestServer) => server.endpoint },
  { provider: 'TencentCOS', endpoint: () => `http://cos.${REGION}.myqcloud.com` },
]

for (const { provider, endpoint } of PROVIDERS) {
  describe(`rclone with the provider ${provider}`, () => {
    let server: TestServer
    let directory: TemporaryDirectory
    let rclone: ReturnType<typeof runner>
    const bucket = 'examplebucket-1250000000'
    const local = (name: string) => join(directory.path, name)
    const namesIn = async (place: string) => {
      const { text } = await rclone.mustRun(['lsf', '-R', '--files-only', place])
      return text.split('\n').filter((name) => name !== '')
    }

    before(async () => {
      // Five minutes of a day that lasts a second are over before the next program has begun.
      server = await startServer({ memory: true, settings: { STOWAGE_DAY_MS: '1000' } })
      directory = await temporaryDirectory()
      const configuration = local('rclone.conf')
      await writeFile(
        configuration,
        `[server]
type = s3
provider = ${provider}
access_key_id = ${server.credentials.secretId}
secret_access_key = ${server.credentials.secretKey}
endpoint = ${endpoint(server)}
`,
      )
      const first = ['--config', configuration, '--retries=1', '--low-level-retries=2']
      rclone = runner('rclone', String(process.env['PATH']), first, directory.path, { http_proxy: server.endpoint })
      await rclone.mustRun(['mkdir', `server:${bucket}`])
      await mkdir(local('source/深 folder'), { recursive: true })
      for (const name of ['a.txt', 'b c+d.txt', '深 folder/e.txt']) await writeFile(local(`source/${name}`), name)
      await writeFile(local('source/empty'), '')
      await writeFile(local('large.bin'), patterned(11 * MIB + 3, 41))
    })
    after(async () => {
      await server.close()
      await directory[Symbol.asyncDispose]()
    })

    test('keeps files that the server encrypts, and those under a key of the key service', async () => {
      const kms = ['--s3-server-side-encryption=aws:kms', '--s3-sse-kms-key-id=alias/aws/s3']
      for (const key of [['--s3-server-side-encryption=AES256'], kms]) {
        const place = `server:${bucket}/sealed`
        await rclone.mustRun(['copy', ...key, '--s3-upload-cutoff=5M', local('large.bin'), place])
        await rclone.mustRun(['copy', ...key, `${place}/large.bin`, local('opened')])
        assert.deepEqual(await readFile(local('opened/large.bin')), patterned(11 * MIB + 3, 41))
        await rclone.mustRun(['delete', ...key, place])
      }
    })

    test('makes and lists buckets', async () => {
      await rclone.mustRun(['mkdir', 'server:second-1250000000'])
      const { text } = await rclone.mustRun(['lsf', 'server:'])
      assert.deepEqual(text.trim().split('\n').sort(), [`${bucket}/`, 'second-1250000000/'])
      await rclone.mustRun(['rmdir', 'server:second-1250000000'])
    })

    test('copies a folder and finds nothing to do the second time', async () => {
      const target = `server:${bucket}/copy`
      await rclone.mustRun(['copy', local('source'), target])
      await rclone.mustRun(['check', local('source'), target])
      await rclone.mustRun(['check', '--download', local('source'), target])
      const again = await rclone.mustRun(['copy', '-v', local('source'), target])
      assert.doesNotMatch(again.errors, /Copied/)
      const { text } = await rclone.mustRun(['lsjson', '--hash', target])
      const rows: unknown = JSON.parse(text)
      assert.ok(Array.isArray(rows))
      assert.deepEqual(
        rows.map((row: { Path: string; Size: number; IsDir: boolean }) => [row.Path, row.IsDir ? 0 : row.Size]).sort(),
        [
          ['a.txt', 5],
          ['b c+d.txt', 9],
          ['empty', 0],
          ['深 folder', 0],
        ],
      )
    })

    test('sync changes what changed and removes what is gone', async () => {
      const target = `server:${bucket}/sync`
      await mkdir(local('changing'))
      for (const name of ['stays', 'goes']) await writeFile(local(`changing/${name}`), name)
      await rclone.mustRun(['sync', local('changing'), target])
      await rm(local('changing/goes'))
      await writeFile(local('changing/stays'), 'changed')
      await rclone.mustRun(['sync', local('changing'), target])
      assert.deepEqual(await namesIn(target), ['stays'])
      await rclone.mustRun(['check', '--download', local('changing'), target])
      await rclone.mustRun(['copy', target, local('back')])
      assert.equal(await readFile(local('back/stays'), 'utf8'), 'changed')
    })

    test('reads a range', async () => {
      await rclone.mustRun(['copyto', local('source/a.txt'), `server:${bucket}/range`])
      const { text } = await rclone.mustRun(['cat', '--offset', '2', '--count', '2', `server:${bucket}/range`])
      assert.equal(text, 'tx')
      const { text: tail } = await rclone.mustRun(['cat', '--tail', '3', `server:${bucket}/range`])
      assert.equal(tail, 'txt')
    })

    test('sends a large file in parts, copies it on the server, and checks it byte by byte', async () => {
      const large = ['--s3-upload-cutoff=5M', '--s3-chunk-size=5M']
      await rclone.mustRun(['copyto', ...large, local('large.bin'), `server:${bucket}/large/a.bin`])
      const { output } = await rclone.mustRun(['cat', `server:${bucket}/large/a.bin`])
      assert.deepEqual(output, await readFile(local('large.bin')))
      const byParts = ['--s3-copy-cutoff=5M', ...large]
      await rclone.mustRun(['copyto', ...byParts, `server:${bucket}/large/a.bin`, `server:${bucket}/large/b.bin`])
      await mkdir(local('both'))
      for (const name of ['a.bin', 'b.bin']) await writeFile(local(`both/${name}`), output)
      await rclone.mustRun(['check', '--download', local('both'), `server:${bucket}/large`])
    })

    test('takes a stream of unknown length', async () => {
      await rclone.mustRun(['rcat', `server:${bucket}/stream`], { input: patterned(300_000, 43) })
      const { output } = await rclone.mustRun(['cat', `server:${bucket}/stream`])
      assert.deepEqual(output, patterned(300_000, 43))
    })

    test('moves and deletes', async () => {
      await rclone.mustRun(['copyto', local('source/a.txt'), `server:${bucket}/moves/from`])
      await rclone.mustRun(['moveto', `server:${bucket}/moves/from`, `server:${bucket}/moves/to 中`])
      assert.deepEqual(await namesIn(`server:${bucket}/moves`), ['to 中'])
      await rclone.mustRun(['deletefile', `server:${bucket}/moves/to 中`])
      assert.deepEqual(
        await namesIn(`server:${bucket}`).then((names) => names.filter((name) => /^moves/.test(name))),
        [],
      )
    })

    test('archives, restores what is archived, and takes it out of the archive', async () => {
      const cold = `server:${bucket}/cold`
      await rclone.mustRun(['copyto', '--s3-storage-class=GLACIER', local('source/a.txt'), `${cold}/archived`])
      await rclone.mustRun(['copyto', local('source/a.txt'), `${cold}/plain`])
      const refused = await rclone.run(['cat', `${cold}/archived`])
      assert.match(refused.errors, /Object in GLACIER, restore first/)
      const restore = ['backend', 'restore', cold, '-o', 'priority=Expedited', '-o', 'lifetime=1000']
      const { text } = await rclone.mustRun(restore)
      assert.match(text, /"Status": "OK",\s+"Remote": "archived"/)
      assert.match(text, /"Status": "Not GLACIER or DEEP_ARCHIVE storage class",\s+"Remote": "plain"/)
      assert.equal((await rclone.mustRun(['cat', `${cold}/archived`])).text, 'a.txt')
      const tiers = async () => (await rclone.mustRun(['lsf', '--format=pT', cold])).text.trim().split('\n')
      assert.deepEqual(await tiers(), ['archived;GLACIER', 'plain;STANDARD'])
      await rclone.mustRun(['settier', 'STANDARD', `${cold}/archived`])
      assert.deepEqual(await tiers(), ['archived;STANDARD', 'plain;STANDARD'])
    })

    test('says of a bucket that is not there that it is not there', async () => {
      const elsewhere = await rclone.run(['lsf', 'server:missing-1250000000'])
      assert.match(elsewhere.errors, /directory not found/)
    })

    test('purge leaves nothing, and the bucket can go', async () => {
      const purged = 'purged-1250000000'
      await rclone.mustRun(['copy', local('source'), `server:${purged}/x`])
      await rclone.mustRun(['purge', `server:${purged}`])
      const { text } = await rclone.mustRun(['lsf', 'server:'])
      assert.doesNotMatch(text, /purged/)
    })
  })
}
