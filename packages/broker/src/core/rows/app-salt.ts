// The salt of an app's home. The names of partitions are made with it, so that they tell nothing of their users.

import type { RandomSource } from '../platform.js'
import { baseOfHome, findHome, listHomeRows, storedBase } from './app-homes.js'
import type { Base } from './base-path.js'
import type { SaltRow } from './rows.js'
import type { StoreTransaction } from './store-port.js'

/**
 * The salt of an app's home, made at its first use. A home that lies below the base is widened, so that all pages
 * between find it from then on.
 */
export async function readSalt(
  tx: StoreTransaction,
  randomSource: RandomSource,
  base: Base = '/',
): Promise<string> {
  const homes = await listHomeRows<SaltRow>(tx, 'salt')
  const known = findHome(homes, base)
  if (known !== undefined && base.startsWith(baseOfHome(known))) return known.value
  // The first home of the device has the name that the release before this one looks for.
  const { name, value } = known ?? { name: newSaltName(homes, base), value: randomSource.id() }
  tx.put('settings', { name, value, base: storedBase(base) })
  return value
}

const newSaltName = (homes: readonly SaltRow[], base: Base): SaltRow['name'] =>
  homes[0] ? `salt:${base}` : 'salt'

/** Writes a damaged salt anew, with the value that a page remembers. */
export async function restoreSalt(tx: StoreTransaction, value: string, base: Base): Promise<void> {
  const homes = await listHomeRows<SaltRow>(tx, 'salt')
  tx.put('settings', { name: newSaltName(homes, base), value, base: storedBase(base) })
}

/** The salt of the home that an app goes to; undefined where it has none. */
export const findSalt = async (tx: StoreTransaction, base: Base): Promise<string | undefined> =>
  findHome(await listHomeRows<SaltRow>(tx, 'salt'), base)?.value

/** The name of a user's partition: the first 32 characters of a digest of the home's salt and the user. */
export const partitionName = async (
  { digest }: Pick<RandomSource, 'digest'>,
  salt: string,
  principal: string,
): Promise<string> => (await digest(salt + principal)).slice(0, 32)
