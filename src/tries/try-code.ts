/** `stowage errors --try <code>`: raises a code against a server that is thrown away, and prints what stood on the wire. */

import { goesBy } from '../model/errors/index.js'
import type { DialectName } from '../wire/dialect.js'
import { exchangeText } from './exchange-text.js'
import { runTry } from './stage.js'
import { tries } from './table.js'
import type { Try } from './try.js'

export type TryLanguage = keyof Try['when']

const DIALECTS: readonly DialectName[] = ['cos', 's3']
const WHEN: Readonly<Record<TryLanguage, string>> = { en: 'Here: ', zh: '此处：' }
const TITLES: Readonly<Record<DialectName, string>> = { cos: 'COS', s3: 'S3' }

/** The rows that go by this code in either dialect, or by this name; letter case does not matter. */
export function triesOf(code: string): readonly Try[] {
  return tries.filter(({ condition }) => goesBy(condition, code))
}

/** All that can be tried, a line each, by the number of the row. */
export function tryList(language: TryLanguage): string {
  const line = ({ row, condition, when }: Try) =>
    `${String(row).padStart(2)} ${condition.padEnd(40)} ${when[language]}\n`
  return tries.map(line).join('')
}

/** Undefined when nothing raises it here. */
export async function tryCode(
  code: string,
  { dialects = DIALECTS, lang }: { readonly dialects?: readonly DialectName[] | undefined; readonly lang: TryLanguage },
): Promise<string | undefined> {
  const found = triesOf(code)
  if (found.length === 0) return undefined
  const texts: string[] = []
  for (const tried of found) {
    texts.push(`${tried.condition}\n${WHEN[lang]}${tried.when[lang]}\n`)
    for (const dialect of dialects) {
      const { exchange } = await runTry(tried, dialect)
      const { sent, answered } = exchangeText(exchange)
      texts.push(`--- ${TITLES[dialect]} ---\n\n${sent}\n\n${answered}\n`)
    }
  }
  return texts.join('\n')
}
