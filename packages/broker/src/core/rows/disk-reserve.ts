// Room on a full disk. A spare row is kept, and given up where the disk is full, so that accepted entries can still be
// sent and settled. Captures never get this room. They are refused, and the user still has their words.
import type { RandomSource } from '../platform.js'
import type { Store, StoreTransaction } from './store-port.js'

const name = 'reserve'
/** Random bytes, which no browser can press together. Chromium keeps so many in a file of its own. */
const reserveBytes = 131_072
/** The disk's own accounts lag a little behind. */
const triesMax = 4

/**
 * Makes the reserve where there is none. It belongs into the transaction of a capture, so that a capture never consumes
 * space that was freed for deliveries.
 */
export async function keepReserve(
  tx: StoreTransaction,
  randomSource: Pick<RandomSource, 'bytes'>,
): Promise<void> {
  if (!(await isKept(tx))) tx.put('settings', { name, value: randomSource.bytes(reserveBytes) })
}

/** Makes it ahead of the first capture, which then only finds it. Without room the capture tries again. */
export async function prepareReserve(store: Store, randomSource: Pick<RandomSource, 'bytes'>): Promise<void> {
  try {
    if (await store.transact('readonly', 'relaxed', isKept)) return
    await store.transact('readwrite', 'relaxed', (tx) => keepReserve(tx, randomSource))
  } catch {}
}

const isKept = async (tx: StoreTransaction) =>
  (await tx.firstKey({ store: 'settings', from: [name], to: [name] })) !== undefined

/** A transaction that only deletes is let through where one that writes is not. */
export const releaseReserve = (store: Store): Promise<void> =>
  store.transact('readwrite', 'relaxed', async (tx) => tx.delete('settings', [name]))

/** Whether there is no room left for what was to be written. */
export const isFull = (error: unknown): boolean =>
  (error as Partial<Error> | undefined)?.name === 'QuotaExceededError'

/** The store for everything but captures. A transaction that does not fit is tried again once room was made. */
export function retryAfterFreeingSpace(store: Store): Store {
  // Making room costs room, since the disk keeps books of it. After a try in vain it is not done again until there is room.
  let isHopeless = false
  return {
    ...store,
    async transact(mode, durability, work) {
      for (let tries = 1; ; tries++) {
        try {
          const result = await store.transact(mode, durability, work)
          if (mode === 'readwrite') isHopeless = false
          return result
        } catch (error) {
          if (isHopeless || !isFull(error)) throw error
          isHopeless = tries === triesMax
          await store.makeRoom?.()
        }
      }
    },
  }
}
