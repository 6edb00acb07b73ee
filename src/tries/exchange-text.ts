/** An exchange as people read it: heads line by line, long bodies and lines cut with a word about what is left out. */

import type { Exchange } from './try.js'

const BODY_CHARACTERS_MAX = 2_000
const LINE_CHARACTERS_MAX = 400

export function exchangeText({ sent, answer }: Exchange): string {
  return `${messageText(sent)}\n\n${messageText(answer.head + answer.body)}`
}

/** No line that a page or a terminal could not show, and no end of a line that it could not keep. */
function messageText(message: string): string {
  const at = message.indexOf('\r\n\r\n')
  const head = message.slice(0, at).split('\r\n').map(cut)
  const body = message.slice(at + 4)
  const kept = body.slice(0, BODY_CHARACTERS_MAX).replaceAll('\r\n', '\n').split('\n').map(cut)
  const left = body.length - BODY_CHARACTERS_MAX
  const lines = [...head, ...(body === '' ? [] : ['', ...kept]), ...(left > 0 ? [`… (${left} bytes more)`] : [])]
  return lines.join('\n').trimEnd()
}

function cut(line: string): string {
  const left = line.length - LINE_CHARACTERS_MAX
  return left > 0 ? `${line.slice(0, LINE_CHARACTERS_MAX)}… (${left} bytes more)` : line
}
