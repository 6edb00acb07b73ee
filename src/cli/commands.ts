/**
 * The command table over commander. What a command does is injected; this file knows names, flags and texts, merges
 * flags over the environment, and turns what happened into an exit code: 0 done, 1 found something wrong, 2 misused.
 */

import { Command, CommanderError, Option } from 'commander'
import { formatAddress, type ListenAddress } from '../config/kinds.js'
import {
  describeSettings,
  type Environment,
  loadSettings,
  nearest,
  SettingsMistakes,
  settingRows,
} from '../config/load.js'
import { flagOf, type Settings } from '../config/settings.js'
import { type AdminParameter, type AdminParameters, adminActionNames, describeAction } from '../model/admin-actions.js'
import type { AdminCall, AdminReply } from './admin-client.js'
import { answerText } from './answer-text.js'

export type ExitCode = number

export interface CommandActions {
  readonly version: string
  readonly environment: Environment
  /** For results, to standard output. Texts end with a line break. */
  readonly print: (text: string) => void
  /** For complaints, to standard error. */
  readonly complain: (text: string) => void
  /** Resolves when the server has ended. */
  readonly serve: (settings: Settings) => Promise<ExitCode>
  readonly doctor: (settings: Settings, options: { readonly json: boolean }) => Promise<ExitCode>
  /** Undefined when the catalogue has no such code. */
  readonly explainCode: (code: string, options: { readonly lang: Language }) => string | undefined
  /** The codes that may have been meant, best first. */
  readonly nearCodes: (code: string) => readonly string[]
  /** Undefined when no row goes by this code. */
  readonly tryCode: (
    code: string,
    options: { readonly dialects: readonly ('cos' | 's3')[] | undefined; readonly lang: Language },
  ) => Promise<string | undefined>
  /** A line for each row that can be tried. */
  readonly tryList: (lang: Language) => Promise<string>
  /** `source` is a path, or `-` for standard input. */
  readonly explainRequest: (source: string, keys: KeyPair, settings: Settings) => Promise<string>
  readonly callAdmin: (call: AdminCall) => Promise<AdminReply>
  /** `source` as above. */
  readonly readText: (source: string) => Promise<string>
}

export type Language = 'en' | 'zh'

export interface KeyPair {
  readonly secretId: string
  readonly secretKey: string
}

export interface Commands {
  /** `parameters` are those behind the program's name. Never rejects for what the caller typed. */
  run(parameters: readonly string[]): Promise<ExitCode>
}

export function createCommands(actions: CommandActions): Commands {
  return {
    async run(parameters) {
      let exitCode: ExitCode = 0
      const program = createProgram(actions, parameters[0] === 'serve', (code) => {
        exitCode = code
      })
      const unknown = unknownCommand(program, parameters)
      if (unknown !== undefined) {
        actions.complain(`${unknown}\n`)
        return 2
      }
      try {
        await program.parseAsync([...parameters], { from: 'user' })
        return exitCode
      } catch (error) {
        if (error instanceof CommanderError) return error.exitCode === 0 ? 0 : 2
        if (!(error instanceof SettingsMistakes)) throw error
        actions.complain(`${error.message}\n`)
        return 2
      }
    },
  }
}

/** `serves`: nothing but `serve` is asked for, and a server is not to wait for a hundred other commands to be described. */
function createProgram(actions: CommandActions, serves: boolean, end: (code: ExitCode) => void): Command {
  const { print, complain, environment, version } = actions
  const program = new Command('stowage')
    .description('A self-hosted object store that speaks Tencent Cloud COS and Amazon S3.')
    .version(version, '-V, --version', 'Print the version.')
    .helpOption('-h, --help', 'Print this help.')
    .helpCommand('help [command]', 'Print the help of a command.')
    .showSuggestionAfterError()
    .configureOutput({ writeOut: print, writeErr: complain })
    .exitOverride()

  const settingsFrom = (flags: Flags) => ({ ...environment, ...overridesOf(flags) })

  withSettingFlags(program.command('serve', { isDefault: true }))
    .description('Serve the object API (the default command). Every setting has a flag; `stowage settings` lists them.')
    .action(async (flags: Flags) => end(await actions.serve(loadSettings(settingsFrom(flags)))))
  if (serves) return program

  withSettingFlags(program.command('doctor'))
    .description('Check a stopped data directory: records, references, digests, orphans.')
    .option('--json', 'Report as JSON.')
    .action(async (flags: Flags) =>
      end(await actions.doctor(loadSettings(settingsFrom(flags)), { json: flags['json'] === true })),
    )

  addExplain(program, actions, end)
  addErrors(program, actions, end)
  addAdmin(program, actions, end)

  withSettingFlags(program.command('settings'))
    .description('Print every setting with the value in force.')
    .action((flags: Flags) => {
      const merged = settingsFrom(flags)
      print(describeSettings(merged))
      loadSettings(merged)
    })

  program
    .command('version')
    .description('Print the version.')
    .action(() => print(`${version}\n`))

  return program
}

/** Because `serve` is the default, commander would report a mistyped command as a superfluous argument of it. */
function unknownCommand(program: Command, [first]: readonly string[]): string | undefined {
  const names = [...program.commands.map((command) => command.name()), 'help']
  if (first === undefined || first.startsWith('-') || names.includes(first)) return undefined
  return `there is no command ${JSON.stringify(first)}; the nearest is ${nearest(first, names)}`
}

function addExplain(program: Command, actions: CommandActions, end: (code: ExitCode) => void): void {
  const { print, complain, environment } = actions
  program
    .command('explain')
    .description('Explain an error code, or why the signature of a recorded request is wrong.')
    .argument('[code]', 'An error code, such as NoSuchKey.')
    .addOption(new Option('--lang <language>', 'Language of the explanation.').choices(['en', 'zh']).default('en'))
    .option('--request <file>', 'A raw HTTP request, as it went over the wire; - reads standard input.')
    .option('--secret-id <id>', 'Key id that signed the request (default: STOWAGE_SECRET_ID).')
    .option('--secret-key <secret>', 'Secret that signed the request (default: STOWAGE_SECRET_KEY).')
    .action(async (code: string | undefined, flags: Flags, command: Command) => {
      const source = textOf(flags['request'])
      if ((code === undefined) === (source === undefined))
        command.error('error: give an error code, or --request <file>')
      if (code !== undefined) {
        const lang = languageOf(flags)
        const text = actions.explainCode(code, { lang })
        if (text === undefined) complain(unknownCode(code, actions.nearCodes(code)))
        else print([text, await actions.tryCode(code, { dialects: undefined, lang })].filter(Boolean).join('\n'))
        return end(text === undefined ? 1 : 0)
      }
      const secretId = textOf(flags['secretId']) ?? environment['STOWAGE_SECRET_ID']
      const secretKey = textOf(flags['secretKey']) ?? environment['STOWAGE_SECRET_KEY']
      if (source === undefined || !secretId || !secretKey) {
        return command.error('error: --request needs the key pair: --secret-id and --secret-key')
      }
      print(await actions.explainRequest(source, { secretId, secretKey }, loadSettings(environment)))
    })
}

function languageOf(flags: Flags): Language {
  return flags['lang'] === 'zh' ? 'zh' : 'en'
}

function addErrors(program: Command, actions: CommandActions, end: (code: ExitCode) => void): void {
  const { print, complain } = actions
  program
    .command('errors')
    .description('Raise an error for real, against a server in memory that is thrown away, and print the exchange.')
    .option('--try <code>', 'The error code or row, such as NoSuchKey. Without it: the list of what can be tried.')
    .addOption(new Option('--dialect <name>', 'In one dialect only.').choices(['cos', 's3']))
    .addOption(new Option('--lang <language>', 'Language of the sentences.').choices(['en', 'zh']).default('en'))
    .action(async (flags: Flags) => {
      const code = textOf(flags['try'])
      const lang = languageOf(flags)
      if (code === undefined) return print(await actions.tryList(lang))
      const dialects = (['cos', 's3'] as const).filter((name) => (flags['dialect'] ?? name) === name)
      const text = await actions.tryCode(code, { dialects, lang })
      if (text !== undefined) return print(text)
      const known = actions.explainCode(code, { lang }) !== undefined
      complain(
        known
          ? `${code} is no row of the founding table: see stowage explain ${code}\n`
          : unknownCode(code, actions.nearCodes(code)),
      )
      end(1)
    })
}

function unknownCode(code: string, near: readonly string[]): string {
  const suggestion = near.length === 0 ? '' : `; near it: ${near.join(', ')}`
  return `the catalogue has no error code ${JSON.stringify(code)}${suggestion}\n`
}

/** One command for each resource of the table of admin actions, with its verbs. */
function addAdmin(program: Command, actions: CommandActions, end: (code: ExitCode) => void): void {
  // What explains stands together, whether it explains a code, a request or a decision.
  const resources = new Map(
    program.commands.filter((command) => command.name() === 'explain').map((command) => ['access', command]),
  )
  for (const action of adminActionNames.map(describeAction)) {
    const { resource, verb, summary, parameters } = action
    const parent = resources.get(resource) ?? program.command(resource).description(`Manage: ${resource}.`)
    resources.set(resource, parent)
    const command = parent.command(parent.name() === 'explain' ? resource : verb).description(summary)
    for (const [name, parameter] of Object.entries(parameters)) addParameter(command, name, parameter)
    command
      .option('--json', 'Print JSON.')
      .option('--admin <url>', 'Where the admin API is (default: STOWAGE_ADMIN_LISTEN).')
      .option('--secret-id <id>', 'Id of the root key that signs (default: STOWAGE_SECRET_ID).')
      .option('--secret-key <secret>', 'Its secret (default: STOWAGE_SECRET_KEY).')
      .action(async () => {
        const flags: Flags = command.optsWithGlobals()
        const place = placeOf(command, actions.environment, flags)
        const given = await givenTo(command, actions, parameters, flags)
        const reply = await actions.callAdmin({ ...place, resource, verb, parameters: given })
        if (!reply.ok) actions.complain(`${reply.complaint}\n`)
        else if (flags['json'] === true) actions.print(`${JSON.stringify(reply.value, null, 2)}\n`)
        else actions.print(answerText(reply.value))
        end(reply.ok ? 0 : 1)
      })
  }
}

/** What was typed, by the names of the table. */
async function givenTo(
  command: Command,
  actions: CommandActions,
  parameters: AdminParameters,
  flags: Flags,
): Promise<Readonly<Record<string, unknown>>> {
  const rows = Object.entries(parameters)
  const positions = rows.flatMap(([name, { positional }]) => (positional ? [name] : []))
  const given: [string, unknown][] = []
  for (const [name, parameter] of rows) {
    const text = parameter.positional ? command.processedArgs[positions.indexOf(name)] : flags[name]
    if (text !== undefined) given.push([name, await readTyped(command, actions, name, parameter, text)])
  }
  return Object.fromEntries(given)
}

function addParameter(command: Command, name: string, { kind, required, positional, sentence }: AdminParameter): void {
  const word = name.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`)
  if (positional) {
    command.argument(required ? `<${word}>` : `[${word}]`, sentence)
    return
  }
  const option = new Option(kind === 'flag' ? `--${word}` : `--${word} <${PLACEHOLDERS[kind]}>`, sentence)
  command.addOption(option.makeOptionMandatory(required))
}

const PLACEHOLDERS = { text: 'text', number: 'number', names: 'names', flag: '', document: 'file' } as const

async function readTyped(
  command: Command,
  { readText }: CommandActions,
  name: string,
  { kind }: AdminParameter,
  value: unknown,
): Promise<unknown> {
  const text = String(value)
  if (kind === 'names') return text === '' ? [] : text.split(',').map((part) => part.trim())
  if (kind === 'document') return text.trimStart().startsWith('{') ? text : readText(text)
  if (kind !== 'number') return value
  return /^\d{1,15}$/.test(text) ? Number(text) : command.error(`error: ${name} must be a whole number`)
}

function placeOf(
  command: Command,
  environment: Environment,
  flags: Flags,
): Pick<AdminCall, 'endpoint' | 'secretId' | 'secretKey'> {
  const secretId = textOf(flags['secretId']) ?? environment['STOWAGE_SECRET_ID']
  const secretKey = textOf(flags['secretKey']) ?? environment['STOWAGE_SECRET_KEY']
  if (!secretId || !secretKey) {
    return command.error('error: the key pair of a root key is needed: STOWAGE_SECRET_ID and STOWAGE_SECRET_KEY')
  }
  const endpoint = textOf(flags['admin']) ?? `http://${formatAddress(reachable(loadSettings(environment).adminListen))}`
  if (!/^https?:\/\/[^/?#@]+\/?$/.test(endpoint) || !URL.canParse(endpoint)) {
    return command.error('error: --admin must be http://host:port')
  }
  return { endpoint, secretId, secretKey }
}

/** A listener on all addresses is called on this machine's own. */
function reachable({ host, port }: ListenAddress): ListenAddress {
  if (host === '0.0.0.0') return { host: '127.0.0.1', port }
  return host === '::' ? { host: '::1', port } : { host, port }
}

type Flags = Readonly<Record<string, unknown>>

function textOf(value: unknown): string | undefined {
  return typeof value === 'string' ? value : undefined
}

/** Flags take any text: the settings table is the only judge, so a flag and a variable fail with the same words. */
function withSettingFlags(command: Command): Command {
  for (const [name, setting] of settingRows) {
    const facts = setting.unit === '' ? setting.default : `${setting.default} ${setting.unit}`
    const flag = `${flagOf(setting.variable)} <${valueNameOf(name)}>`
    command.addOption(new Option(flag, `${setting.sentence} (default: ${facts})`))
  }
  return command
}

function valueNameOf(name: string): string {
  return /listen$/i.test(name) ? 'host:port' : /(Bytes|BytesMax|Ms|Max)$/.test(name) ? 'number' : 'value'
}

function overridesOf(flags: Flags): Environment {
  return Object.fromEntries(
    settingRows.flatMap(([name, { variable }]) => {
      const text = textOf(flags[name])
      return text === undefined ? [] : [[variable, text]]
    }),
  )
}
