/** The founding table, read from its fixture, which is the table verbatim; what its slips mean stands here. */

import { existsSync, readFileSync } from 'node:fs'
import { dirname, join } from 'node:path'

const TABLE = 'test/fixtures/founding-table.md'

/** Of the repository. */
export const root = rootOf(import.meta.dirname)

export interface FoundingRow {
  /** From 1 to 81. */
  readonly number: number
  readonly code: string
  /** The code, but for the eight rows that share one. */
  readonly condition: string
  readonly status: number
  readonly fault: 'Client' | 'Server'
}

/** The rows of InvalidRequest, 31 to 38, are conditions of their own, told apart by their sentences. */
const INVALID_REQUESTS: readonly string[] = [
  'SignatureVersion4Required',
  'AccelerateNameNotDnsCompatible',
  'AccelerateNameWithDot',
  'AccelerateVirtualHostOnly',
  'AccelerateNotConfigured',
  'AccelerateDisabled',
  'AccelerateNotSupported',
  'AccelerateCannotBeEnabled',
]
const INVALID_REQUEST_FIRST = 31

export function foundingRows(): readonly FoundingRow[] {
  const lines = readFileSync(join(root, TABLE), 'utf8').trim().split('\n').slice(2)
  return lines.map((line, index) => {
    const cells = line.split('|').slice(1)
    const [codeCell = '', , statusCell = '', faultCell = ''] = cells.map((cell) => cell.trim())
    const number = index + 1
    // The first word of row 69's description slipped over the border of the cell.
    const code = codeCell.split(/\s/)[0] ?? ''
    const condition = code === 'InvalidRequest' ? (INVALID_REQUESTS[number - INVALID_REQUEST_FIRST] ?? '') : code
    // A row of SOAP only, whose status is N/A, is 400.
    const status = Number(/\d{3}/.exec(statusCell)?.[0] ?? 400)
    return { number, code, condition, status, fault: faultCell === '服务器' ? 'Server' : 'Client' }
  })
}

function rootOf(folder: string): string {
  return existsSync(join(folder, TABLE)) ? folder : rootOf(dirname(folder))
}
