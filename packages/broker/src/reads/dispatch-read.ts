// From a routed action that asks to its receipt, and to what is on screen because of it.
import type { StoredAction } from '../core/rows/entry.js'
import { asRefusal, passOn, type ReadEngineContext, settledOf } from '../page/reads-port.js'
import { type OutcomeAction, outcome } from '../redux/actions.js'
import { isDevelopment } from '../redux/development.js'
import { checkAnswer } from '../redux/empty-answer.js'
import type { ReadRoute } from '../redux/route.js'
import type { AnswerMeta, Receipt, Settled } from '../redux/types.js'
import { resolveReadParams } from './request/read-params.js'
import type { UserReads } from './user-reads.js'

/** Never throws. A read with bad parameters settles as `notAccepted`. `next` takes the action on to the reducers. */
export function dispatchRead(
  context: Pick<ReadEngineContext, 'ports' | 'receipts' | 'snapshot' | 'dispatch'>,
  show: UserReads['show'],
  route: ReadRoute,
  action: StoredAction,
  next: (action: unknown) => unknown,
): Receipt<unknown> {
  const { ports, receipts, dispatch } = context
  const id = ports.randomSource.id()
  let leave = () => {}
  let ended: Settled<unknown>['status'] | undefined
  const end = (settled: Settled<unknown>) => {
    ended ??= settled.status
    receipts.settle(id, settled)
  }
  const receipt = receipts.open(id, async () => {
    leave()
    end({ status: 'cancelled' })
    return ended === 'cancelled' ? 'cancelled' : 'tooLate'
  })
  try {
    const params = resolveReadParams(route, action, context)
    receipts.accept(id)
    const parse = (body: unknown) => {
      const payload = route.options.answer ? route.options.answer(body) : body
      if (isDevelopment) checkAnswer(route.type, body, payload)
      return payload
    }
    const routed = { id, action, request: params.request, parse }
    leave = show({ params: params, routed, settle: (_result, told) => end(settledOfRead(told)) })
  } catch (error) {
    const { reason, message, cause } = asRefusal(error)
    if (isDevelopment) console.error(`redux-broker: ${message}`, cause ?? '')
    const refused = { kind: 'notAccepted', entryId: id, action, error: { reason } } as const
    dispatch(outcome({ ...refused, lane: '', at: 0, late: false, read: true }))
    end({ status: 'notAccepted', reason })
    return receipt
  }
  passOn(ports, () => next(action))
  return receipt
}

/** Undefined where the reader was told of no outcome, since it left. */
function settledOfRead(told: OutcomeAction | undefined): Settled<unknown> {
  if (told === undefined) return { status: 'cancelled' }
  const { entryId: _id, arg: _arg, action: _action, broker: _broker, ...meta } = told.meta
  return { ...settledOf(told), ...(meta as Partial<AnswerMeta>) }
}
