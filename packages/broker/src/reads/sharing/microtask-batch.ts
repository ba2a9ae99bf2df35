// All that are asked for in one turn stand in line together, so that the most urgent of them goes first.
import type { SharedRequest } from './shared-request.js'

export function batchInMicrotask(): (request: SharedRequest) => void {
  let turn: SharedRequest[] = []
  async function flush(): Promise<void> {
    const all = turn
    turn = []
    await Promise.all(all.map((one) => one.prepare()))
    for (const one of all) one.ask()
  }
  return (request) => {
    turn.push(request)
    if (turn.length === 1) queueMicrotask(flush)
  }
}
