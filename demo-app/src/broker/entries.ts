// The app's view of entries, with the post that each belongs to and words for its state.
import { shallowEqual } from 'react-redux'
import type { BrokerState, EntryStatus } from 'redux-broker'
import { useAppSelector } from '../app/store'
import { clapped, commented, liked, posted, postLane, unliked } from './requests'

/** An entry's state as people see it, in which a safe entry that may not be sent is paused. */
export type MarkState = EntryStatus['state'] | 'paused'

export interface Mark {
  readonly id: string
  readonly type: string
  readonly state: MarkState
}

/**
 * How many changes wait. It is undefined until they are back in the view, since a zero would look like all delivered.
 */
export const useWaiting = (): number | undefined =>
  useAppSelector(({ session, broker }) => (session.phase === 'ready' ? broker.waiting : undefined))

/** The marks of a post. A draft has the mark of the entry whose name it bears. */
export function useMarks(postId: string): readonly Mark[] {
  const entries = useAppSelector(({ broker }) => entriesOf(broker, postId), shallowEqual)
  const isPaused = useAppSelector(({ broker }) => broker.paused !== undefined)
  return entries.map(({ id, type, state }) => ({
    id,
    type,
    state: isPaused && state === 'accepted' ? 'paused' : state,
  }))
}

const entriesOf = ({ entries }: BrokerState, postId: string): EntryStatus[] =>
  Object.values(entries).filter(({ id, lane }) => id === postId || lane === postLane(postId))

const nouns: Readonly<Record<string, string>> = {
  [liked.type]: 'Like',
  [unliked.type]: 'Like taken back',
  [clapped.type]: 'Clap',
  [commented.type]: 'Comment',
  [posted.type]: 'New post',
}

export const nounOf = (type: string): string => nouns[type] ?? 'Change'

export const stateWords: Readonly<Record<MarkState, string>> = {
  capturing: 'Shown, being saved',
  accepted: 'Safe on this device',
  paused: 'Waits for your sign-in',
  inDoubt: 'Not sure if it arrived',
  returned: 'Came back',
  notAccepted: 'Could not be saved',
  quarantined: 'Kept as it is, not sent',
}
