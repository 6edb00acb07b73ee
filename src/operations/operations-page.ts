/**
 * docs/operations.md, from the table of operations and the list of those that are not served. `npm run docs` writes it,
 * `npm run check` fails when it is stale.
 */

import { type Permission, type PermissionNeed, permissionNeeds } from '../model/permissions.js'
import type { DialectName } from '../wire/dialect.js'
import type { Operation, TargetKind } from '../wire/operation.js'
import type { Action } from '../wire/query-action.js'
import type { UnservedOperation } from '../wire/router.js'
import { stsActions } from './sts/actions.js'
import { operations } from './table.js'
import { unservedOperations } from './unsupported.js'

const SECTIONS: readonly { readonly title: string; readonly targets: readonly TargetKind[] }[] = [
  { title: 'On the service', targets: ['service'] },
  { title: 'On a bucket', targets: ['bucket-name', 'bucket'] },
  { title: 'On an object', targets: ['object'] },
]

const PATHS: Readonly<Record<TargetKind | UnservedOperation['target'], string>> = {
  service: '/',
  'bucket-name': '/{bucket}',
  bucket: '/{bucket}',
  object: '/{bucket}/{key}',
}

const DIALECTS: Readonly<Record<DialectName, string>> = { cos: 'COS', s3: 'S3' }

export function operationsPage(): string {
  return `# Operations

Generated from \`src/operations/table.ts\` and \`src/operations/unsupported.ts\` by \`npm run docs\`.

${operations.length} operations are served. A request goes to the row whose method, target, query names and headers are all
there; the row that asks for the most wins. \`x-*-\` stands for \`x-cos-\` in COS and \`x-amz-\` in S3. Paths are
shown in path style; virtual-hosted addresses (\`{bucket}.<domain>\`) reach the same rows. The permission is what the
caller needs, and behind it the right of an ACL that gives it: of the bucket's, or of the object's, which is the bucket's
as far as reading goes while the object has none of its own. Where none is named only the owner of the bucket has it.

${SECTIONS.map(servedSection).join('\n')}
## Temporary keys

Asked for at \`/\`: on a host of the vendors' STS, on \`sts.<domain>\`, or on any host by a form or JSON at the root, which is
what clients with an endpoint of their own send. COS clients sign with version 1 or TC3-HMAC-SHA256 and read JSON; AWS
clients sign with SigV4 for the service \`sts\` and read XML.

| Action | Dialects | Parameters | What it does |
|---|---|---|---|
${stsActions.map(actionRow).join('\n')}

## Known, not served yet

These are refused with \`501 NotImplemented\`, never served as something else: \`DELETE /{bucket}?tagging\` does not remove
the bucket. Known headers whose meaning is not served (\`src/operations/unserved-headers.ts\`), such as object locks and
encryption, are refused in the same way rather than ignored.

| Operation | Dialects | Request |
|---|---|---|
${unservedOperations.map(unservedRow).join('\n')}
`
}

function servedSection({ title, targets }: (typeof SECTIONS)[number]): string {
  const rows = operations.filter(({ match }) => targets.includes(match.target)).map(servedRow)
  const head = ['Operation', 'Dialects', 'Request', 'Permission', 'Reads', 'Answers with', 'What it does']
  return `## ${title}\n\n${line(head)}\n|${'---|'.repeat(head.length)}\n${rows.join('\n')}\n`
}

function servedRow(operation: Operation): string {
  const { name, dialects, method, match, permission, places, summary } = operation
  const headers = match.vendorHeaders.map((suffix) => ` with ${code(`x-*-${suffix}`)}`).join('')
  const request = code(`${method} ${pathWith(PATHS[match.target], match.query)}`) + headers
  return line([
    code(name),
    namesOf(dialects),
    request,
    code(permission) + rightOf(permission),
    codes(places.input),
    codes(places.output),
    summary,
  ])
}

function rightOf(permission: Permission): string {
  const { on, right }: PermissionNeed = permissionNeeds[permission]
  return right === undefined ? '' : ` (${on}: ${right})`
}

function unservedRow({ name, dialects, method, target, query }: UnservedOperation): string {
  return line([code(name), namesOf(dialects), code(`${method} ${pathWith(PATHS[target], query)}`)])
}

function actionRow({ name, dialects, parameters, summary }: Action): string {
  const read = parameters.map((parameter) => `${code(parameter.name)} (${parameter.kind})`).join(', ')
  return line([code(name), namesOf(dialects), read === '' ? '–' : read, summary])
}

function pathWith(path: string, query: readonly string[]): string {
  return query.length === 0 ? path : `${path}?${query.join('&')}`
}

function namesOf(dialects: readonly DialectName[]): string {
  return dialects.map((dialect) => DIALECTS[dialect]).join(', ')
}

/** A place is code when it is one name of the wire, and prose when it describes several. */
function codes(places: readonly string[]): string {
  const names = new Set(places.flatMap((place) => place.split(', ')))
  return [...names].map((name) => (name.includes(' ') ? name : code(name))).join(', ') || '–'
}

function code(text: string): string {
  return `\`${text}\``
}

function line(cells: readonly string[]): string {
  return `| ${cells.map((cell) => cell.replaceAll('|', '\\|')).join(' | ')} |`
}
