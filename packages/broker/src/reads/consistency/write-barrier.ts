// The write barrier (P8). A read waits while writes to its tags are on their way. Its answer is checked against the
// writes of the meantime.

import { readUnsettledWrites } from '../../core/journal/outbox-changes.js'
import { holdSureMs, probeSpacingMs } from '../../core/limits.js'
import type { Ports } from '../../core/ports/all-ports.js'
import type { Tag } from '../../core/reads/consistency/tags.js'
import { touchedTags, type WriteOverlap, writeOverlap } from '../../core/reads/consistency/write-overlap.js'
import type { StoredAction } from '../../core/rows/entry.js'
import type { ReadEngineContext } from '../../page/reads-port.js'
import { type BrokerAction, isOutcome, type OutcomeAction } from '../../redux/actions.js'
import type { WriteTags } from './write-tags.js'

export interface WriteBarrierContext extends Pick<ReadEngineContext, 'view' | 'user' | 'shown'> {
  readonly ports: Pick<Ports, 'store' | 'clock'>
  readonly host: Pick<ReadEngineContext['host'], 'believesOnline' | 'listen'>
  readonly written: WriteTags
  /** '' while nobody is signed in. Nothing is written then. */
  readonly principal: string
  /** Resolves when the entries that wait are back in the view. */
  readonly restored: Promise<void>
}

/** The state of the view at some moment. */
export interface BarrierSnapshot {
  readonly number: number
  readonly at: number
}

export interface WriteBarrier {
  /**
   * Whether a write to these tags is on its way in this page's view. A device that is offline waits for nothing, since no
   * answer would come. `again` says that an answer came and was not trusted. Then its writes are waited for in any case.
   */
  isBlocked(tags: readonly Tag[], again: boolean): boolean
  /**
   * Resolves when the read is not blocked any more, or with the signal. Gives true if the writes on their way have surely
   * had no effect, as in a lane that the server told to wait. Such writes go on top of an answer and are counted once.
   */
  wait(tags: readonly Tag[], again: boolean, signal: AbortSignal): Promise<boolean>
  /** Call it as the read is asked for. */
  snapshot(): BarrierSnapshot
  /**
   * Call it when the answer is there, and dispatch the answer next. Gives the tags on which the answer cannot be trusted,
   * and whether to read again (`passes`). A shared request may be sent (`sentAt`) before the mark. Never rejects. Where
   * the storage fails no tag can be trusted.
   */
  conflicts(
    tags: readonly Tag[],
    mark: BarrierSnapshot,
    sentAt: number,
  ): Promise<Pick<WriteOverlap, 'tags' | 'passes'>>
  /** Call it with every action of the broker's own that reaches the store. */
  hear(action: BrokerAction | OutcomeAction): void
  stop(): void
}

export function createWriteBarrier(context: WriteBarrierContext): WriteBarrier {
  const { host, view, written, ports } = context
  const waiting = createWaiting()
  const met = createMet()
  let isRestored = false
  void context.restored.then(() => {
    isRestored = true
    waiting.look()
  })
  const stop = host.listen(waiting.look)

  const isFree = (tags: readonly Tag[]) => !written.any || tags.length === 0 || context.principal === ''

  function isHeld(tags: readonly Tag[], again: boolean): boolean {
    if (isFree(tags) || !(again || host.believesOnline())) return false
    if (!isRestored || context.shown() < met.number()) return true
    const prompt = [...view.onTheirWay(), ...met.actions()].filter((action) => !written.waits(action))
    return touchedTags(tags, again ? [...prompt, ...met.actions()] : prompt, written.touched).length > 0
  }

  async function look(...asked: [readonly Tag[], BarrierSnapshot, sentAt: number]) {
    const overlap = await findOverlap(context, ...asked).catch(() => undefined)
    if (overlap !== undefined) met.add(overlap)
    return overlap
  }

  const mark = (): BarrierSnapshot => ({ number: context.shown(), at: ports.clock.now() })

  return {
    isBlocked: isHeld,
    async wait(tags, again, signal) {
      const sure = new AbortController()
      const isSure = async () => (await look(tags, mark(), ports.clock.now()))?.tags.length === 0
      const stopWatching = again ? () => {} : watchUntil(ports, isSure, () => sure.abort())
      await waiting.until(() => !isHeld(tags, again), AbortSignal.any([signal, sure.signal]))
      stopWatching()
      return sure.signal.aborted
    },
    snapshot: mark,
    async conflicts(tags, mark, sentAt) {
      if (isFree(tags)) return { tags: [], passes: false }
      return (await look(tags, mark, sentAt)) ?? { tags, passes: false }
    },
    hear(action) {
      met.hear(action)
      waiting.look()
    },
    stop,
  }
}

/** The rows of this user that touch the tags. Undefined while nobody is signed in. */
async function findOverlap(
  { ports, view, written, user }: WriteBarrierContext,
  tags: readonly Tag[],
  mark: BarrierSnapshot,
  sentAt: number,
): Promise<WriteOverlap | undefined> {
  const owner = await user()
  if (owner === undefined) return undefined
  const uncertain = await ports.store.transact('readonly', 'relaxed', (tx) =>
    readUnsettledWrites(tx, owner.partition, mark.number),
  )
  const shown = sentAt < mark.at ? view.outcomesSince(sentAt - 1) : []
  const actions = shown.map(({ meta }) => meta.action)
  return writeOverlap(tags, uncertain, actions, written.touched)
}

/** Checks after a while, and again and again, until the condition holds. Returns what ends the watch. */
function watchUntil(
  { clock }: Pick<Ports, 'clock'>,
  isMet: () => Promise<boolean>,
  onMet: () => void,
): () => void {
  let isOver = false
  let cancel = clock.after(holdSureMs, check)
  async function check(): Promise<void> {
    const found = await isMet()
    if (isOver) return
    if (found) onMet()
    else cancel = clock.after(probeSpacingMs, check)
  }
  return () => {
    isOver = true
    cancel()
  }
}

/** Waits for the view to change. Many outcomes of one frame cause one check. */
function createWaiting() {
  const checks = new Set<() => void>()
  let isLooking = false
  return {
    look() {
      if (isLooking || checks.size === 0) return
      isLooking = true
      queueMicrotask(() => {
        isLooking = false
        for (const check of [...checks]) check()
      })
    },
    until: (isMet: () => boolean, signal: AbortSignal) =>
      new Promise<void>((resolve) => {
        const check = () => {
          if (!signal.aborted && !isMet()) return void checks.add(check)
          checks.delete(check)
          signal.removeEventListener('abort', check)
          resolve()
        }
        signal.addEventListener('abort', check)
        check()
      }),
  }
}

/** Entries because of which answers were not trusted, until this page hears how they ended. Not all are in the view. */
function createMet() {
  const entries = new Map<string, StoredAction>()
  let last = 0
  return {
    number: () => last,
    actions: () => entries.values(),
    add({ soon, number }: WriteOverlap) {
      for (const { id, action } of soon) entries.set(id, action)
      last = Math.max(last, number)
    },
    hear(action: BrokerAction | OutcomeAction) {
      if (isOutcome(action)) entries.delete(action.meta.entryId)
      else if (action.type === 'redux-broker/doubted') entries.delete(action.payload)
      else if (action.type === 'redux-broker/emptied') for (const id of action.payload) entries.delete(id)
      else if (action.type === 'redux-broker/status' && action.payload.paused !== undefined) entries.clear()
    },
  }
}
