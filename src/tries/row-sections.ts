/** The part of docs/errors.md that shows each row of the founding table on the wire: a section for each, in its order. */

import { adviceIn, type Condition, catalogue, type ErrorRow, elementsOf, spellingOf } from '../model/errors/index.js'
import type { DialectName } from '../wire/dialect.js'
import type { ExchangeText } from './exchange-text.js'
import type { Shown } from './shown.js'

export type SectionLanguage = 'en' | 'zh'

const DIALECTS: readonly DialectName[] = ['cos', 's3']

export function rowSections(language: SectionLanguage, shown: readonly Shown[]): string {
  const { title, introduction } = WORDS[language]
  return [`## ${title}`, introduction, ...shown.map((each) => section(language, each))].join('\n\n')
}

/** Below a page: where the section of a condition begins. */
export function anchorsOf(shown: readonly Shown[]): ReadonlyMap<Condition, string> {
  return new Map(shown.map((each): [Condition, string] => [each.condition, anchorOf(headingOf(each))]))
}

/** The eight rows of one code are told apart by their conditions. */
function headingOf({ row, condition }: Pick<Shown, 'row' | 'condition'>): string {
  const { code } = spellingOf(condition, 'cos')
  return code === condition ? `${row}. ${code}` : `${row}. ${code}: ${condition}`
}

/** As renderers of Markdown make it from a heading. */
function anchorOf(heading: string): string {
  return `#${heading
    .toLowerCase()
    .replaceAll(/[^\w\- ]/g, '')
    .replaceAll(' ', '-')}`
}

function section(language: SectionLanguage, shown: Shown): string {
  const words = WORDS[language]
  const { condition, when, exchanges } = shown
  const { meaning, advice } = adviceIn(catalogue[condition].description[language])
  return [
    `### ${headingOf(shown)}`,
    factsOf(language, condition),
    [
      `- **${words.meaning}** ${meaning}`,
      `- **${words.when}** ${when[language]}`,
      `- **${words.advice}** ${advice}`,
    ].join('\n'),
    ...DIALECTS.map((dialect) => `${dialectTitle(language, dialect, shown)}\n\n${fencesOf(exchanges[dialect])}`),
  ].join('\n\n')
}

function factsOf(language: SectionLanguage, condition: Condition): string {
  const words = WORDS[language]
  const { fault } = catalogue[condition]
  const spelled = DIALECTS.map((dialect) => {
    const { status, code } = spellingOf(condition, dialect)
    return `${NAMES[dialect]} ${status} \`${code}\``
  })
  const elements = elementsOf(condition)
    .map((name) => `\`${name}\``)
    .join(' ')
  return [...spelled, words.faults[fault], ...(elements === '' ? [] : [`${words.elements}${elements}`])].join(' · ')
}

function dialectTitle(language: SectionLanguage, dialect: DialectName, { answersIn }: Shown): string {
  const { dialects, answered } = WORDS[language]
  if (answersIn === undefined || answersIn.dialect === dialect) return dialects[dialect]
  return `${dialects[dialect]} ${answered(NAMES[answersIn.dialect], answersIn.reason[language])}`
}

function fencesOf({ sent, answered }: ExchangeText): string {
  return `\`\`\`http\n${sent}\n\`\`\`\n\n\`\`\`http\n${answered}\n\`\`\``
}

interface Words {
  readonly title: string
  readonly introduction: string
  readonly meaning: string
  readonly when: string
  readonly advice: string
  readonly dialects: Readonly<Record<DialectName, string>>
  readonly answered: (dialect: string, reason: string) => string
  readonly faults: Readonly<Record<ErrorRow['fault'], string>>
  readonly elements: string
}

const NAMES = { cos: 'COS', s3: 'S3' } as const

const WORDS: Readonly<Record<SectionLanguage, Words>> = {
  en: {
    title: 'The founding table on the wire',
    introduction:
      'Each row was raised for this page by the request below it, against a server in memory with a clock that stands still:\n' +
      'these are its bytes, but that long lines of requests are cut where it is said. `stowage errors --try <code>`\n' +
      'does it again.',
    meaning: 'It means:',
    when: 'Here:',
    advice: 'What to do:',
    dialects: { cos: 'In COS:', s3: 'In S3:' },
    answered: (dialect, reason) => `answered as ${dialect} does it, since ${reason}.`,
    faults: { Client: 'fault of the client', Server: 'fault of the server' },
    elements: 'elements ',
  },
  zh: {
    title: '基础错误表的真实收发内容',
    introduction:
      '每一行都由下方的请求真实触发，对象是内存中的服务器，其时钟静止不动：此处即收发的字节，只有请求中过长的行在注明处截断。\n' +
      '`stowage errors --try <code> --lang zh` 可再次触发。',
    meaning: '含义：',
    when: '此处：',
    advice: '处理办法：',
    dialects: { cos: 'COS：', s3: 'S3：' },
    answered: (dialect, reason) => `按 ${dialect} 的方式响应，因为${reason}。`,
    faults: { Client: '责任方为客户端', Server: '责任方为服务器' },
    elements: '元素 ',
  },
}
