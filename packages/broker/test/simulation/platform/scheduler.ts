// The one scheduler of a world. It owns time, and runs one task after the other. All promises that can settle have
// settled before the next task begins, so a world is the same each time.
import { setFlagsFromString } from 'node:v8'

export interface Scheduler {
  /** True time in milliseconds. Each realm has a clock of its own, which may be wrong. */
  now(): number
  /** Runs a task `ms` from now. Returns a function that takes it back. */
  after(ms: number, task: () => void): () => void
  /** Runs when the present task and all its promises are done, before the next task. */
  afterTask(work: () => void): void
  /** Runs tasks until none is left, or until a time. False where the world takes too many tasks. */
  run(untilMs: number): boolean
  tasks(): number
  /** A number that differs where the order or the times of the tasks differ. */
  hash(): number
}

interface Task {
  readonly at: number
  readonly number: number
  run: (() => void) | undefined
}

setFlagsFromString('--allow-natives-syntax')
/** Runs all microtasks at once. It does nothing where it is called from a microtask. */
const settlePromises = new Function('%PerformMicrotaskCheckpoint()') as () => void

/** The worlds are small: more tasks than these mean that something goes round for ever. */
const tasksMax = 400_000

export function createScheduler(): Scheduler {
  const heap: Task[] = []
  let ends: (() => void)[] = []
  let now = 0
  let number = 0
  let count = 0
  let hash = 0x811c9dc5

  function endTask(): void {
    settlePromises()
    while (ends.length > 0) {
      const all = ends
      ends = []
      for (const end of all) end()
      settlePromises()
    }
  }

  return {
    now: () => now,
    after(ms, run) {
      const task: Task = { at: now + Math.max(ms, 0), number: number++, run }
      push(heap, task)
      return () => {
        task.run = undefined
      }
    },
    afterTask: (work) => void ends.push(work),
    run(untilMs) {
      endTask()
      for (let task = heap[0]; task !== undefined && task.at <= untilMs; task = heap[0]) {
        pop(heap)
        const { run } = task
        if (run === undefined) continue
        if (++count > tasksMax) return false
        now = task.at
        hash = Math.imul(hash ^ task.number ^ (now * 1_000), 0x01000193)
        run()
        endTask()
      }
      if (now < untilMs) now = untilMs
      return true
    },
    tasks: () => count,
    hash: () => hash >>> 0,
  }
}

const isBefore = (a: Task, b: Task) => a.at < b.at || (a.at === b.at && a.number < b.number)

function push(heap: Task[], task: Task): void {
  let at = heap.length
  heap.push(task)
  while (at > 0) {
    const up = (at - 1) >> 1
    const parent = heap[up] as Task
    if (!isBefore(task, parent)) break
    heap[at] = parent
    at = up
  }
  heap[at] = task
}

function pop(heap: Task[]): void {
  const last = heap.pop() as Task
  if (heap.length === 0) return
  let at = 0
  for (;;) {
    let down = 2 * at + 1
    if (down >= heap.length) break
    if (down + 1 < heap.length && isBefore(heap[down + 1] as Task, heap[down] as Task)) down++
    const child = heap[down] as Task
    if (!isBefore(child, last)) break
    heap[at] = child
    at = down
  }
  heap[at] = last
}
