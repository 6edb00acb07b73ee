/**
 * The table of docs/errors.md and docs/errors.zh-CN.md, from the catalogue and the tests. A condition counts as raised
 * only when a test says so with `raises('<Condition>', …)`; any other row says what is sent in its place, or why it is
 * not served.
 */

import type { Condition, DialectSpelling, ErrorRow } from '../model/errors/index.js'
import { catalogue, elementsOf, isCondition, spellingOf, subjects } from '../model/errors/index.js'

export type PageLanguage = 'en' | 'zh'

export interface SourceFile {
  /** From the repository's root, with `/`. */
  readonly path: string
  readonly text: string
}

/** Condition to the paths of the tests that raise it, in the order of the files. */
export type Raised = ReadonlyMap<Condition, readonly string[]>

const MARK = /\braises\(\s*'([A-Za-z0-9]+)'/g

export function scanRaises(files: readonly SourceFile[]): Raised {
  const raised = new Map<Condition, string[]>()
  for (const { path, text } of files) {
    for (const [, name = ''] of text.matchAll(MARK)) {
      if (!isCondition(name)) continue
      const paths = raised.get(name) ?? []
      if (!paths.includes(path)) paths.push(path)
      raised.set(name, paths)
    }
  }
  return raised
}

/** `anchors`: where a condition is shown below the table, as a link. */
export function errorsTable(language: PageLanguage, raised: Raised, anchors: ReadonlyMap<Condition, string>): string {
  const words = WORDS[language]
  const sections = Object.entries(subjects).map(([subject, rows]) => {
    const lines = Object.keys(rows)
      .filter(isCondition)
      .map((condition) => pageRow(condition, language, raised, anchors.get(condition)))
    return `## ${titleOf(subject, language)}\n\n${tableHead(words.columns)}\n${lines.join('\n')}\n`
  })
  const sent = Object.values(catalogue).filter(({ replacedBy, notServed }) => (replacedBy ?? notServed) === undefined)
  return `# ${words.title}\n\n${words.introduction}\n\n${words.count(sent.length, anchors.size)}\n\n${sections.join('\n')}`
}

function pageRow(condition: Condition, language: PageLanguage, raised: Raised, anchor: string | undefined): string {
  const row = catalogue[condition]
  const cells = [
    anchor === undefined ? code(condition) : `[${code(condition)}](${anchor})`,
    spelled(condition, 'cos', row),
    spelled(condition, 's3', row),
    WORDS[language].faults[row.fault],
    elementsOf(condition).map(code).join(' '),
    `${row.description[language]}`,
    proof(condition, language, raised),
  ]
  return `| ${cells.map((cell) => cell.replaceAll('|', '\\|')).join(' | ')} |`
}

function spelled(condition: Condition, dialect: DialectSpelling, row: ErrorRow): string {
  if (row.dialects !== undefined && !row.dialects.includes(dialect)) return '–'
  const spelling = spellingOf(condition, dialect)
  return `${spelling.status} ${code(spelling.code)}`
}

function proof(condition: Condition, language: PageLanguage, raised: Raised): string {
  const words = WORDS[language]
  const { replacedBy, notServed } = catalogue[condition]
  if (replacedBy !== undefined) return `${words.instead} ${code(replacedBy)}`
  if (notServed !== undefined) return `${words.notServed}${notServed[language]}`
  const paths = raised.get(condition) ?? []
  return paths.map((path) => `[${path.slice(path.lastIndexOf('/') + 1)}](../${path})`).join(', ')
}

function tableHead(columns: readonly string[]): string {
  return `| ${columns.join(' | ')} |\n|${columns.map(() => '---').join('|')}|`
}

function code(text: string): string {
  return `\`${text}\``
}

function titleOf(subject: string, language: PageLanguage): string {
  const titles: Readonly<Record<string, Readonly<Record<PageLanguage, string>>>> = TITLES
  return titles[subject]?.[language] ?? subject
}

const TITLES: Readonly<Record<keyof typeof subjects, Readonly<Record<PageLanguage, string>>>> = {
  authentication: { en: 'Authentication', zh: '身份验证' },
  sts: { en: 'Identity APIs', zh: '身份接口' },
  access: { en: 'Access and accounts', zh: '访问权限与账号' },
  bucket: { en: 'Buckets', zh: '存储桶' },
  acceleration: { en: 'Transfer acceleration', zh: '传输加速' },
  'bucket-document': { en: 'Configuration documents', zh: '配置文档' },
  object: { en: 'Objects and versions', zh: '对象与版本' },
  copy: { en: 'Copies', zh: '复制' },
  integrity: { en: 'Digests and checksums', zh: '摘要与校验' },
  encryption: { en: 'Encryption', zh: '加密' },
  multipart: { en: 'Multipart uploads and sizes', zh: '分块上传与大小' },
  form: { en: 'Form uploads', zh: '表单上传' },
  transport: { en: 'Requests and parameters', zh: '请求与参数' },
  service: { en: 'The server itself', zh: '服务器自身' },
  image: { en: 'Image processing', zh: '图片处理' },
}

interface Words {
  readonly title: string
  readonly introduction: string
  readonly count: (conditions: number, shown: number) => string
  readonly columns: readonly string[]
  readonly faults: Readonly<Record<ErrorRow['fault'], string>>
  readonly instead: string
  readonly notServed: string
}

const WORDS: Readonly<Record<PageLanguage, Words>> = {
  en: {
    title: 'Errors',
    introduction: [
      'Generated from `src/model/errors` and the tests by `npm run docs`. [简体中文](errors.zh-CN.md)',
      'A row is a condition: something that went wrong. Both dialects may give it another code or status. Each body has\n`Code`, `Message`, `Resource`, `RequestId`, the elements named here as far as they are known, and often a `Diagnosis`.\n`stowage explain <code>` prints the same on a terminal.',
    ].join('\n\n'),
    count: (conditions, shown) =>
      `${conditions} conditions are sent, each raised by a test. The ${shown} of the founding table are links: what a client sends and gets\nstands below the tables, for each of them.`,
    columns: ['Condition', 'COS', 'S3', 'Fault', 'Elements', 'What it means, and what to do', 'Raised by'],
    faults: { Client: 'client', Server: 'server' },
    instead: 'never sent; see',
    notServed: 'not served: ',
  },
  zh: {
    title: '错误',
    introduction: [
      '由 `npm run docs` 根据 `src/model/errors` 和测试生成。[English](errors.md)',
      '每一行是一种情形。两种协议的错误码或状态码可能不同。每个响应体都有 `Code`、`Message`、`Resource`、`RequestId`，\n以及此处列出且已知的元素，通常还有 `Diagnosis`。`stowage explain <code> --lang zh` 可在终端中查看同样的内容。',
    ].join('\n\n'),
    count: (conditions, shown) =>
      `会发送的情形共 ${conditions} 种，每一种都有测试真实触发。基础错误表的 ${shown} 种带有链接：各表之后逐一列出客户端发送与收到的内容。`,
    columns: ['情形', 'COS', 'S3', '责任方', '元素', '含义与处理办法', '触发它的测试'],
    faults: { Client: '客户端', Server: '服务器' },
    instead: '从不发送；见',
    notServed: '从不发送：',
  },
}
