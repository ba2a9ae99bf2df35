// Tells the developer of a forgotten step, once. Production builds contain none of these texts.
import type { Action } from 'redux'
import { type OutcomeAction, pendingMark } from '../../redux/actions.js'
import { sayOnce } from '../../redux/development.js'
import { declaredTypes, isRead, type Route } from '../../redux/route.js'

type RouteTypes = ReadonlyMap<string, Route>

/** The types that some broker of this realm serves. */
const servedTypes = new Set<string>()
const copies = Symbol.for('redux-broker.copies')
/** Stands for this copy of the package. */
const thisCopy = {}

/** Call it for each broker that is made. */
export function noteBroker(routes: RouteTypes): void {
  for (const type of routes.keys()) servedTypes.add(type)
  if (typeof window === 'undefined') return
  const realm = globalThis as { [copies]?: object }
  realm[copies] ??= thisCopy
  if (realm[copies] !== thisCopy)
    sayOnce(
      'This page has two copies of the package, and each has made a broker. A route, a matcher or a command of one ' +
        'does not know a broker of the other. `npm ls redux-broker` shows both copies. Keep one by `npm dedupe`, or ' +
        'by `resolve.dedupe` of the bundler.',
    )
}

/** An action that no route of the broker takes. */
export function checkUnrouted(type: unknown): void {
  if (typeof type !== 'string' || !declaredTypes.has(type) || servedTypes.has(type)) return
  sayOnce(
    `'${type}' was dispatched, and no broker has its route, so nothing is sent. ` +
      'Add the result of write() or read() to `routes` of createBroker().',
  )
}

/** An action that reached the reducers of a broker whose middleware no store has. */
export function checkAttached(action: Action<string>, routes: RouteTypes): void {
  const route = routes.get(action.type)
  if (route === undefined || isRead(route) || pendingMark(action) !== undefined) return
  sayOnce(
    `'${action.type}' reached the reducers without the broker: no store has its middleware, so nothing is sent. ` +
      'Add it: middleware: (getDefault) => getDefault().prepend(broker.middleware).',
  )
}

/** An outcome whose cause is most often a wrong URL. */
export function checkReturned({ error, meta }: OutcomeAction): void {
  if (error?.reason !== 'redirected') return
  sayOnce(
    `'${meta.action.type}' is returned, since its server answered with a redirect, which is not followed. The common ` +
      'causes are a slash at the end of the URL, http in place of https, and a login page.',
  )
}

/** An answer that its route gets as text. */
export function checkSeen(route: Route | undefined): void {
  const marks = route && !isRead(route) ? [route.options.refusedWhen].flat() : []
  if (!marks.some((mark) => typeof mark === 'object' && mark.path !== undefined)) return
  sayOnce(
    `the \`refusedWhen\` of ${route?.type} names a \`path\`, but the answer is a text, which has no paths. ` +
      'Let the server label it as JSON (Content-Type: application/json), or name a `text`.',
  )
}

/** The state of a store that has the middleware. */
export function checkMounted(state: unknown, path = 'broker'): void {
  const slices = Object.entries((state ?? {}) as Record<string, unknown>)
  if (slices.some(([name, slice]) => name === path && isSlice(slice))) return
  const [elsewhere] = slices.find(([, slice]) => isSlice(slice)) ?? []
  sayOnce(
    elsewhere === undefined
      ? `No reducer is mounted at '${path}'. Add it: reducer: { [broker.reducerPath]: broker.reducer }.`
      : `broker.reducer is mounted at '${elsewhere}', but \`reducerPath\` is '${path}'. ` +
          `Mount it at [broker.reducerPath], or set createBroker({ reducerPath: '${elsewhere}' }).`,
  )
}

/** Whether it is a broker's own. */
export const isSlice = (slice: unknown): boolean =>
  typeof slice === 'object' && slice !== null && 'deadLetters' in slice && 'connectivity' in slice
