/** A description taken apart: its first sentence says what an error means, the others what to do about it. */

export interface Advice {
  readonly meaning: string
  readonly advice: string
}

export function adviceIn(description: string): Advice {
  const end = /[。]|\.(?= )/.exec(description)
  const at = end === null ? description.length : end.index + 1
  return { meaning: description.slice(0, at), advice: description.slice(at).trim() }
}
