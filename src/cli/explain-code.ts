/** `stowage explain <code>`: what a code of either dialect means, when it is sent, and what to do about it. */

import type { Condition, ErrorRow } from '../model/errors/index.js'
import { adviceIn, catalogue, elementsOf, goesBy, isCondition, namesOf, spellingOf } from '../model/errors/index.js'

export type ExplanationLanguage = 'en' | 'zh'

/**
 * Every condition that either dialect sends under this code, or that has this name; letter case does not matter.
 * Undefined when there is none: then `nearCodes` may know what was meant.
 */
export function explainCode(code: string, options: { readonly lang: ExplanationLanguage }): string | undefined {
  const wanted = code.trim().toLowerCase()
  const found = conditions().filter((condition) => goesBy(condition, code))
  if (found.length === 0) return undefined
  // What the code means in general comes before the cases that share it.
  const general = found.filter((condition) => condition.toLowerCase() === wanted)
  const ordered = [...general, ...found.filter((condition) => !general.includes(condition))]
  return `${ordered.map((condition) => explanation(condition, options.lang)).join('\n\n')}\n`
}

/** The nearest codes, best first; empty when nothing is near. */
export function nearCodes(code: string): readonly string[] {
  const wanted = code.trim().toLowerCase()
  const distanceMax = Math.max(2, Math.floor(wanted.length / 3))
  const codes = [...new Set(conditions().flatMap(namesOf))]
  return codes
    .map((name) => ({ name, distance: distanceOf(wanted, name.toLowerCase()) }))
    .filter(
      ({ name, distance }) => distance <= distanceMax || (wanted.length >= 4 && name.toLowerCase().includes(wanted)),
    )
    .sort((a, b) => a.distance - b.distance || (a.name < b.name ? -1 : 1))
    .slice(0, 5)
    .map(({ name }) => name)
}

function conditions(): readonly Condition[] {
  return Object.keys(catalogue).filter(isCondition)
}

function explanation(condition: Condition, language: ExplanationLanguage): string {
  const row = catalogue[condition]
  const words = WORDS[language]
  const lines = [condition, '']
  for (const dialect of ['cos', 's3'] as const) {
    const { status, code, message } = spellingOf(condition, dialect)
    const known = row.dialects === undefined || row.dialects.includes(dialect)
    if (known) lines.push(`  ${dialect.toUpperCase().padEnd(4)} ${status} ${code}: ${message}`)
  }
  if (row.replacedBy !== undefined) lines.push(`  ${words.instead}${row.replacedBy}`)
  if (row.notServed !== undefined) lines.push(`  ${words.notServed}${row.notServed[language]}`)
  lines.push(`  ${words.fault}${words.faults[row.fault]}`)
  const elements = elementsOf(condition)
  if (elements.length > 0) lines.push(`  ${words.elements}${elements.join(', ')}`)
  const { meaning, advice } = adviceIn(row.description[language])
  return [...lines, '', `  ${words.meaning}${meaning}`, `  ${words.advice}${advice}`].join('\n')
}

/** Insertions, removals and substitutions from one text to the other. */
function distanceOf(from: string, to: string): number {
  let above = Array.from({ length: to.length + 1 }, (_, column) => column)
  for (let row = 1; row <= from.length; row++) {
    const line = [row]
    for (let column = 1; column <= to.length; column++) {
      const substituted = (above[column - 1] ?? 0) + (from[row - 1] === to[column - 1] ? 0 : 1)
      line.push(Math.min(substituted, (above[column] ?? 0) + 1, (line[column - 1] ?? 0) + 1))
    }
    above = line
  }
  return above[to.length] ?? 0
}

interface Words {
  readonly instead: string
  readonly notServed: string
  readonly fault: string
  readonly faults: Readonly<Record<ErrorRow['fault'], string>>
  readonly elements: string
  readonly meaning: string
  readonly advice: string
}

const WORDS: Readonly<Record<ExplanationLanguage, Words>> = {
  en: {
    instead: 'This server never sends it; it answers ',
    notServed: 'This server never sends it: ',
    fault: 'To be changed by: ',
    faults: { Client: 'the client', Server: 'the server (repeat the request later)' },
    elements: 'Elements of the body: ',
    meaning: 'It means: ',
    advice: 'What to do: ',
  },
  zh: {
    instead: '本服务器从不发送该错误码，而是返回 ',
    notServed: '本服务器从不发送该错误码：',
    fault: '责任方：',
    faults: { Client: '客户端', Server: '服务器（请稍后重试）' },
    elements: '响应体中的元素：',
    meaning: '含义：',
    advice: '处理办法：',
  },
}
