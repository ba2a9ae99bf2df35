// The page's entry point.

export type { Conditions } from '../core/conditions.js'
export type { Limits } from '../core/limits.js'
export type { Loss } from '../core/schema.js'
export type { TimeWindow } from '../core/time-window.js'
export { confirmed, delivered, rejected, returned } from '../redux/actions.js'
export type { BrokerState, EntryStatus } from '../redux/broker-reducer.js'
export type { OptimisticOptions, Produce } from '../redux/optimistic.js'
export type { WriteOptions } from '../redux/route.js'
export { write } from '../redux/route.js'
export type {
  Accepted,
  ActionCreator,
  AnswerOf,
  AnyRouted,
  Body,
  BrokerDispatch,
  Confirmed,
  Delivered,
  OutcomeMeta,
  PayloadOf,
  Receipt,
  Rejected,
  RejectedReason,
  RequestTemplate,
  Returned,
  Routed,
  RoutedAction,
  RoutedCreator,
  Settled,
} from '../redux/types.js'
export type { Broker, BrokerOptions, Capabilities, PageRequest, World } from './broker.js'
export type { DeadLetter, GivenUp, OutboxEntry } from './commands.js'
export {
  acknowledgeLoss,
  cancel,
  confirm,
  deadLetters,
  discard,
  discardAll,
  outboxEntries,
  requeue,
} from './commands.js'
export { createBroker } from './create-broker.js'
export type { ReadMark } from './read-mark.js'
export { markRead } from './read-mark.js'
export { NotDeliveredError } from './receipts.js'
