// Group commit. Captures go to the disk in the order of their dispatch, all of one turn in one transaction. Captures
// that come during a commit share the next one.
import type { Capture } from '../../core/outbox/append.js'
import { isFull } from '../../core/rows/disk-reserve.js'
import { isUnstorable } from './capture-refusal.js'

export interface QueuedCapture {
  readonly id: string
  readonly principal: string
  readonly lane: string
  /** Undefined while the body is being read. Later captures of the lane wait for it. */
  capture: Capture | undefined
}

export interface CaptureQueue {
  push(item: QueuedCapture): void
  /** Call it when a body has been read. */
  ready(): void
  /** Takes a capture back that is not yet being written. False where the call comes too late. */
  remove(id: string): boolean
  readonly size: number
}

export interface CaptureSink {
  /** Commits the captures of one user. */
  append(principal: string, captures: readonly Capture[]): Promise<void>
  failed(captures: readonly Capture[], error: unknown): void
}

export function createCaptureQueue(sink: CaptureSink): CaptureQueue {
  let waiting: QueuedCapture[] = []
  let writing = 0
  let busy = false

  async function flush(): Promise<void> {
    for (;;) {
      const { batch, rest } = split(waiting)
      const [first] = batch
      if (first === undefined) return
      waiting = rest
      writing = batch.length
      const captures = batch.flatMap(({ capture }) => capture ?? [])
      try {
        await sink.append(first.principal, captures)
      } catch (error) {
        if (captures.length > 1 && isItsOwn(error)) await appendApart(first.principal, captures)
        else sink.failed(captures, error)
      }
      writing = 0
    }
  }

  /** The storage refuses one of them, which ends alone. */
  async function appendApart(principal: string, captures: readonly Capture[]): Promise<void> {
    for (const one of captures)
      await sink.append(principal, [one]).catch((error: unknown) => sink.failed([one], error))
  }

  function ready(): void {
    if (busy) return
    busy = true
    // A microtask later, so that all captures of this turn are there.
    queueMicrotask(() =>
      flush().finally(() => {
        busy = false
        if (split(waiting).batch.length > 0) ready()
      }),
    )
  }

  return {
    push(item) {
      waiting.push(item)
      ready()
    },
    ready,
    remove(id) {
      const before = waiting.length
      waiting = waiting.filter((item) => item.id !== id)
      // Captures that waited behind it need not wait for the next one.
      ready()
      return waiting.length < before
    },
    get size() {
      return waiting.length + writing
    },
  }
}

/** Whether the failure may be that of one capture, and not of the storage itself. */
const isItsOwn = (error: unknown) => isUnstorable(error) || isFull(error)

/** The captures that may be written now are one user's, and have no unread one of their lane before them. */
function split(waiting: QueuedCapture[]): { batch: QueuedCapture[]; rest: QueuedCapture[] } {
  const held = new Set<string>()
  const batch: QueuedCapture[] = []
  const rest: QueuedCapture[] = []
  for (const item of waiting) {
    const principal = batch[0]?.principal ?? item.principal
    if (item.capture === undefined || item.principal !== principal || held.has(item.lane)) {
      held.add(item.lane)
      rest.push(item)
    } else batch.push(item)
  }
  return { batch, rest }
}
