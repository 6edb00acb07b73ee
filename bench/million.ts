/** Sections d and e: a bucket of a million keys, listed from end to end; and what a server with it needs. */

import { randomBytes } from 'node:crypto'
import { join } from 'node:path'
import { closeStores, createService, openMasterKey, openStores, prepareData } from '../src/app.js'
import { silentLog } from '../src/base/telemetry.js'
import { loadSettings } from '../src/config/load.js'
import type { Put } from '../src/meta/meta-store.js'
import { type Finding, median } from './report.js'
import { objectRows } from './rows.js'
import { APPID, CREDENTIALS, type RunningServer, startServer, temporaryFolder } from './server.js'
import type { Bench } from './traffic.js'

const KEYS_PER_FOLDER = 1_000
const BUCKETS = { s3: 'million', cos: `million-${APPID}` } as const
/** Rows of one commit while loading. */
const BATCH_ROWS = 20_000

export async function measureMillion(bench: Bench, sections: ReadonlySet<string>): Promise<readonly Finding[]> {
  const keys = bench.quick ? 100_000 : 1_000_000
  await using folder = await temporaryFolder()
  const data = join(folder.path, 'data')
  bench.progress(`loading ${keys.toLocaleString('en')} keys`)
  await load(data, keys)
  const startMs: number[] = []
  if (sections.has('e')) {
    bench.progress('e: starting')
    for (let round = 0; round < (bench.quick ? 3 : 7); round++) {
      await using server = await startServer(data)
      startMs.push(server.startMs)
    }
  }
  await using server = await startServer(data)
  const findings: Finding[] = []
  if (sections.has('d')) findings.push(...(await listings(bench, server, keys)))
  if (sections.has('e')) {
    await listAll(bench, server, 's3')
    findings.push(...(await footprint(server, startMs)))
  }
  return findings
}

/** Past the protocol: straight into the store, in its own rows. */
async function load(data: string, keys: number): Promise<void> {
  const settings = loadSettings({
    STOWAGE_DATA: data,
    STOWAGE_SECRET_ID: CREDENTIALS.id,
    STOWAGE_SECRET_KEY: CREDENTIALS.secret,
  })
  const stores = await openStores(settings)
  const { core } = await createService({
    stores,
    settings,
    masterKey: await openMasterKey(stores, settings),
    log: silentLog,
  })
  const { account } = await prepareData(core, settings)
  const body = randomBytes(32)
  for (const name of Object.values(BUCKETS)) {
    const create = { name, accountId: account.id, region: CREDENTIALS.region, acl: 'private' } as const
    const bucket = await core.buckets.create(create)
    const puts: Put[] = []
    // The second dialect is measured over a part: what differs is how a page is shown.
    const count = name === BUCKETS.s3 ? keys : keys / 10
    for (let index = 0; index < count; index++) {
      puts.push(...objectRows(bucket.id, keyOf(index), body, account.id))
      if (puts.length < BATCH_ROWS && index + 1 < count) continue
      await stores.meta.commit({ puts: puts.splice(0) })
    }
  }
  await closeStores(stores)
}

function keyOf(index: number): string {
  const folder = String(Math.floor(index / KEYS_PER_FOLDER)).padStart(5, '0')
  return `folder-${folder}/object-${String(index % KEYS_PER_FOLDER).padStart(6, '0')}.bin`
}

function listAll({ client }: Bench, { port }: RunningServer, dialect: 's3' | 'cos') {
  const target = { port, credentials: CREDENTIALS, signing: dialect, bucket: BUCKETS[dialect] }
  return client.call('list', { ...target, pagesMax: Number.MAX_SAFE_INTEGER })
}

const KEYS_PER_SECOND_AIM = 200_000
const FIRST_PAGE_MS_AIM = 10
const FIRST_PAGES = 25

async function listings(bench: Bench, server: RunningServer, keys: number): Promise<readonly Finding[]> {
  const findings: Finding[] = []
  for (const dialect of ['s3', 'cos'] as const) {
    bench.progress(`d: listing, ${dialect}`)
    const rates: number[] = []
    const expected = dialect === 's3' ? keys : keys / 10
    for (let round = 0; round < (dialect === 's3' && !bench.quick ? 3 : 5); round++) {
      const { rows, seconds } = await listAll(bench, server, dialect)
      if (rows !== expected) throw new Error(`${rows} of ${expected} keys were listed`)
      rates.push(rows / seconds)
    }
    const rate = median(rates)
    const name = dialect === 's3' ? 'List v2' : 'List v1, COS'
    findings.push({
      section: 'd',
      measured: `${name}, ${expected.toLocaleString('en')} keys, pages of 1,000`,
      figure: `${Math.round(rate).toLocaleString('en')} keys/s`,
      reference: '',
      ratio: (rate / KEYS_PER_SECOND_AIM).toFixed(2),
      aim: `>= ${KEYS_PER_SECOND_AIM.toLocaleString('en')} keys/s`,
      met: rate >= KEYS_PER_SECOND_AIM,
    })
    for (const delimiter of [undefined, '/']) findings.push(await firstPage(bench, server, dialect, delimiter))
  }
  return findings
}

async function firstPage(
  { client }: Bench,
  { port }: RunningServer,
  dialect: 's3' | 'cos',
  delimiter: string | undefined,
): Promise<Finding> {
  const target = { port, credentials: CREDENTIALS, signing: dialect, bucket: BUCKETS[dialect], pagesMax: 1 }
  const times: number[] = []
  let rows = 0
  for (let round = 0; round < FIRST_PAGES; round++) {
    const page = await client.call('list', { ...target, ...(delimiter === undefined ? {} : { delimiter }) })
    times.push(page.pageMs[0] ?? Number.NaN)
    rows = page.rows
  }
  const ms = median(times)
  return aimBelow(
    'd',
    `first page, ${dialect}, ${delimiter === undefined ? 'no delimiter' : `delimiter ${delimiter}`} (${rows} rows)`,
    ms,
    FIRST_PAGE_MS_AIM,
    'ms',
  )
}

function aimBelow(section: string, measured: string, value: number, aim: number, unit: string): Finding {
  const ratio = (value / aim).toFixed(2)
  const figure = `${value.toFixed(1)} ${unit}`
  return { section, measured, figure, reference: '', ratio, aim: `< ${aim} ${unit}`, met: value < aim }
}

const MEGABYTE = 1e6

async function footprint(server: RunningServer, startMs: readonly number[]): Promise<readonly Finding[]> {
  const { residentBytes, anonymousBytes, fileBytes } = await server.memory()
  const anonymous = (anonymousBytes / MEGABYTE).toFixed(0)
  const resident = aimBelow('e', 'resident memory after listing all keys', residentBytes / MEGABYTE, 300, 'MB')
  const own = aimBelow('e', 'of it anonymous', anonymousBytes / MEGABYTE, 300, 'MB')
  return [
    { ...resident, reference: `RssAnon ${anonymous} MB + RssFile ${(fileBytes / MEGABYTE).toFixed(0)} MB` },
    own,
    aimBelow('e', 'from start to ready', median(startMs), 500, 'ms'),
  ]
}
