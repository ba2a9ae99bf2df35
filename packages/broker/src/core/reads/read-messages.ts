// The messages on reads between a page and the worker. A command brings a port, and all other messages use that port.
// A worker that is stopped forgets all reads, and the page knows by a lock.
import { isNumber, isObject, isPairOfTexts, isText } from '../type-checks.js'
import { isPriority } from './priority.js'
import type { ReadEnd, ReadJob, ReadRequest } from './read-types.js'

/** One read as it is asked of the worker. The `id` names it over its port. */
export interface RequestedRead extends Omit<ReadJob, 'onSent' | 'onEnd'> {
  readonly id: number
}

/** How many reads may be in flight at once. The latest limit holds. `saidAt` is in epoch milliseconds. */
export interface ReadLimit {
  readonly readsMax: number
  readonly saidAt: number
}

/** Reads that were asked in one turn, which go by their urgency. */
export interface ReadCommand {
  readonly type: 'redux-broker/read'
  readonly database: string
  /** Names the lock that the page holds while its reads are in the worker. */
  readonly tab: string
  /** Names of the functions that their headers need. */
  readonly needs: readonly string[]
  readonly limit: ReadLimit | undefined
  readonly asks: readonly RequestedRead[]
}

export const readCommand = (command: Omit<ReadCommand, 'type'>): ReadCommand => ({
  type: 'redux-broker/read',
  ...command,
})

/** A message of a page on one of its reads. */
export type SubscriberMessage =
  | { readonly type: 'raise'; readonly id: number; readonly priority: number }
  | { readonly type: 'leave'; readonly id: number }

/** A message of the worker on one read. `taken` stands for all reads that it does not refuse. */
export type WorkerMessage =
  /** `by` is the instance of the worker, whose lock is held as long as it lives. */
  | { readonly type: 'taken'; readonly by: string }
  /** The worker may not send the read, or lacks a function for it. The page does the read. */
  | { readonly type: 'refused'; readonly id: number }
  | { readonly type: 'sent'; readonly id: number; readonly order: number }
  | { readonly type: 'end'; readonly id: number; readonly end: ReadEnd }

/** The lock that a worker which serves reads holds until it is stopped. */
export const servingLock = (database: string, instance: string): string =>
  `redux-broker:${database}:reads:${instance}`

/** The lock that a page holds while its reads are in the worker. */
export const subscriberLock = (database: string, tab: string): string =>
  `redux-broker:${database}:reader:${tab}`

export function isReadCommand(data: unknown, database: string): data is ReadCommand {
  if (!isObject(data) || data['type'] !== 'redux-broker/read' || data['database'] !== database) return false
  const { tab, needs, limit, asks } = data
  return (
    isText(tab) &&
    isListOf(needs, isText) &&
    (limit === undefined || isLimit(limit)) &&
    isListOf(asks, isRequestedRead)
  )
}

const isRequestedRead = (value: unknown): value is RequestedRead =>
  isObject(value) &&
  Number.isInteger(value['id']) &&
  isText(value['key']) &&
  isTextOrNothing(value['partition']) &&
  isTextOrNothing(value['route']) &&
  isPriority(value['priority']) &&
  isNumberOrNothing(value['retries']) &&
  isReadRequest(value['request'])

const isReadRequest = (value: unknown): value is ReadRequest =>
  isObject(value) &&
  isText(value['url']) &&
  (value['method'] === 'GET' || value['method'] === 'HEAD') &&
  isListOf(value['headers'], isPairOfTexts)

const isLimit = (value: unknown): value is ReadLimit =>
  isObject(value) &&
  Number.isInteger(value['readsMax']) &&
  (value['readsMax'] as number) > 0 &&
  isNumber(value['saidAt'])

const isNumberOrNothing = (value: unknown) => value === undefined || typeof value === 'number'
const isTextOrNothing = (value: unknown) => value === undefined || isText(value)
const isListOf = <T>(value: unknown, is: (one: unknown) => one is T): value is readonly T[] =>
  Array.isArray(value) && value.every(is)
