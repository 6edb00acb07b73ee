/** Section f: what deciding costs. The same GETs by the root of an account, and by a user behind every kind of rule. */

import { writeFile } from 'node:fs/promises'
import { connect } from 'node:net'
import { join } from 'node:path'
import { compared, type Finding, rounds } from './report.js'
import { APPID, CREDENTIALS, startServer, temporaryFolder } from './server.js'
import { type Credentials, requestHead } from './signing.js'
import type { Bench } from './traffic.js'

const USER: Credentials = { ...CREDENTIALS, id: 'AKIDbenchuserbenchuser', secret: 'benchuserbenchuserbenchuser' }
const BUCKET = `guarded-${APPID}`
const PLAIN = `plain-${APPID}`
const STATEMENTS = 20
const OBJECTS = 256
const CONNECTIONS = 32
const BODY_BYTES = 4 * 1024

/** Nineteen statements that do not apply, with conditions, and one that lets the user read. */
function bucketPolicy(): string {
  const Statement = Array.from({ length: STATEMENTS - 1 }, (_, index) => ({
    Sid: `s${index}`,
    Effect: index % 2 === 0 ? 'Deny' : 'Allow',
    Principal: '*',
    Action: ['s3:GetObject', 's3:PutObject'],
    Resource: `arn:aws:s3:::${BUCKET}/*`,
    Condition: {
      IpAddress: { 'aws:SourceIp': `10.${index}.0.0/16` },
      StringLike: { 'aws:UserAgent': `robot-${index}*` },
    },
  }))
  const last = {
    Sid: 'read',
    Effect: 'Allow',
    Principal: { AWS: '*' },
    Action: 's3:Get*',
    Resource: `arn:aws:s3:::${BUCKET}/*`,
  }
  return JSON.stringify({ Version: '2012-10-17', Statement: [...Statement, last] })
}

const SEED = `
accounts:
  - name: root
    appid: '${APPID}'
    policies:
      - name: reader
        document: {version: '2.0', statement: [{effect: allow, action: ['name/cos:Get*', 'name/cos:Head*'], resource: 'qcs::cos:*:uid/${APPID}:${BUCKET}/*'}]}
    users:
      - {name: bench, policies: [reader], keys: [{id: ${USER.id}, secret: ${USER.secret}}]}
buckets:
  - {name: ${BUCKET}, acl: authenticated-read}
  - {name: ${PLAIN}}
`

export async function measurePolicies({ client, quick, progress }: Bench): Promise<readonly Finding[]> {
  await using folder = await temporaryFolder()
  const seed = join(folder.path, 'seed.yaml')
  await writeFile(seed, SEED)
  await using server = await startServer(join(folder.path, 'data'), { STOWAGE_SEED: seed })
  const { port } = server
  await send(port, 'PUT', `/${BUCKET}`, { policy: '' }, bucketPolicy())
  const durationMs = quick ? 400 : 1_000
  const findings: Finding[] = []
  for (const [signing, name] of [
    ['s3', 'SigV4'],
    ['cos', 'q-sign'],
  ] as const) {
    progress(`f: signed GET of 4 KiB behind policies, ${name}`)
    const load = async (bucket: string, credentials: Credentials, method: 'GET' | 'PUT', forMs: number) => {
      const paths = Array.from({ length: OBJECTS }, (_, index) => `/${bucket}/folder/object-${index}`)
      const size = method === 'PUT' ? { bodySizeBytes: BODY_BYTES } : {}
      const shared = { port, credentials, signing, method, paths, connections: CONNECTIONS, durationMs: forMs, ...size }
      const { requests, seconds } = await client.call('load', shared)
      return requests / seconds
    }
    for (const bucket of [BUCKET, PLAIN]) await load(bucket, CREDENTIALS, 'PUT', 600_000)
    const guarded = () => load(BUCKET, USER, 'GET', durationMs)
    const plain = () => load(PLAIN, CREDENTIALS, 'GET', durationMs)
    await load(BUCKET, USER, 'GET', 2_000)
    await load(PLAIN, CREDENTIALS, 'GET', 2_000)
    const done = await rounds(quick ? 3 : 9, guarded, plain)
    findings.push(
      compared('f', `signed GET 4 KiB, ${STATEMENTS} statements, ${name}`, '/s', 'root key, no rules', 0.9, done),
    )
  }
  return findings
}

/** One request with a body; rejects unless it succeeds. */
function send(port: number, method: string, path: string, query: Record<string, string>, body: string): Promise<void> {
  const host = `127.0.0.1:${port}`
  const head = requestHead('s3', { method, host, path, query, bodySizeBytes: Buffer.byteLength(body) }, CREDENTIALS)
  return new Promise((resolve, reject) => {
    const socket = connect(port, '127.0.0.1', () => socket.write(Buffer.concat([head, Buffer.from(body)])))
    socket.once('error', reject)
    socket.once('data', (chunk) => {
      socket.destroy()
      const line = chunk.toString('latin1').split('\r\n', 1)[0] ?? ''
      if (/ 2\d\d /.test(line)) resolve()
      else reject(new Error(`${method} ${path}: ${chunk.toString('utf8')}`))
    })
  })
}
