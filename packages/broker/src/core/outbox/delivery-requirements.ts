// A channel names in one text where an entry goes, its needs, and its conditions. An executor serves the channels that it
// can send on. It leaves a channel alone while its conditions are not met, without a look at its entries.
import { type Conditions, isConditions } from '../conditions/conditions.js'
import type { PartitionRow } from '../rows/rows.js'

/** Whether this executor may send to an origin, and has the functions that are needed for it. */
export type CanSend = (origin: string, needs: readonly string[]) => boolean

/** The need of an entry whose route gives headers as it leaves. Only a page has the state for that. */
export const lateHeaders = 'headers'

/** The need of all entries of an app that gives headers to each of its requests as it leaves. */
export const appHeaders = 'prepareHeaders'

/** The need of an entry whose route tells refusals by a function. A worker may have the same function. */
export const judgeRequirement = (type: string): string => `refusedWhen:${encodeURI(type)}`

/** Whether only a page can send it. */
export const requiresPage = (channel: string): boolean =>
  conditionsOf(channel).visible === true || requirementsOf(channel).includes(lateHeaders)

/** The channel of an origin, with the functions that its entries need and the conditions that they wait for. */
export const channelOf = (origin: string, needs: readonly string[], when?: Conditions): string =>
  [
    origin,
    ...needs,
    ...(when === undefined ? [] : [conditionsPrefix + JSON.stringify(when, conditionOrder)]),
  ].join(' ')
export const originOf = (channel: string): string => channel.split(' ', 1)[0] ?? channel
const channelWords = (channel: string): readonly string[] => channel.split(' ').slice(1)
/** Conditions that cannot be understood are a need that nobody serves, as any are to a release that knows of none. */
export const requirementsOf = (channel: string): readonly string[] =>
  channelWords(channel).filter((word) => parseConditions(word) === undefined)

/** The conditions of its entries; none where no word of it says so. */
export const conditionsOf = (channel: string): Conditions =>
  channelWords(channel)
    .map(parseConditions)
    .find((when) => when !== undefined) ?? {}

const conditionsPrefix = 'when:'
/** In one order, so that the same conditions are one channel. */
const conditionOrder = ['network', 'saveData', 'effectiveType', 'visible', 'between', 'from', 'to']

function parseConditions(word: string): Conditions | undefined {
  if (!word.startsWith(conditionsPrefix)) return undefined
  try {
    const when: unknown = JSON.parse(word.slice(conditionsPrefix.length))
    return isConditions(when) ? when : undefined
  } catch {
    return undefined
  }
}

/** The needs that an app gives to all of its entries, as far as their channels tell. */
export const needsOfApp = (channels: readonly string[]): readonly string[] => [
  ...new Set(
    channels
      .flatMap(requirementsOf)
      .filter((need) => need !== lateHeaders && !need.startsWith(judgeRequirement(''))),
  ),
]

/** An executor must meet the needs of entries at their capture, and those of the app's present release. */
export const sendableChannels = (
  { channels, needs = [] }: Pick<PartitionRow, 'channels' | 'needs'>,
  serves: CanSend,
): readonly string[] =>
  channels.filter((channel) => serves(originOf(channel), [...requirementsOf(channel), ...needs]))

/** Whether functions of the app prepare headers before its entries leave. */
export const preparesHeaders = (channel: string, { needs = [] }: Pick<PartitionRow, 'needs'>): boolean =>
  [...requirementsOf(channel), ...needs].some((need) => need === appHeaders || need === lateHeaders)
