/** What every try shows when it is done: its exchange in each dialect, in the order of the founding table. */

import type { Condition } from '../model/errors/index.js'
import type { DialectName } from '../wire/dialect.js'
import { type ExchangeText, exchangeText } from './exchange-text.js'
import { runTry } from './stage.js'
import { tries } from './table.js'
import type { Try } from './try.js'

export interface Shown {
  readonly row: number
  readonly condition: Condition
  readonly when: Try['when']
  readonly answersIn: Try['answersIn']
  readonly exchanges: Readonly<Record<DialectName, ExchangeText>>
}

/** One try after the other: none knows of another, and the answers are the same in any order. */
export async function showTries(wanted: readonly Try[] = tries): Promise<readonly Shown[]> {
  const shown: Shown[] = []
  for (const tried of wanted) {
    const { row, condition, when, answersIn } = tried
    const cos = exchangeText((await runTry(tried, 'cos')).exchange)
    const s3 = exchangeText((await runTry(tried, 's3')).exchange)
    shown.push({ row, condition, when, answersIn, exchanges: { cos, s3 } })
  }
  return shown.sort((a, b) => a.row - b.row)
}
