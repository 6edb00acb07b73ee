/** What was found, as a table. Nothing here judges by absolute time but the aims that are stated so. */

export interface Finding {
  readonly section: string
  readonly measured: string
  readonly figure: string
  /** What it is held against, and how much that reached; empty for an aim that stands by itself. */
  readonly reference: string
  readonly ratio: string
  readonly aim: string
  readonly met: boolean
}

const HEADINGS = ['', 'measured', 'figure', 'reference', 'ratio', 'aim', ''] as const

export function table(findings: readonly Finding[]): string {
  const rows = findings.map(({ section, measured, figure, reference, ratio, aim, met }) => [
    section,
    measured,
    figure,
    reference,
    ratio,
    aim,
    aim === '' ? '' : met ? 'pass' : 'MISS',
  ])
  const widths = HEADINGS.map((heading, column) =>
    Math.max(heading.length, ...rows.map((row) => row[column]?.length ?? 0)),
  )
  const line = (cells: readonly string[]) =>
    cells
      .map((cell, column) => cell.padEnd(widths[column] ?? 0))
      .join('  ')
      .trimEnd()
  return [line(HEADINGS), line(widths.map((width) => '-'.repeat(width))), ...rows.map(line)].join('\n')
}

export function median(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b)
  const middle = sorted.length >> 1
  const upper = sorted[middle] ?? Number.NaN
  return sorted.length % 2 === 1 ? upper : ((sorted[middle - 1] ?? upper) + upper) / 2
}

export interface Round {
  readonly subject: number
  readonly reference: number
}

/** Subject and reference in turn, so that whatever else the machine does meets both. More is better in both. */
export async function rounds(
  count: number,
  subject: (round: number) => Promise<number>,
  reference: (round: number) => Promise<number>,
): Promise<readonly Round[]> {
  const done: Round[] = []
  for (let round = 0; round < count; round++) {
    const first = round % 2 === 0
    const before = first ? await reference(round) : undefined
    const measured = await subject(round)
    done.push({ subject: measured, reference: before ?? (await reference(round)) })
  }
  return done
}

/** The median of the rounds' own ratios. */
export function compared(
  section: string,
  measured: string,
  unit: string,
  referenceName: string,
  aim: number,
  done: readonly Round[],
): Finding {
  const ratio = median(done.map(({ subject, reference }) => subject / reference))
  const show = (value: number) => `${value >= 100 ? Math.round(value).toLocaleString('en') : value.toFixed(1)} ${unit}`
  return {
    section,
    measured,
    figure: show(median(done.map(({ subject }) => subject))),
    reference: `${referenceName}: ${show(median(done.map(({ reference }) => reference)))}`,
    ratio: ratio.toFixed(2),
    aim: `>= ${aim}`,
    met: ratio >= aim,
  }
}
