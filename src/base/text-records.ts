/** TXT records of the name service, the only thing that this server asks it; a name that cannot be asked about has none. */

import { resolveTxt } from 'node:dns/promises'

export async function textRecords(name: string): Promise<readonly string[]> {
  try {
    return (await resolveTxt(name)).map((pieces) => pieces.join(''))
  } catch {
    return []
  }
}
