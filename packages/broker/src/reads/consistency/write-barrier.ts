// Keeps a read's answer from being taken for the truth about what is being written (P8): it is asked for when nothing
// that it shows is on its way, and looked at again when it is there.

import { readUnsettledWrites } from '../../core/journal/outbox-changes.js'
import { holdSureMs, probeSpacingMs } from '../../core/limits.js'
import type { Owner } from '../../core/outbox/partition.js'
import type { Ports } from '../../core/ports.js'
import type { Tag } from '../../core/reads/consistency/tags.js'
import { touchedTags, type WriteOverlap, writeOverlap } from '../../core/reads/consistency/write-overlap.js'
import type { StoredAction } from '../../core/rows/entry.js'
import type { PageLifecycle } from '../../page/lifecycle/page-lifecycle.js'
import type { StoreBridge } from '../../page/view/store-bridge.js'
import { type BrokerAction, isOutcome, type OutcomeAction } from '../../redux/actions.js'
import type { WriteTags } from './write-tags.js'

export interface WriteBarrierContext {
  readonly ports: Pick<Ports, 'store' | 'clock'>
  readonly host: Pick<PageLifecycle, 'believesOnline' | 'listen'>
  readonly view: Pick<StoreBridge, 'onTheirWay' | 'outcomesSince'>
  readonly written: WriteTags
  /** '' while nobody is signed in: nothing is written then. */
  readonly principal: string
  /** What waits is back in the view. */
  readonly restored: Promise<void>
  /** The last row of the journal that is in the view. */
  shown(): number
  user(): Promise<Owner | undefined>
}

/** What the view had at some moment. */
export interface BarrierSnapshot {
  readonly number: number
  readonly at: number
}

export interface WriteBarrier {
  /**
   * Whether something that touches these is on its way in this page's view. A device that knows it is offline waits
   * for nothing: no answer would come either. `again`: one has come and was not trusted; what was in its way is waited
   * for in any case.
   */
  isBlocked(tags: readonly Tag[], again: boolean): boolean
  /**
   * Resolves when it is not, or with the signal. True: something is on its way yet, as in a lane that the server told
   * to wait, but has had no effect, so that it goes on top of an answer without being counted twice.
   */
  wait(tags: readonly Tag[], again: boolean, signal: AbortSignal): Promise<boolean>
  /** Call it as the read is asked for. */
  snapshot(): BarrierSnapshot
  /**
   * Call it when the answer is there, and dispatch that answer next: of which tags it cannot be trusted, and whether
   * to hold it and read again (`passes`). `sentAt`: when its request was sent, which is before the mark where it is
   * shared. Never rejects: where the storage fails nothing can be trusted.
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

  async function look(
    tags: readonly Tag[],
    mark: BarrierSnapshot,
    sentAt: number,
  ): Promise<WriteOverlap | undefined> {
    const owner = await context.user()
    if (owner === undefined) return undefined
    const unsure = await ports.store.transact('readonly', 'relaxed', (tx) =>
      readUnsettledWrites(tx, owner.partition, mark.number),
    )
    const shown = sentAt < mark.at ? view.outcomesSince(sentAt - 1) : []
    const actions = shown.map(({ meta }) => meta.action)
    const overlap = writeOverlap(tags, unsure, actions, written.touched)
    met.add(overlap)
    return overlap
  }

  const mark = (): BarrierSnapshot => ({ number: context.shown(), at: ports.clock.now() })

  /** Looks again and again, after a while, whether nothing that touches these may have had an effect. */
  function watchRows(tags: readonly Tag[], onSure: () => void): () => void {
    let isOver = false
    let cancel = ports.clock.after(holdSureMs, check)
    async function check(): Promise<void> {
      const found = await look(tags, mark(), ports.clock.now()).catch(() => undefined)
      if (isOver) return
      if (found?.tags.length === 0) onSure()
      else cancel = ports.clock.after(probeSpacingMs, check)
    }
    return () => {
      isOver = true
      cancel()
    }
  }

  return {
    isBlocked: isHeld,
    async wait(tags, again, signal) {
      const sure = new AbortController()
      const stopWatching = again ? () => {} : watchRows(tags, () => sure.abort())
      await waiting.until(() => !isHeld(tags, again), AbortSignal.any([signal, sure.signal]))
      stopWatching()
      return sure.signal.aborted
    },
    snapshot: mark,
    async conflicts(tags, mark, sentAt) {
      if (isFree(tags)) return { tags: [], passes: false }
      const found = await look(tags, mark, sentAt).catch(() => undefined)
      return found ?? { tags, passes: false }
    },
    hear(action) {
      met.hear(action)
      waiting.look()
    },
    stop,
  }
}

/** Those who wait for the view to change: however many outcomes come in one frame, they look once. */
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

/** Why answers were not trusted, until this page hears how it ended: not all of it is in the view. */
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
