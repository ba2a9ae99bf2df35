// The reads of one turn, which go to the worker together, and the port over which all more is said of them: one for
// all, so that what happened first is heard first.
import type { RequestedRead, SubscriberMessage, WorkerMessage } from '../../core/reads/worker-messages.js'

export interface RequestBatch {
  /** The worker's end of the port. */
  readonly port: MessagePort
  /** Those that nobody has taken back. */
  reads(): readonly RequestedRead[]
  /** `hear` gets what the worker says of this read. */
  add(read: Omit<RequestedRead, 'id'>, hear: (word: WorkerMessage) => void): BatchedRead
}

/** A read in a letter. */
export interface BatchedRead {
  raise(priority: number): void
  /** Takes it back, wherever it is by now. */
  leave(): void
  /** No more is said of it. The port closes with the last. */
  close(): void
}

export function createRequestBatch(): RequestBatch {
  const { port1: port, port2 } = new MessageChannel()
  const open = new Map<number, { readonly read: RequestedRead; hear(word: WorkerMessage): void }>()
  let lastId = 0
  const say = (word: SubscriberMessage) => port.postMessage(word)
  port.onmessage = ({ data }: MessageEvent<WorkerMessage>) => {
    if (data.type !== 'taken') open.get(data.id)?.hear(data)
    else for (const { hear } of open.values()) hear(data)
  }
  return {
    port: port2,
    reads: () => [...open.values()].map(({ read }) => read),
    add(read, hear) {
      const id = ++lastId
      open.set(id, { read: { ...read, id }, hear })
      const close = () => {
        open.delete(id)
        if (open.size === 0) port.close()
      }
      return {
        raise: (priority) => say({ type: 'raise', id, priority }),
        leave() {
          say({ type: 'leave', id })
          close()
        },
        close,
      }
    },
  }
}
