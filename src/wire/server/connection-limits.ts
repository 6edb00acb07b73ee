/**
 * How many connections may be open, in all and from one address. Counts only: the caller says when a connection came
 * and when it went. What is counted here bounds everything that the server holds per connection.
 */

export interface ConnectionLimits {
  /** Counts the connection, whatever the verdict, until `release`. */
  admit(address: string): Admission
  release(address: string): void
  readonly openCount: number
}

/** `refused`: tell the client. `overwhelmed`: so many are being refused that even telling them costs too much. */
export type Admission = 'admitted' | 'refused-total' | 'refused-address' | 'overwhelmed'

export function createConnectionLimits(limits: {
  readonly connectionsMax: number
  readonly connectionsPerAddressMax: number
  readonly refusalsMax: number
}): ConnectionLimits {
  const byAddress = new Map<string, number>()
  let openCount = 0
  return {
    admit(address) {
      const fromAddress = (byAddress.get(address) ?? 0) + 1
      byAddress.set(address, fromAddress)
      openCount++
      if (openCount > limits.connectionsMax + limits.refusalsMax) return 'overwhelmed'
      if (openCount > limits.connectionsMax) return 'refused-total'
      if (fromAddress > limits.connectionsPerAddressMax + limits.refusalsMax) return 'overwhelmed'
      if (fromAddress > limits.connectionsPerAddressMax) return 'refused-address'
      return 'admitted'
    },
    release(address) {
      const rest = (byAddress.get(address) ?? 1) - 1
      if (rest === 0) byAddress.delete(address)
      else byAddress.set(address, rest)
      openCount--
    },
    get openCount() {
      return openCount
    },
  }
}

/** An IPv4 client of a dual-stack listener is one client under either spelling. */
export function plainAddress(address: string | undefined): string {
  if (address === undefined) return ''
  return address.startsWith('::ffff:') ? address.slice(7) : address
}
