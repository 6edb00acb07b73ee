/**
 * The regions of one installation. All of them are served by the same processes over the same stores; a bucket lies in
 * one. The home region is that of buckets made without naming one, and what the aliases of AWS tools mean.
 */

/** A further region, as the setting has it. */
export interface RegionSetting {
  readonly name: string
  /** How hosts under own suffixes may call it besides: `bj` in `bucket.cos.bj.example.com`. */
  readonly label: string | undefined
}

export interface RegionSettings {
  readonly region: string
  readonly regions: readonly RegionSetting[]
  readonly regionAliases: readonly string[]
}

export interface Regions {
  readonly home: string
  /** Home first. */
  readonly names: readonly string[]
  has(name: string): boolean
  /** By its name or an alias; undefined: there is no such region. */
  named(name: string): string | undefined
  /** By what stands in a host: its name or its label. */
  labelled(label: string): string | undefined
  /** What to write into a host under an own suffix. */
  labelOf(name: string): string
  /** What a credential scope may name at an endpoint of this region; undefined: at one that names none. */
  signing(region: string | undefined): SigningRegions
}

export interface SigningRegions {
  /** The one to tell those who name another. */
  readonly region: string
  readonly regionAliases: readonly string[]
  /** No other is taken, also not the one that AWS tools sign for by themselves. */
  readonly regionExact: boolean
}

export function createRegions({ region: home, regions: further, regionAliases }: RegionSettings): Regions {
  const others = further.filter(({ name }) => name !== home)
  const names = [home, ...others.map(({ name }) => name)]
  // A region of its own right is nobody's alias.
  const aliases = regionAliases.filter((alias) => !names.includes(alias))
  const labels = new Map(others.flatMap(({ name, label }) => (label === undefined ? [] : [[label, name] as const])))
  const has = (name: string) => names.includes(name)
  const atHome: SigningRegions = { region: home, regionAliases: aliases, regionExact: false }
  const anywhere: SigningRegions = { ...atHome, regionAliases: [...names, ...aliases] }
  return {
    home,
    names,
    has,
    named: (name) => (has(name) ? name : aliases.includes(name) ? home : undefined),
    labelled: (label) => (has(label) ? label : labels.get(label)),
    labelOf: (name) => others.find((other) => other.name === name)?.label ?? name,
    signing: (region) => {
      if (region === undefined || !has(region)) return anywhere
      return region === home ? atHome : { region, regionAliases: [], regionExact: true }
    },
  }
}
