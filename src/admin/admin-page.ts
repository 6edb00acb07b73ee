/** docs/admin.md, from the table of admin actions. */

import { ADMIN_API_PATH, type AdminAction, adminActionNames, describeAction } from '../model/admin-actions.js'
import { SESSION_MS } from './console-sessions.js'
import { BODY_BYTES_MAX } from './parameters.js'

export function adminPage(): string {
  const actions = adminActionNames.map(describeAction)
  const resources = [...new Set(actions.map(({ resource }) => resource))]
  const sections = resources.map((resource) => section(actions.filter((action) => action.resource === resource)))
  return `${INTRODUCTION}\n${sections.join('\n')}`
}

type Described = ReturnType<typeof describeAction>

function section(actions: readonly Described[]): string {
  const [first] = actions
  return `## ${first?.resource ?? ''}\n\n${HEAD}\n${actions.map(row).join('\n')}\n`
}

const HEAD = '| Command | What it does | Who may | Parameters |\n|---|---|---|---|'

function row({ resource, verb, summary, scope, parameters }: Described): string {
  const places = Object.entries(parameters).filter(([, { positional }]) => positional)
  const words = places.map(([name, { required }]) => (required ? ` <${name}>` : ` [${name}]`)).join('')
  const cells = [`\`stowage ${resource} ${verb}${words}\``, summary, SCOPES[scope], parametersText(parameters)]
  return `| ${cells.map((cell) => cell.replaceAll('|', '\\|')).join(' | ')} |`
}

const SCOPES = { operator: 'operator', account: 'root of the account' } as const

function parametersText(parameters: AdminAction['parameters']): string {
  return Object.entries(parameters)
    .map(([name, { kind, required, sentence }]) => `\`${name}\` (${kind}${required ? '' : ', optional'}): ${sentence}`)
    .join('<br>')
}

const INTRODUCTION = `# Admin API and commands

Generated from \`src/model/admin-actions.ts\` by \`npm run docs\`.

Each row is a command and a request to the admin listener (\`STOWAGE_ADMIN_LISTEN\`): \`stowage user create alice\` is
\`POST ${ADMIN_API_PATH}/user/create\` with the body \`{"user": "alice"}\`. The body is a JSON object of at most
${BODY_BYTES_MAX / 1024} KiB; a parameter that is not listed is refused. The answer is JSON; an error is
\`{"error": {"code", "message", "requestId"}}\` with a code and the status of [errors.md](errors.md).

**Who may.** Root keys only. Those of the root account, the *operator*, may do everything in every account; the root key of
another account manages that account. Keys of users and temporary keys are refused, as are suspended accounts.

**Signing.** AWS Signature Version 4 in the \`Authorization\` header, for the service \`s3\`, over the SHA-256 of the body; or a
COS signature whose \`q-header-list\` has \`host\` and \`content-md5\`, ending within two hours. Both in the plain form that SDKs
write. A signature changes something once: the same one again is refused with \`AccessDenied\`, as far as the process
remembers, so after a restart within the time that the signature is valid.

**Sessions.** \`POST ${ADMIN_API_PATH}/session\`, signed and with the body \`{}\`, gives a token for
\`Authorization: Bearer\` that lasts ${SESSION_MS / 3_600_000} hours; \`DELETE\` ends it, as do a restart and whatever ends the key.
From this machine itself the body may be \`{"secretId", "secretKey"}\` instead, unsigned. To the
server, whoever comes through a proxy on this machine is on this machine: let it speak TLS, or refuse
\`${ADMIN_API_PATH}\`. Ten wrong credentials in a minute from one address
are answered with \`SlowDown\` for the rest of it.

**Commands** take the key pair from \`STOWAGE_SECRET_ID\` and \`STOWAGE_SECRET_KEY\`, or \`--secret-id\` and \`--secret-key\`, and find
the listener by \`--admin http://host:port\` or \`STOWAGE_ADMIN_LISTEN\`. On the command line \`sessionSecondsMax\` is
\`--session-seconds-max\`, a list is separated by commas, and a document is the name of a file, \`-\` for standard input, or the JSON
itself. They print a table, or JSON with \`--json\`, and end with 0; with 1 when the server refuses or there is none; with 2
when the command is wrong.

Each action leaves a line in the log: who, what, on whom, from where and how it ended.
`
