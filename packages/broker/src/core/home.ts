// Several apps of one origin share a database. Each has a home in it: a salt and a session of its own, for all pages
// and workers below one base.
import type { Chance, StoreTransaction } from './ports.js'
import { partitionsMax, type SaltRow, type SessionRow } from './schema.js'

/** The directory of an app, as `/` or `/shop/`. */
export type Base = string

/** Whether it is written as the path of a URL, with a `/` at both ends. */
export const isBase = (base: unknown): base is Base =>
  typeof base === 'string' && /^\/((?!\.\.?\/)[\w!$%&'()*+,.:;=@~-]+\/)*$/.test(base)

const partsOf = (url: string): readonly string[] => /^https?:\/\/[^?#]+/.exec(url)?.[0].split('/') ?? []

/**
 * The directory that a page and its script have in common. It is `/` where the script is unknown or of another origin. A
 * page at `/shop` counts as `/shop/` where the script lies below that.
 */
export function baseOf(page: string, script: string): Base {
  const parts = partsOf(page)
  const directories = partsOf(script).slice(0, -1)
  const fork = parts.findIndex((part, i) => part !== directories[i])
  // In front of the path stand the scheme, nothing, and the host.
  const path = fork === -1 ? parts.slice(3) : parts.slice(3, fork)
  return `/${path.map((name) => `${name}/`).join('')}`
}

/** Rows of the root name no base, like rows from before there were bases. */
export const baseIn = ({ base = '/' }: Pick<SaltRow, 'base'>): Base => base
export const storedBase = (base: Base): Base | undefined => (base === '/' ? undefined : base)

/** The nearest home at or above a base, else the only one below it. Undefined where the app has none yet. */
export function findHome(homes: readonly SaltRow[], base: Base): SaltRow | undefined {
  const above = homes.filter((home) => base.startsWith(baseIn(home)))
  const below = homes.filter((home) => baseIn(home).startsWith(base))
  above.sort((one, other) => baseIn(other).length - baseIn(one).length)
  return above[0] ?? (below.length === 1 ? below[0] : undefined)
}

/**
 * The salt of an app's home, made at its first use. Because of it the names of partitions tell nothing of their users
 * (SEC1). A home that lies below the base is widened, so that all pages between find it from then on.
 */
export async function readSalt(tx: StoreTransaction, chance: Chance, base: Base = '/'): Promise<string> {
  const homes = await listNamed<SaltRow>(tx, 'salt')
  const known = findHome(homes, base)
  if (known !== undefined && base.startsWith(baseIn(known))) return known.value
  // The first home of the device has the name that the release before this one looks for.
  const { name, value } = known ?? { name: homes[0] ? `salt:${base}` : 'salt', value: chance.id() }
  tx.put('settings', { name, value, base: storedBase(base) })
  return value
}

/** The salt of the home that an app goes to; undefined where it has none. */
export const findSalt = async (tx: StoreTransaction, base: Base): Promise<string | undefined> =>
  findHome(await listNamed<SaltRow>(tx, 'salt'), base)?.value

/** The rows of all homes, the first home's first. */
export const listNamed = <Row extends SaltRow | SessionRow>(tx: StoreTransaction, kind: 'salt' | 'active') =>
  tx.list({ store: 'settings', from: [kind], to: [`${kind}:\uffff`] }, partitionsMax) as Promise<
    readonly Row[]
  >
