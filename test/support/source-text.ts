/**
 * TypeScript source as the tidy test reads it: the code with comments and the insides of literals blanked out, at the
 * same positions, and the modules it names. A lexer, not a parser: enough to count and to match words.
 */

export interface Source {
  /** Below the root of the repository, with forward slashes. */
  readonly path: string
  readonly text: string
  /** As long as `text`; comments, strings, template text and regular expressions are spaces. */
  readonly code: string
  /** What stands in quotes behind `from` or inside `import(…)`. */
  readonly imports: readonly string[]
  /** Every string literal. */
  readonly strings: readonly string[]
}

export interface FunctionSpan {
  readonly path: string
  readonly line: number
  readonly name: string
  readonly lines: number
}

export function readSource(path: string, text: string): Source {
  const literals: Literal[] = []
  const code = blank(text, literals)
  const imports = literals
    .filter(({ start }) => /(?:[\s}*]from\s*|\bimport\s*\(?\s*)$/.test(code.slice(Math.max(0, start - 40), start)))
    .map(({ value }) => value)
  return { path, text, code, imports, strings: literals.map(({ value }) => value) }
}

export function lineAt(text: string, position: number): number {
  return text.slice(0, position).split('\n').length
}

interface Literal {
  readonly start: number
  readonly value: string
}

/** Longest first match at one position; each ends where its own grammar ends. */
const TOKEN = /\/\/[^\n]*|\/\*[\s\S]*?\*\/|'(?:[^'\\\n]|\\.)*'|"(?:[^"\\\n]|\\.)*"|`|[{}]/y
const REGULAR_EXPRESSION = /\/(?:[^/\\[\n]|\\.|\[(?:[^\]\\\n]|\\.)*\])+\/[a-z]*/y
/** A slash begins a regular expression where a value may begin. */
const BEFORE_VALUE = /(?:^|[=(,:;!&|?{}[+\-*%<>~]|\b(?:return|case|typeof|in|of|await|yield|void))\s*$/

function blank(text: string, literals: Literal[]): string {
  let code = ''
  let depth = 0
  /** The depths at which a closing brace goes on with a template. */
  const templates: number[] = []
  const keep = (length: number) => {
    code += text.slice(code.length, code.length + length)
  }
  const erase = (length: number) => {
    code += text.slice(code.length, code.length + length).replace(/[^\n]/g, ' ')
  }
  const eraseTemplateText = () => {
    erase(templateLength(text, code.length))
    if (text[code.length - 1] === '$') templates.push(depth + 1)
  }
  while (code.length < text.length) {
    const position = code.length
    const token = match(TOKEN, text, position) ?? ''
    if (token === '`') {
      erase(1)
      eraseTemplateText()
    } else if (token === '}') {
      const resumes = templates.at(-1) === depth
      if (resumes) templates.pop()
      depth--
      keep(1)
      if (resumes) eraseTemplateText()
    } else if (token === '{') {
      depth++
      keep(1)
    } else if (token !== '') {
      if (!token.startsWith('/')) literals.push({ start: position, value: token.slice(1, -1) })
      erase(token.length)
    } else {
      const expression = BEFORE_VALUE.test(code.slice(-200)) ? match(REGULAR_EXPRESSION, text, position) : undefined
      if (expression === undefined) keep(1)
      else erase(expression.length)
    }
  }
  return code
}

function match(sticky: RegExp, text: string, position: number): string | undefined {
  sticky.lastIndex = position
  return sticky.exec(text)?.[0]
}

/** To the closing backtick, included, or to the `$` before a brace, included: the brace is read as an ordinary one. */
function templateLength(text: string, from: number): number {
  for (let position = from; position < text.length; position++) {
    if (text[position] === '\\') position++
    else if (text[position] === '`' || text.startsWith('${', position)) return position + 1 - from
  }
  return text.length - from
}

/** Every function with a body in braces, and how many lines it takes. */
export function functionSpans({ path, code }: Source): FunctionSpan[] {
  const spans: FunctionSpan[] = []
  const open: number[] = []
  for (let position = 0; position < code.length; position++) {
    if (code[position] === '{') open.push(position)
    if (code[position] !== '}') continue
    const start = open.pop()
    if (start === undefined) continue
    const before = code.slice(Math.max(0, start - 400), start)
    if (!opensFunction(before)) continue
    const line = lineAt(code, start)
    spans.push({ path, line, name: nameBefore(before), lines: lineAt(code, position) - line + 1 })
  }
  return spans
}

function opensFunction(before: string): boolean {
  if (/=>\s*$/.test(before)) return true
  if (!/\)\s*(?::[^;{}=]*)?$/.test(before)) return false
  const head = before.slice(before.lastIndexOf('\n', before.lastIndexOf('(')) + 1)
  return !/^[\s}]*(?:else\s+)?(?:if|for|while|switch|catch|with)\b/.test(head)
}

function nameBefore(before: string): string {
  const names = [...before.matchAll(/(?:function\*?\s+|const\s+|async\s+|^\s*)([\w$]+)\s*(?:[<(:=]|$)/gm)]
  return names.at(-1)?.[1] ?? '(anonymous)'
}
