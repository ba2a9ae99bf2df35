// What is kept of one user's reads, and that it goes with the user: only copies of the user whose session it is, as the
// rows say it to all tabs, may lie on the device (SEC28).
import { readSessions } from '../core/partition.js'
import type { Copies, Ports } from '../core/ports.js'
import { type CopyBounds, isTooOld, type KeptCopy, mayBeKept } from '../core/reads/kept-copy.js'
import type { ReadAnswer } from '../core/reads/line.js'

/** None of these rejects. */
export interface Keeping {
  find(key: string): Promise<KeptCopy | undefined>
  /** Keeps an answer where it may be kept; where not, what was kept of the same read goes. */
  keep(key: string, answer: ReadAnswer, fetchedAt: number): Promise<void>
  drop(key: string): Promise<void>
}

export interface KeepingContext {
  readonly copies: Copies
  readonly ports: Pick<Ports, 'store' | 'clock'>
  readonly partition: string
  readonly bounds: CopyBounds
}

export function createKeeping({ copies, ports, partition, bounds }: KeepingContext): Keeping {
  const isActive = async () => (await activePartitions(ports))?.includes(partition)

  /** What is written while the user leaves, perhaps in another tab, is undone: who leaves says so first and clears then. */
  async function whileActive(write: () => Promise<void>): Promise<void> {
    if (!(await isActive())) return
    await write()
    if (!(await isActive())) await copies.clear(partition)
  }

  return {
    async find(key) {
      const copy = await copies.find(partition, key)
      return copy === undefined || isTooOld(copy, bounds, ports.clock.now()) ? undefined : copy
    },
    keep: (key, answer, fetchedAt) =>
      mayBeKept(answer)
        ? whileActive(() => copies.keep(partition, key, { answer, fetchedAt }, bounds))
        : copies.drop(partition, key),
    drop: (key) => copies.drop(partition, key),
  }
}

/**
 * Takes away what is kept of users whose session it is not. Call it when a sign-in or a sign-out has been written, with
 * the partition that was `left`; and at a start, since whoever was to do it before may have died. Never rejects.
 */
export async function clearLeft(
  copies: Copies,
  ports: KeepingContext['ports'],
  left?: string,
): Promise<void> {
  if (left !== undefined) await copies.clear(left)
  const active = await activePartitions(ports)
  if (active !== undefined) await copies.clearOthers(active)
}

/** Undefined where the storage fails, of which others tell: then nothing is kept, as of a user who gave up everything. */
async function activePartitions({ store }: KeepingContext['ports']): Promise<readonly string[] | undefined> {
  try {
    const sessions = await store.transact('readonly', 'relaxed', readSessions)
    return sessions.filter(({ principal }) => principal !== '').map(({ partition }) => partition)
  } catch {
    return undefined
  }
}
