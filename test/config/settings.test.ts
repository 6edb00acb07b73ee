/** The settings table, its loading and its page. Mistakes first: they are what a person meets on the first evening. */

import assert from 'node:assert/strict'
import test from 'node:test'
import { inspect } from 'node:util'
import { REDACTED } from '../../src/base/secret.js'
import { formatAddress } from '../../src/config/kinds.js'
import {
  describeSettings,
  type Environment,
  loadSettings,
  SettingsMistakes,
  settingRows,
} from '../../src/config/load.js'
import { flagOf } from '../../src/config/settings.js'
import { settingsPage } from '../../src/config/settings-page.js'

function mistakesOf(environment: Environment): readonly string[] {
  try {
    loadSettings(environment)
  } catch (error) {
    assert.ok(error instanceof SettingsMistakes)
    return error.mistakes
  }
  return []
}

const REFUSED: readonly (readonly [variable: string, texts: readonly string[]])[] = [
  [
    'STOWAGE_LISTEN',
    [
      '9000',
      ':9000',
      '127.0.0.1',
      '127.0.0.1:',
      '127.0.0.1:65536',
      '127.0.0.1:-1',
      '::1:9000',
      '[::1]',
      '[localhost]:1',
      '1.2.3:80',
      '300.1.1.1:80',
      'a b:1',
      'http://localhost:9000',
      'none',
    ],
  ],
  ['STOWAGE_TLS_LISTEN', ['x']],
  ['STOWAGE_WORKERS', ['0', '257', '1.5', '-1', 'AUTO', '1e2', 'none']],
  ['STOWAGE_META', ['lmdb', 'memory', 'memory:x', 'files:', 'postgres://localhost/x']],
  ['STOWAGE_BLOB', ['files', 'lmdb:', 'memory:x', 'rados://pool']],
  ['STOWAGE_REGION', ['AP', 'ap_guangzhou', '-a', 'a'.repeat(64)]],
  ['STOWAGE_REGION_ALIASES', ['us-east-1,', 'A']],
  [
    'STOWAGE_REGIONS',
    ['ap-beijing,', 'A', 'ap-beijing=', 'ap-beijing=B', 'ap-beijing=a=b', 'a,a', 'a=x,b=x', 'a=b,b', '=a', 'none,a'],
  ],
  ['STOWAGE_MOVE_REDIRECT_MS', ['-1', 'none', '1d']],
  ['STOWAGE_HTTPS', ['on', 'OFF', 'none']],
  [
    'STOWAGE_PRIMARY_URL',
    ['example.org', 'ftp://example.org', 'https://a/b', 'https://a?b', 'https://a#b', 'https://a:b@c', 'https://'],
  ],
  ['STOWAGE_RESERVE_BYTES', ['1GiB', '-1', 'none']],
  ['STOWAGE_DOMAIN', ['localhost,', 'a..b', '-a', 'http://a', 'a:9000', '127.0.0.1']],
  ['STOWAGE_DIALECT', ['S3', 'gcs']],
  ['STOWAGE_APPID', ['0123456', '1234', 'x', '1'.repeat(21)]],
  ['STOWAGE_SECRET_ID', ['ab', 'a/b/c', 'a b c', 'a,b,c', 'a'.repeat(129)]],
  [
    'STOWAGE_SIGN_UP_URL',
    ['example.org', 'ftp://example.org', 'https://', 'https://a b', `https://${'a'.repeat(1_017)}`],
  ],
  ['STOWAGE_SECRET_KEY', ['short', 'with a space', 'x'.repeat(129)]],
  [
    'STOWAGE_MASTER_KEY',
    [
      'short',
      Buffer.alloc(31).toString('base64'),
      Buffer.alloc(33).toString('base64'),
      Buffer.alloc(32).toString('hex'),
      Buffer.alloc(32).toString('base64url'),
      `${Buffer.alloc(32).toString('base64')}=`,
      `${'A'.repeat(42)}B=`,
    ],
  ],
  ['STOWAGE_INLINE_BYTES_MAX', ['64KiB', '-1', '1048577', '0x10', 'none']],
  ['STOWAGE_REQUESTS_PER_SECOND_MAX', ['0', '0.5', 'unlimited']],
  ['STOWAGE_LOG', ['trace', 'info:xml', 'info:json:x', ':json', 'JSON']],
]

for (const [variable, texts] of REFUSED) {
  test(`${variable} refuses what it cannot mean, naming itself and the text`, () => {
    for (const text of texts) {
      const mistakes = mistakesOf({ [variable]: text })
      assert.equal(mistakes.length, 1, `${variable}=${text}`)
      assert.match(mistakes[0] ?? '', new RegExp(`^${variable}: expected `))
    }
  })
}

test('all mistakes are reported at once, unknown variables with the nearest known name', () => {
  assert.deepEqual(mistakesOf({ STOWAGE_WORKERS: 'many', STOWAGE_REGOIN: 'x', STOWAGE_LISTEN: 'here', PATH: '/bin' }), [
    'STOWAGE_REGOIN: no such setting; the nearest is STOWAGE_REGION',
    'STOWAGE_LISTEN: expected host:port, such as 127.0.0.1:9000, localhost:0 or [::1]:9000, found "here"',
    'STOWAGE_WORKERS: expected a whole number from 1 to 256, or auto, found "many"',
  ])
})

test('settings that contradict each other are refused', () => {
  const contradictions: readonly (readonly [Environment, RegExp])[] = [
    [{ STOWAGE_SECRET_ID: 'AKIDEXAMPLE' }, /^STOWAGE_SECRET_ID, STOWAGE_SECRET_KEY: set both/],
    [{ STOWAGE_SECRET_KEY: 'a-long-secret' }, /^STOWAGE_SECRET_ID, STOWAGE_SECRET_KEY: set both/],
    [{ STOWAGE_TLS_LISTEN: '127.0.0.1:0' }, /set all three, or none/],
    [{ STOWAGE_TLS_CERT: 'a.pem', STOWAGE_TLS_KEY: 'b.pem' }, /set all three, or none/],
    [{ STOWAGE_WORKERS: '2', STOWAGE_META: 'memory:', STOWAGE_BLOB: 'memory:' }, /cannot share a store in memory/],
    [{ STOWAGE_WORKERS: 'auto', STOWAGE_META: 'memory:' }, /cannot share a store in memory/],
    [{ STOWAGE_REGION: 'a', STOWAGE_REGIONS: 'b,a' }, /^STOWAGE_REGIONS: a is a region already/],
    [{ STOWAGE_REGION: 'a', STOWAGE_REGIONS: 'b=a' }, /^STOWAGE_REGIONS: a is a region already/],
    [{ STOWAGE_BLOB: 'memory:' }, /^STOWAGE_BLOB: metadata that outlives the process/],
  ]
  for (const [environment, pattern] of contradictions) {
    const mistakes = mistakesOf(environment)
    assert.equal(mistakes.length, 1, JSON.stringify(environment))
    assert.match(mistakes[0] ?? '', pattern)
  }
})

test('further regions have labels or none, a primary is a server and nothing of it', () => {
  const { regions, primaryUrl } = loadSettings({
    STOWAGE_REGIONS: 'ap-beijing, ap-tokyo=tk',
    STOWAGE_PRIMARY_URL: 'https://primary.example.com:9443/',
  })
  assert.deepEqual(regions, [
    { name: 'ap-beijing', label: undefined },
    { name: 'ap-tokyo', label: 'tk' },
  ])
  assert.equal(primaryUrl, 'https://primary.example.com:9443')
  assert.deepEqual(loadSettings({}).regions, [])
  assert.deepEqual(loadSettings({ STOWAGE_REGIONS: 'none' }).regions, [])
})

test('a secret is never repeated: not in a mistake, not when settings are printed or serialized', () => {
  const wrong = 'hunter2 hunter2'
  assert.doesNotMatch(mistakesOf({ STOWAGE_SECRET_ID: 'AKID', STOWAGE_SECRET_KEY: wrong }).join(), /hunter2/)
  const right = { STOWAGE_SECRET_ID: 'AKID', STOWAGE_SECRET_KEY: 'hunter2-hunter2' }
  const settings = loadSettings(right)
  assert.equal(settings.secretKey?.reveal(), 'hunter2-hunter2')
  assert.equal(`${settings.secretKey}`, REDACTED)
  const masterKey = Buffer.alloc(32, 'key').toString('base64')
  assert.equal(loadSettings({ STOWAGE_MASTER_KEY: masterKey }).masterKey?.reveal(), masterKey)
  const masterKeyShown = [loadSettings({ STOWAGE_MASTER_KEY: masterKey }), loadSettings({})]
  assert.ok(!inspect(masterKeyShown, { depth: 9 }).includes(masterKey))
  assert.ok(!describeSettings({ STOWAGE_MASTER_KEY: masterKey }).includes(masterKey))
  assert.ok(
    !mistakesOf({ STOWAGE_MASTER_KEY: `${masterKey}x` })
      .join()
      .includes(masterKey),
  )
  for (const shown of [
    JSON.stringify(settings),
    inspect(settings, { depth: 9, showHidden: true }),
    describeSettings(right),
  ]) {
    assert.doesNotMatch(shown, /hunter2/)
  }
})

test('without any variable every setting has its documented default', () => {
  const settings = loadSettings({})
  assert.deepEqual(settings.listen, { host: '127.0.0.1', port: 9000 })
  assert.deepEqual(settings.adminListen, { host: '127.0.0.1', port: 9001 })
  assert.equal(settings.data, './data')
  assert.equal(settings.region, 'ap-guangzhou')
  assert.deepEqual(settings.domain, ['localhost'])
  assert.equal(settings.appid, '1250000000')
  assert.equal(settings.workers, 1)
  assert.deepEqual(settings.meta, { engine: 'lmdb', path: undefined })
  assert.deepEqual(settings.blob, { engine: 'files', path: undefined })
  assert.equal(settings.seed, undefined)
  assert.equal(settings.secretKey, undefined)
  assert.equal(settings.requestsPerSecondMax, undefined)
})

test('an empty variable counts as not set, and none takes an optional value away', () => {
  const settings = loadSettings({ STOWAGE_REGION: '', STOWAGE_SEED: ' ', STOWAGE_REQUESTS_PER_SECOND_MAX: 'none' })
  assert.equal(settings.region, 'ap-guangzhou')
  assert.equal(settings.seed, undefined)
  assert.equal(settings.requestsPerSecondMax, undefined)
})

test('values are parsed once, into what the rest of the server uses', () => {
  const settings = loadSettings({
    STOWAGE_LISTEN: '[::1]:0',
    STOWAGE_DOMAIN: 'Storage.Example.com, localhost,localhost',
    STOWAGE_META: 'lmdb:/var/lib/meta',
    STOWAGE_WORKERS: 'auto',
    STOWAGE_LOG: 'debug:json',
  })
  assert.deepEqual(settings.listen, { host: '::1', port: 0 })
  assert.equal(formatAddress(settings.listen), '[::1]:0')
  assert.equal(formatAddress({ host: 'localhost', port: 80 }), 'localhost:80')
  assert.deepEqual(settings.domain, ['storage.example.com', 'localhost'])
  assert.deepEqual(settings.meta, { engine: 'lmdb', path: '/var/lib/meta' })
  assert.equal(settings.workers, 'auto')
  assert.deepEqual(settings.log, { level: 'debug', format: 'json' })
})

test('each name is its variable in camel case, each sentence is a sentence, no variable stands twice', () => {
  for (const [name, { variable, sentence, unit }] of settingRows) {
    assert.equal(variable, `STOWAGE_${name.replace(/[A-Z]/g, (letter) => `_${letter}`).toUpperCase()}`)
    assert.match(sentence, /^[A-Z`].*\.$/)
    if (unit === 'ms') assert.match(name, /Ms$/)
    if (unit === 'bytes') assert.match(name, /Bytes(Max)?$/)
  }
  assert.equal(new Set(settingRows.map(([, { variable }]) => variable)).size, settingRows.length)
  assert.equal(flagOf('STOWAGE_ADMIN_LISTEN'), '--admin-listen')
})

test('the settings page lists every setting with its flag and default', () => {
  const page = settingsPage()
  for (const [, setting] of settingRows) {
    assert.ok(page.includes(`| \`${setting.variable}\` | \`${flagOf(setting.variable)}\` | \`${setting.default}\` |`))
  }
  const rows = page.split('\n').filter((line) => line.startsWith('|'))
  for (const line of rows) assert.equal(line.match(/(?<!\\)\|/g)?.length, 7, line)
})
