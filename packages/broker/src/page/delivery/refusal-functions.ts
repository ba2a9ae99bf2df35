// The functions by which routes say which answers mean refusal.
import type { AttemptContext } from '../../core/delivery/attempt.js'
import { judgeRequirement } from '../../core/outbox/delivery-requirements.js'
import { isRead, type Route } from '../../redux/route.js'

export interface RefusalFunctions {
  /** The need of each of them. */
  readonly judges: readonly string[]
  readonly refuses: Required<AttemptContext>['refuses']
}

export function createRefusalFunctions(routes: ReadonlyMap<string, Route>): RefusalFunctions {
  function refuses(type: string) {
    const route = routes.get(type)
    const says = route && !isRead(route) ? route.options.refusedWhen : undefined
    return typeof says === 'function' ? says : undefined
  }
  return { judges: [...routes.keys()].filter(refuses).map(judgeRequirement), refuses }
}
