/**
 * An exchange as people read it: what was sent, long lines cut with a word about what is left out; and the answer
 * whole, as it stood on the wire. No end of a line that a page could not keep.
 */

import type { Exchange } from './try.js'

/** Of what was sent; longer than any signature. */
const LINE_CHARACTERS_MAX = 500

export interface ExchangeText {
  readonly sent: string
  readonly answered: string
}

export function exchangeText({ sent, answer }: Exchange): ExchangeText {
  const at = sent.indexOf('\r\n\r\n')
  return {
    sent: textOf(linesOf(sent.slice(0, at)).map(cut), linesOf(sent.slice(at + 4)).map(cut)),
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
  return left > 0 ? `${line.slice(0, LINE_CHARACTERS_MAX)}… (${left} more characters are left out here)` : line
}
