// How far the changes of a post have come, with one mark for each. The row always keeps its place, so that nothing
// moves from the tap to the delivery. A state is told by icon and words, never by colour alone.
import type { ReactElement } from 'react'
import { nounOf, stateWords, useMarks } from '../broker/entries'
import { Icon, type IconName } from '../ui/icon'
import './mark-row.css'
import { type Slot, useSlots } from './use-slots'

const icons: Readonly<Record<Slot['state'], IconName>> = {
  capturing: 'clock',
  accepted: 'device',
  paused: 'pause',
  inDoubt: 'question',
  returned: 'back',
  notAccepted: 'cross',
  quarantined: 'pause',
  delivered: 'ticks',
}

const words: Readonly<Record<Slot['state'], string>> = { ...stateWords, delivered: 'Delivered' }

/** The state that needs a person comes first in the words. */
const urgency: readonly Slot['state'][] = [
  'notAccepted',
  'returned',
  'inDoubt',
  'quarantined',
  'paused',
  'capturing',
  'accepted',
  'delivered',
]

/** More marks than this are slim bars, and the words tell their states. */
const iconsMax = 5

export function MarkRow({ postId }: { postId: string }): ReactElement {
  const slots = useSlots(useMarks(postId))
  return (
    <div className="marks">
      <ul className="marks-list" data-many={slots.length > iconsMax}>
        {slots.map((slot) => (
          <MarkItem key={slot.id} slot={slot} />
        ))}
      </ul>
      {/* Other words in another place, not words that move: the key makes them a new element. */}
      <span key={slots.length} className="marks-words" aria-hidden="true">
        {wordsFor(slots)}
      </span>
    </div>
  )
}

function MarkItem({ slot: { id, type, state } }: { slot: Slot }): ReactElement {
  const text = `${nounOf(type)}: ${words[state]}`
  // A tick is no mark of a pending or failed change any more, and is not found as one.
  const hooks = state === 'delivered' ? {} : { 'data-state': state, 'data-entry-id': id }
  return (
    <li className={state === 'delivered' ? 'mark mark-delivered' : 'mark'} title={text} {...hooks}>
      <Icon name={icons[state]} />
      <span className="hidden-text">{text}</span>
    </li>
  )
}

function wordsFor(slots: readonly Slot[]): string {
  const most = urgency.find((state) => slots.some((slot) => slot.state === state))
  if (most === undefined) return ''
  const count = slots.filter(({ state }) => state === most).length
  return slots.length === 1 || most === 'delivered' ? words[most] : `${count} ${words[most].toLowerCase()}`
}
