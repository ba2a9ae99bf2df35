// The door of the package. An app can import from "redux-broker" only the names in this file.

// The error of a receipt.

export { NotDeliveredError } from './page/view/receipts.js'

// Make a broker.

export { createBroker } from './page/create-broker.js'

// Declare writes and reads.

export { read } from './reads/define/read.js'
export { reads } from './reads/define/reads-plugin.js'
export { write } from './redux/write.js'

// Match outcomes in reducers.

export { delivered, deliveredWithoutAnswer, failed, notAccepted, returned } from './redux/matchers.js'

// Commands on an outbox and on reads.

export {
  acknowledgeLoss,
  cancel,
  deadLetters,
  discard,
  discardAll,
  markDelivered,
  outboxEntries,
  retry,
} from './page/outbox-commands.js'
export { limitReads, watchReads } from './page/read-commands.js'
export { markRead } from './page/read-mark.js'

// State that the app keeps.

export { confirmedState } from './redux/optimistic/persisted-state.js'

// Types.

export type { Conditions } from './core/conditions/conditions.js'
export type { TimeWindow } from './core/conditions/time-window.js'
export type { Limits } from './core/limits.js'
export type { OriginOption, OriginWithOptions } from './core/network/allowed-origins.js'
export type { Tag } from './core/reads/consistency/tags.js'
export type {
  AnswerMark,
  AnswerSeen,
  RefusesAnswer,
  SessionRules,
  Success,
} from './core/rows/answer-rules.js'
export type { Loss } from './core/rows/rows.js'
export type { Broker, BrokerOptions, Capabilities, World } from './page/broker-types.js'
export type { PageRequest } from './page/delivery/prepare-headers.js'
export type { DeadLetter, DiscardSummary, OutboxEntry } from './page/outbox-commands.js'
export type { ReadMark } from './page/read-mark.js'
export type { FetchOptions, ReadBehavior, ReadEvent, ReadPart } from './page/reads-port.js'
export type { ReadsOptions } from './reads/read-engine.js'
export type { ReadOptions } from './reads/request/read-options.js'
export type { ReadTemplate } from './reads/request/read-request.js'
export type { BrokerState, EntryStatus } from './redux/broker-reducer.js'
export type { OptimisticOptions } from './redux/optimistic/optimistic.js'
export type { Produce } from './redux/optimistic/slice-layers.js'
export type { OriginTrouble, TroubleCode } from './redux/origin-trouble.js'
export type { RefusedWhen, TagsOf } from './redux/route.js'
export type {
  Accepted,
  ActionCreator,
  AnswerMeta,
  AnswerOf,
  AnyRouted,
  Body,
  BrokerDispatch,
  Delivered,
  DeliveredWithoutAnswer,
  Failed,
  NoAnswerReason,
  NotAccepted,
  NotAcceptedReason,
  OutcomeMeta,
  PayloadOf,
  Receipt,
  RequestTemplate,
  Returned,
  Routed,
  RoutedAction,
  RoutedCreator,
  Settled,
} from './redux/types.js'
export type { WriteOptions } from './redux/write.js'
