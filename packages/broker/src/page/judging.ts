// The functions by which routes say which answers mean refusal.
import type { AttemptContext } from '../core/attempt.js'
import { judgeOf } from '../core/channel.js'
import { isRead, type Route } from '../redux/route.js'

export interface Judging {
  /** The need of each of them. */
  readonly judges: readonly string[]
  readonly refuses: Required<AttemptContext>['refuses']
}

export function createJudging(routes: ReadonlyMap<string, Route>): Judging {
  function refuses(type: string) {
    const route = routes.get(type)
    const says = route && !isRead(route) ? route.options.refusedWhen : undefined
    return typeof says === 'function' ? says : undefined
  }
  return { judges: [...routes.keys()].filter(refuses).map(judgeOf), refuses }
}
