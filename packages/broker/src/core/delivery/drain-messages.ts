// The messages of a page to its worker. The worker answers at once that it is at work, and what it can do. Messages
// carry no work, since a stopped worker loses them.
import { isWakeReason, type WakeReason } from '../outcomes/circuit-breaker.js'

export interface DrainCommand {
  readonly type: 'redux-broker/drain'
  readonly database: string
  readonly probe: WakeReason
}

export const drainCommand = (database: string, probe: WakeReason): DrainCommand => ({
  type: 'redux-broker/drain',
  database,
  probe,
})
export const isDrainCommand = (data: unknown, database: string): data is DrainCommand =>
  (data as Partial<DrainCommand> | null)?.type === 'redux-broker/drain' &&
  (data as DrainCommand).database === database &&
  isWakeReason((data as DrainCommand).probe)

/** Asks the worker only what it can do. At a page's start it is not known yet whose session it is (P6). */
export interface AskCommand {
  readonly type: 'redux-broker/ask'
  readonly database: string
}

export const askCommand = (database: string): AskCommand => ({ type: 'redux-broker/ask', database })
export const isAskCommand = (data: unknown, database: string): data is AskCommand =>
  (data as Partial<AskCommand> | null)?.type === 'redux-broker/ask' &&
  (data as AskCommand).database === database

/** The answer to both. */
export interface Draining {
  readonly type: 'redux-broker/draining'
  /** Functions that the worker was given, origins that it may send to, and `reads` where it serves reads of all tabs. */
  readonly has: readonly string[]
  /** The partition that it drains, '' for none. Missing where it was only asked, and in a release with one session only. */
  readonly partition?: string
}

export const draining = (has: readonly string[], partition?: string): Draining => ({
  type: 'redux-broker/draining',
  has,
  ...(partition !== undefined && { partition }),
})
export const isDraining = (data: unknown): data is Draining =>
  (data as Partial<Draining> | null)?.type === 'redux-broker/draining' &&
  Array.isArray((data as Draining).has)

/** Background Sync tags of one database. A tag that failed is not hastened by its own name, so names go with the time. */
export const syncTag = (database: string, now: number): string =>
  `${syncTagPrefix(database)}${Math.floor(now / 600_000)}`
export const syncTagPrefix = (database: string): string => `redux-broker:${database}:`
