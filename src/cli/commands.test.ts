/** The command line: what is refused with exit code 2, and what reaches which action. */

import assert from 'node:assert/strict'
import test from 'node:test'
import type { Environment } from '../config/load.js'
import type { Settings } from '../config/settings.js'
import type { AdminCall } from './admin-client.js'
import { createCommands, type KeyPair } from './commands.js'

async function run(line: string, environment: Environment = {}) {
  const said = { printed: '', complained: '' }
  const served: Settings[] = []
  const doctored: { settings: Settings; json: boolean }[] = []
  const requests: { source: string; keys: KeyPair }[] = []
  const calls: AdminCall[] = []
  const commands = createCommands({
    version: '1.2.3',
    environment,
    print: (text) => {
      said.printed += text
    },
    complain: (text) => {
      said.complained += text
    },
    serve: async (settings) => served.push(settings) - 1,
    doctor: async (settings, { json }) => doctored.push({ settings, json }),
    tryCode: async (code, { dialects = ['all'], lang }) =>
      code === 'NoSuchKey' ? `${code} tried by ${dialects.join()} in ${lang}\n` : undefined,
    tryList: async (lang) => `the list in ${lang}\n`,
    explainCode: (code, { lang }) => (code === 'NoSuchKey' ? `${code} in ${lang}\n` : undefined),
    nearCodes: (code) => (code === 'NoSuchKye' ? ['NoSuchKey'] : []),
    explainRequest: async (source, keys) => {
      requests.push({ source, keys })
      return 'step by step\n'
    },
    callAdmin: async (call) => {
      calls.push(call)
      if (call.verb === 'delete') return { ok: false, complaint: 'NoSuchEntity: there is none (request 1)' }
      return { ok: true, value: call.verb === 'list' ? [{ user: 'alice', groups: ['a', 'b'] }] : { user: 'alice' } }
    },
    readText: async (source) => `text of ${source}`,
  })
  const exitCode = await commands.run(line === '' ? [] : line.split(' '))
  return { exitCode, ...said, served, doctored, requests, calls }
}

const REFUSED: readonly (readonly [line: string, complaint: RegExp])[] = [
  ['serv', /no command "serv"; the nearest is serve/],
  ['serve --bad', /unknown option '--bad'/],
  ['serve extra', /too many arguments/],
  ['serve --workers many --region X', /2 settings are wrong\nSTOWAGE_WORKERS: [^\n]*\nSTOWAGE_REGION: /],
  ['--workers many', /STOWAGE_WORKERS: expected/],
  ['doctor --data', /argument missing/],
  ['explain', /give an error code, or --request/],
  ['explain NoSuchKey --request -', /give an error code, or --request/],
  ['explain NoSuchKey --lang fr', /Allowed choices are en, zh/],
  ['explain --request - --secret-id AKID', /needs the key pair/],
  ['users list', /no command "users"; the nearest is user/],
  ['user', /Usage: stowage user/],
  ['user remove alice', /unknown command 'remove'/],
  ['user create', /missing required argument 'user'/],
  ['user create alice bob', /too many arguments/],
  ['user create alice --name x', /unknown option '--name'/],
  ['user set-groups alice', /required option '--groups <names>' not specified/],
  ['user list', /the key pair of a root key is needed/],
  ['role create r --trust t --session-seconds-max soon --secret-id AKID --secret-key s', /must be a whole number/],
  ['user list --admin localhost:9001 --secret-id AKID --secret-key s', /--admin must be http:\/\/host:port/],
  ['user list --admin http://a@b:1 --secret-id AKID --secret-key s', /--admin must be http:\/\/host:port/],
]

for (const [line, complaint] of REFUSED) {
  test(`stowage ${line} is refused with exit code 2`, async () => {
    const outcome = await run(line)
    assert.equal(outcome.exitCode, 2)
    assert.match(outcome.complained, complaint)
    assert.deepEqual([outcome.served, outcome.doctored, outcome.requests, outcome.calls], [[], [], [], []])
  })
}

test('serve is the default command and flags win over the environment', async () => {
  const environment = { STOWAGE_REGION: 'ap-beijing', STOWAGE_DATA: '/from-environment' }
  for (const line of ['--data /from-flag', 'serve --data /from-flag']) {
    const { exitCode, served } = await run(line, environment)
    assert.equal(exitCode, 0)
    assert.deepEqual([served[0]?.region, served[0]?.data], ['ap-beijing', '/from-flag'])
  }
  assert.equal((await run('')).served.length, 1)
})

test('doctor hands over its finding as the exit code', async () => {
  const { exitCode, doctored } = await run('doctor --json --data /d')
  assert.equal(exitCode, 1)
  assert.deepEqual([doctored[0]?.json, doctored[0]?.settings.data], [true, '/d'])
})

test('explain knows a code in two languages, and says when there is none', async () => {
  assert.equal((await run('explain NoSuchKey')).printed, 'NoSuchKey in en\n\nNoSuchKey tried by all in en\n')
  assert.equal((await run('explain NoSuchKey --lang zh')).printed, 'NoSuchKey in zh\n\nNoSuchKey tried by all in zh\n')
  const unknown = await run('explain NoSuchThing')
  assert.equal(unknown.exitCode, 1)
  assert.match(unknown.complained, /no error code "NoSuchThing"\n$/)
  assert.match((await run('explain NoSuchKye')).complained, /no error code "NoSuchKye"; near it: NoSuchKey\n$/)
})

test('errors lists what can be tried, and tries a code in the dialects asked for', async () => {
  assert.equal((await run('errors --lang zh')).printed, 'the list in zh\n')
  assert.equal((await run('errors --try NoSuchKey')).printed, 'NoSuchKey tried by cos,s3 in en\n')
  assert.equal((await run('errors --try NoSuchKey --dialect s3')).printed, 'NoSuchKey tried by s3 in en\n')
  const unknown = await run('errors --try NoSuchKye')
  assert.equal(unknown.exitCode, 1)
  assert.match(unknown.complained, /no error code "NoSuchKye"; near it: NoSuchKey\n$/)
})

test('explain --request takes the key pair from flags, else from the environment', async () => {
  const environment = { STOWAGE_SECRET_ID: 'AKIDENV', STOWAGE_SECRET_KEY: 'environment-secret' }
  const fromFlags = await run('explain --request - --secret-id AKID --secret-key flag-secret', environment)
  assert.deepEqual(fromFlags.requests, [{ source: '-', keys: { secretId: 'AKID', secretKey: 'flag-secret' } }])
  assert.equal(fromFlags.printed, 'step by step\n')
  const fromEnvironment = await run('explain --request raw.txt', environment)
  assert.deepEqual(fromEnvironment.requests[0]?.keys, { secretId: 'AKIDENV', secretKey: 'environment-secret' })
})

test('settings shows values in force without the secret, and ends with 2 when they are wrong', async () => {
  const secrets = { STOWAGE_SECRET_ID: 'AKID', STOWAGE_SECRET_KEY: 'hunter2-hunter2' }
  const right = await run('settings --region ap-beijing', secrets)
  assert.equal(right.exitCode, 0)
  assert.match(right.printed, /STOWAGE_REGION=ap-beijing +set/)
  assert.match(right.printed, /STOWAGE_SECRET_KEY=\(set\)/)
  assert.doesNotMatch(right.printed, /hunter2/)
  assert.equal((await run('settings --workers 0')).exitCode, 2)
})

test('version and help are not failures', async () => {
  for (const line of ['version', '--version', '-V']) assert.equal((await run(line)).printed, '1.2.3\n')
  for (const line of ['--help', 'help', 'serve --help', 'help serve']) {
    const { exitCode, printed } = await run(line)
    assert.equal(exitCode, 0, line)
    assert.match(printed, /Usage: stowage/)
  }
})

const PAIR = { STOWAGE_SECRET_ID: 'AKIDROOT', STOWAGE_SECRET_KEY: 'root-secret' }
const SIGNED = { secretId: 'AKIDROOT', secretKey: 'root-secret' }

const CALLS: readonly (readonly [line: string, resource: string, verb: string, parameters: object])[] = [
  ['account list', 'account', 'list', {}],
  ['account show', 'account', 'show', {}],
  ['account show 1250000001', 'account', 'show', { account: '1250000001' }],
  [
    'account create 1250000001 --canonical-id c --invited',
    'account',
    'create',
    { appid: '1250000001', canonicalId: 'c', invited: true },
  ],
  ['user create alice --account 1250000001', 'user', 'create', { user: 'alice', account: '1250000001' }],
  ['user set-groups alice --groups staff,ops', 'user', 'set-groups', { user: 'alice', groups: ['staff', 'ops'] }],
  ['user set-groups alice --groups=', 'user', 'set-groups', { user: 'alice', groups: [] }],
  ['policy put p --document p.json', 'policy', 'put', { policy: 'p', document: 'text of p.json' }],
  ['policy put p --document {"a":1}', 'policy', 'put', { policy: 'p', document: '{"a":1}' }],
  [
    'role create r --trust - --session-seconds-max 900',
    'role',
    'create',
    { role: 'r', trust: 'text of -', sessionSecondsMax: 900 },
  ],
]

for (const [line, resource, verb, parameters] of CALLS) {
  test(`stowage ${line} calls ${resource} ${verb}`, async () => {
    const { exitCode, calls } = await run(line, PAIR)
    assert.equal(exitCode, 0)
    assert.deepEqual(calls, [{ endpoint: 'http://127.0.0.1:9001', ...SIGNED, resource, verb, parameters }])
  })
}

test('an answer is printed as a table, or as JSON; a refusal is a complaint and exit code 1', async () => {
  assert.equal((await run('user list', PAIR)).printed, 'USER   GROUPS\nalice  a, b\n')
  assert.deepEqual(JSON.parse((await run('user list --json', PAIR)).printed), [{ user: 'alice', groups: ['a', 'b'] }])
  const refused = await run('user delete alice', PAIR)
  assert.deepEqual([refused.exitCode, refused.printed], [1, ''])
  assert.match(refused.complained, /^NoSuchEntity: /)
})

test('the admin listener is found by flag, else by its setting; one on all addresses is called on this machine', async () => {
  const places: readonly (readonly [line: string, environment: Environment, endpoint: string])[] = [
    ['user list --admin http://10.0.0.1:1 --secret-id A --secret-key b', {}, 'http://10.0.0.1:1'],
    ['user list', { ...PAIR, STOWAGE_ADMIN_LISTEN: '0.0.0.0:7001' }, 'http://127.0.0.1:7001'],
    ['user list', { ...PAIR, STOWAGE_ADMIN_LISTEN: '[::]:7001' }, 'http://[::1]:7001'],
  ]
  for (const [line, environment, endpoint] of places) {
    assert.equal((await run(line, environment)).calls[0]?.endpoint, endpoint)
  }
})
