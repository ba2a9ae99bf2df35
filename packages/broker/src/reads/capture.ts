// From a routed action that asks to its receipt.

import type { StoredAction } from '../core/schema.js'
import { asRefusal, passOn } from '../page/capturing.js'
import { settledOf } from '../page/page-view.js'
import type { ReadContext } from '../page/read-engine.js'
import { ask, Refusal } from '../page/snapshot.js'
import { type OutcomeAction, outcome } from '../redux/actions.js'
import { isDevelopment } from '../redux/development.js'
import { describe, type ReadRoute } from '../redux/route.js'
import type { AnswerMeta, Receipt, Settled } from '../redux/types.js'
import type { ReadOptions } from './read.js'
import { createReader, type Reader, type Wish } from './reader.js'
import { type ReadTemplate, toRequest } from './request.js'

type Options = ReadOptions<never, unknown>

export interface CaptureContext extends Pick<ReadContext, 'ports' | 'receipts' | 'snapshot' | 'dispatch'> {
  /** Gives what the reader leaves by. */
  ask(reader: Reader): () => void
}

/** Never throws: what cannot be asked for settles as rejected. `next` takes the action on to the reducers. */
export function captureRead(
  context: CaptureContext,
  route: ReadRoute,
  action: StoredAction,
  next: (action: unknown) => unknown,
): Receipt<unknown> {
  const { ports, receipts } = context
  const id = ports.chance.id()
  let leave = () => {}
  let isOver = false
  const end = (settled: Settled<unknown>) => {
    isOver = true
    receipts.settle(id, settled)
  }
  const receipt = receipts.open(id, async () => {
    const wasOver = isOver
    leave()
    end({ status: 'cancelled' })
    return wasOver ? 'tooLate' : 'cancelled'
  })
  try {
    const wish = wishOf(route, action, context)
    receipts.accept(id)
    const parse = (body: unknown) => (route.options.answer ? route.options.answer(body) : body)
    const routed = { id, action, request: wish.request, parse }
    leave = context.ask(createReader(wish, (_result, told) => end(settledOfRead(told)), routed))
    passOn(ports, () => next(action))
  } catch (error) {
    const { reason, message, cause } = asRefusal(error)
    if (isDevelopment) console.error(`redux-broker: ${message}`, cause ?? '')
    const refused = { kind: 'rejected', entryId: id, action, error: { reason } } as const
    context.dispatch(outcome({ ...refused, lane: '', at: 0, late: false, read: true }))
    end({ status: 'rejected', reason })
  }
  return receipt
}

/** @throws Refusal */
function wishOf({ type, options }: ReadRoute, action: StoredAction, context: CaptureContext): Wish {
  const { request, priority, tags, answer: _answer, ...rest } = options as unknown as Options
  const of = <T>(name: string, given: T | ((payload: never) => T)): T =>
    ask(isDevelopment && `the \`${name}\` of ${type}`, () =>
      typeof given === 'function' ? (given as (payload: unknown) => T)(action.payload) : given,
    )
  const template = ask(isDevelopment && `the \`request\` of ${type}`, () =>
    (request as (payload: unknown, action: unknown) => string | ReadTemplate)(action.payload, action),
  )
  return {
    ...rest,
    request: toRequest(type, template, context.snapshot),
    priority: checkedPriority(type, of('priority', priority ?? 5)),
    tags: of('tags', tags ?? []),
  }
}

/** @throws Refusal */
export function checkedPriority(what: string, priority: number): number {
  if (Number.isInteger(priority) && priority >= 1 && priority <= 9) return priority
  throw new Refusal(
    'invalidRequest',
    isDevelopment &&
      `The \`priority\` of ${what} must be a whole number from 1 to 9; it is ${describe(priority)}.`,
  )
}

/** Undefined where the reader was told of no outcome, since it left. */
function settledOfRead(told: OutcomeAction | undefined): Settled<unknown> {
  if (told === undefined) return { status: 'cancelled' }
  const { entryId: _id, arg: _arg, action: _action, broker: _broker, ...meta } = told.meta
  return { ...settledOf(told), ...(meta as Partial<AnswerMeta>) }
}
