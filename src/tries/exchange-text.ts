/**
 * An exchange as people read it: what was sent, long lines and bodies cut with a word about what is left out; and the
 * answer whole, as it stood on the wire. No end of a line that a page could not keep.
 */

import type { Exchange } from './try.js'

/** Of what was sent. */
const BODY_CHARACTERS_MAX = 1_000
const LINE_CHARACTERS_MAX = 500

export interface ExchangeText {
  readonly sent: string
  readonly answered: string
}

export function exchangeText({ sent, answer }: Exchange): ExchangeText {
  const at = sent.indexOf('\r\n\r\n')
  const head = sent.slice(0, at).split('\r\n').map(cut)
  const body = sent.slice(at + 4)
  const kept = linesOf(body.slice(0, BODY_CHARACTERS_MAX)).map(cut)
  const left = body.length - BODY_CHARACTERS_MAX
  return {
    sent: textOf(head, [...kept, ...(left > 0 ? [leftOut(left)] : [])]),
    answered: textOf(linesOf(answer.head.trimEnd()), linesOf(decoded(answer.body))),
  }
}

function textOf(head: readonly string[], body: readonly string[]): string {
  return [...head, '', ...body].join('\n').trimEnd()
}

function linesOf(text: string): readonly string[] {
  return text.replaceAll('\r\n', '\n').split('\n')
}

/** The raw client reads bytes. */
function decoded(body: string): string {
  return Buffer.from(body, 'latin1').toString('utf8')
}

function cut(line: string): string {
  const left = line.length - LINE_CHARACTERS_MAX
  return left > 0 ? `${line.slice(0, LINE_CHARACTERS_MAX)}${leftOut(left)}` : line
}

function leftOut(characters: number): string {
  return `… (${characters} more characters are left out here)`
}
