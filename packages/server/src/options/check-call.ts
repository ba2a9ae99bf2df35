// Checks the arguments of a call, each time. A mistake here would else be answered 500, in words of the runtime.
import { checkNames, checkOneOf, checkWhole, told } from './check-values.js'
import { UsageError } from './usage-error.js'

/** @throws UsageError where no Request of Fetch was given */
export function checkRequest(where: string, request: unknown): void {
  const { headers, url } = (request ?? {}) as Partial<Request>
  if (typeof headers?.get === 'function' && typeof url === 'string') return
  throw new UsageError(
    `${where}: got ${told(request)}, expected a Request of Fetch. In Express and Fastify take it from nodeHandler or ` +
      'fastifyHandler, in Hono give c.req.raw',
  )
}

/** @throws UsageError where no handler was given */
export function checkHandler(handler: unknown): void {
  if (typeof handler === 'function') return
  throw new UsageError(
    `run: got ${told(handler)}, expected a handler, as in run(request, async ({ tx }) => …)`,
  )
}

/** @throws RangeError or TypeError on arguments that cannot be meant */
export function checkPurge(recordsMax: unknown, options: { readonly clockIsRight?: boolean }): void {
  checkWhole('recordsMax', recordsMax)
  checkNames('purge', options, ['clockIsRight'])
  checkOneOf('clockIsRight', options.clockIsRight, [true, false])
}

/** @throws TypeError where the principal is not the text that its records lie under */
export function checkPrincipal(principal: unknown): void {
  if (typeof principal === 'string') return
  throw new TypeError(`purgePrincipal: got ${told(principal)}, expected the principal as a string`)
}
