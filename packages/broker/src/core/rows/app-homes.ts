// Several apps of one origin share a database. Each has a home in it: a salt and a session of its own, for all pages
// and workers below one base.

import { isNumber, isText, type UncheckedRow } from '../type-checks.js'
import { type Base, isBase } from './base-path.js'
import type { PartitionRow, SaltRow, SessionRow, SettingRow } from './rows.js'
import { partitionsMax } from './schema.js'
import type { StoreTransaction } from './store-port.js'

/** Rows of the root name no base, like rows from before there were bases. */
export const baseOfHome = ({ base = '/' }: Pick<SaltRow, 'base'>): Base => base
export const storedBase = (base: Base): Base | undefined => (base === '/' ? undefined : base)

/** The nearest home at or above a base, else the only one below it. Undefined where the app has none yet. */
export function findHome(homes: readonly SaltRow[], base: Base): SaltRow | undefined {
  const above = homes.filter((home) => base.startsWith(baseOfHome(home)))
  const below = homes.filter((home) => baseOfHome(home).startsWith(base))
  above.sort((one, other) => baseOfHome(other).length - baseOfHome(one).length)
  return above[0] ?? (below.length === 1 ? below[0] : undefined)
}

/** The name of the session of a home. */
export const sessionNameOfHome = ({ name }: Pick<SaltRow, 'name'>) =>
  name.replace('salt', 'active') as SessionRow['name']

/** The name of the session of the home that a user's outbox lies in. */
export const sessionNameOfPartition = ({ home = 'active' }: Pick<PartitionRow, 'home'>): string => home

/** Whether work of this outbox waits in the home. */
export const hasWorkIn = (home: SaltRow, row: PartitionRow): boolean =>
  row.waiting + row.dead > 0 && sessionNameOfPartition(row) === sessionNameOfHome(home)

/** The rows of all homes, the first home's first, but for damaged ones. */
export async function listHomeRows<Row extends SaltRow | SessionRow>(
  tx: StoreTransaction,
  kind: 'salt' | 'active',
): Promise<readonly Row[]> {
  const span = { store: 'settings', from: [kind], to: [`${kind}:\uffff`] } as const
  return (await tx.list(span, partitionsMax))
    .map(withMendedBase)
    .filter(isValidHomeRow) as unknown as readonly Row[]
}

/** A salt is worth more than its base. Where the base is damaged the home lies where its name says. */
const withMendedBase = (row: SettingRow): SettingRow =>
  row.name.startsWith('salt') && !isBase(baseOfHome(row as SaltRow))
    ? { ...(row as SaltRow), base: storedBase(row.name.slice('salt:'.length) || '/') }
    : row

/** Whether it may be the salt or the session of a home. */
export function isValidHomeRow(row: SettingRow): boolean {
  const { name, value, partition, principal, base = '/', from = '/', at = 0 } = row as unknown as UncheckedRow
  const isFilled = (text: unknown) => isText(text) && text !== ''
  if (!isBase(base)) return false
  return String(name).startsWith('salt')
    ? isFilled(value)
    : isFilled(partition) && isText(principal) && isText(from) && isNumber(at)
}
