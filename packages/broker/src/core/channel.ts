// A channel names in one text where an entry goes, its needs, and its conditions. An executor serves the channels that it
// can send on. It leaves a channel alone while its conditions are not met, without a look at its entries.
import { type Conditions, isConditions } from './conditions.js'
import type { PartitionRow } from './schema.js'

/** Whether this executor may send to an origin, and has the functions that are needed for it. */
export type Serves = (origin: string, needs: readonly string[]) => boolean

/** The need of an entry whose route gives headers as it leaves: a page has its state, a worker has none. */
export const boundHeaders = 'headers'

/** The need of all entries of an app that gives headers to each of its requests as it leaves. */
export const appHeaders = 'prepareHeaders'

/** The need of an entry whose route tells refusals by a function. A worker may have the same function. */
export const judgeOf = (type: string): string => `refusedWhen:${encodeURI(type)}`

/** Whether only a page can send it. */
export const needsPage = (channel: string): boolean =>
  whenOf(channel).visible === true || needsOf(channel).includes(boundHeaders)

/** The channel of an origin: with the names of the functions that its entries need, and the conditions they wait for. */
export const channelOf = (origin: string, needs: readonly string[], when?: Conditions): string =>
  [origin, ...needs, ...(when === undefined ? [] : [whenMark + JSON.stringify(when, columns)])].join(' ')
export const originOf = (channel: string): string => channel.split(' ', 1)[0] ?? channel
/** Of an absolute http URL; empty for any other. */
export const originOfUrl = (url: string): string => /^https?:\/\/[^/?#]+/.exec(url)?.[0] ?? ''
const wordsOf = (channel: string): readonly string[] => channel.split(' ').slice(1)
/** Conditions that cannot be understood are a need that nobody serves, as any are to a release that knows of none. */
export const needsOf = (channel: string): readonly string[] =>
  wordsOf(channel).filter((word) => readWhen(word) === undefined)

/** The conditions of its entries; none where no word of it says so. */
export const whenOf = (channel: string): Conditions =>
  wordsOf(channel)
    .map(readWhen)
    .find((when) => when !== undefined) ?? {}

const whenMark = 'when:'
/** In one order, so that the same conditions are one channel. */
const columns = ['network', 'saveData', 'effectiveType', 'visible', 'between', 'from', 'to']

function readWhen(word: string): Conditions | undefined {
  if (!word.startsWith(whenMark)) return undefined
  try {
    const when: unknown = JSON.parse(word.slice(whenMark.length))
    return isConditions(when) ? when : undefined
  } catch {
    return undefined
  }
}

/** The needs that an app gives to all of its entries, as far as their channels tell. */
export const needsOfApp = (channels: readonly string[]): readonly string[] => [
  ...new Set(
    channels.flatMap(needsOf).filter((need) => need !== boundHeaders && !need.startsWith(judgeOf(''))),
  ),
]

/** An executor must meet the needs of entries at their capture, and those of the app's present release. */
export const servedChannels = (
  { channels, needs = [] }: Pick<PartitionRow, 'channels' | 'needs'>,
  serves: Serves,
): readonly string[] =>
  channels.filter((channel) => serves(originOf(channel), [...needsOf(channel), ...needs]))

/** Whether functions of the app prepare headers before its entries leave. */
export const preparesHeaders = (channel: string, { needs = [] }: Pick<PartitionRow, 'needs'>): boolean =>
  [...needsOf(channel), ...needs].some((need) => need === appHeaders || need === boundHeaders)
