// The page's entry point.

export type { AnswerMark, AnswerSeen, RefusesAnswer } from '../core/answer.js'
export type { Conditions } from '../core/conditions.js'
export type { Limits } from '../core/limits.js'
export type { OriginOption, OriginWithOptions } from '../core/origins.js'
export type { Tag } from '../core/reads/tags.js'
export type { Loss } from '../core/schema.js'
export type { SessionRules } from '../core/session-rules.js'
export type { Success } from '../core/success.js'
export type { TimeWindow } from '../core/time-window.js'
export { limitReads, watchReads } from '../reads/commands.js'
export type { ReadsOptions } from '../reads/engine.js'
export type { ReadOptions } from '../reads/read.js'
export { read } from '../reads/read.js'
export { reads } from '../reads/reads.js'
export type { ReadTemplate } from '../reads/request.js'
export { confirmed, delivered, rejected, returned } from '../redux/actions.js'
export type { BrokerState, EntryStatus } from '../redux/broker-reducer.js'
export { confirmedState } from '../redux/kept-state.js'
export type { Produce } from '../redux/layers.js'
export type { OptimisticOptions } from '../redux/optimistic.js'
export type { RefusedWhen, TagsOf, WriteOptions } from '../redux/route.js'
export { write } from '../redux/route.js'
export type { OriginTrouble, TroubleCode } from '../redux/trouble.js'
export type {
  Accepted,
  ActionCreator,
  AnswerMeta,
  AnswerOf,
  AnyRouted,
  Body,
  BrokerDispatch,
  Confirmed,
  Delivered,
  NoAnswerReason,
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
export type { FetchOptions, ReadEvent, ReadPart, Wishes } from './read-engine.js'
export type { ReadMark } from './read-mark.js'
export { markRead } from './read-mark.js'
export { NotDeliveredError } from './receipts.js'
