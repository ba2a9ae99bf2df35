// Where an entry goes and what its sending needs, in one name: an executor serves the channels that it can send on.
import type { PartitionRow } from './schema.js'

/** Whether this executor may send to an origin, and has the functions that are needed for it. */
export type Serves = (origin: string, needs: readonly string[]) => boolean

/** The channel of an origin: with the names of the functions that its entries need. */
export const channelOf = (origin: string, needs: readonly string[]): string => [origin, ...needs].join(' ')
export const originOf = (channel: string): string => channel.split(' ', 1)[0] ?? channel
/** Of an absolute http URL; empty for any other. */
export const originOfUrl = (url: string): string => /^https?:\/\/[^/?#]+/.exec(url)?.[0] ?? ''
const needsOf = (channel: string): readonly string[] => channel.split(' ').slice(1)

/** What an entry needed at its capture is needed, and what the app's present release gives to every request. */
export const servedChannels = (
  { channels, needs = [] }: Pick<PartitionRow, 'channels' | 'needs'>,
  serves: Serves,
): readonly string[] =>
  channels.filter((channel) => serves(originOf(channel), [...needsOf(channel), ...needs]))
