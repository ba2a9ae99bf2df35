// How far the changes of a post have come: one mark for each, in a row whose place is always kept free, so that
// nothing moves from the tap to the delivery. Told by icon and words, never by colour alone.
import { type ReactElement, useEffect, useRef, useState } from 'react'
import { type Mark, type MarkState, nounOf, stateWords, useMarks } from '../broker/entries'
import { Icon, type IconName } from '../ui/icon'
import './mark-row.css'

const icons: Readonly<Record<MarkState, IconName>> = {
  capturing: 'clock',
  accepted: 'device',
  paused: 'pause',
  inDoubt: 'question',
  returned: 'back',
  rejected: 'cross',
}

/** What needs a person comes first in the words. */
const urgency: readonly MarkState[] = ['rejected', 'returned', 'inDoubt', 'paused', 'capturing', 'accepted']

const tickMs = 2_200

export function MarkRow({
  postId,
  draftIndex,
}: {
  postId: string
  draftIndex: number | undefined
}): ReactElement {
  const marks = useMarks(postId, draftIndex)
  const hasTick = useDeliveredTick(marks)
  return (
    <div className="marks">
      <ul className="marks-list">
        {marks.map(({ id, type, state }) => (
          <li
            key={id}
            className="mark"
            data-state={state}
            data-entry-id={id}
            title={`${nounOf(type)}: ${stateWords[state]}`}
          >
            <Icon name={icons[state]} />
            <span className="hidden-text">
              {nounOf(type)}: {stateWords[state]}
            </span>
          </li>
        ))}
      </ul>
      {marks.length > 0 && (
        <span className="marks-words" aria-hidden="true">
          {wordsFor(marks)}
        </span>
      )}
      {marks.length === 0 && hasTick && (
        <span className="marks-tick">
          <Icon name="ticks" />
          Delivered
        </span>
      )}
    </div>
  )
}

function wordsFor(marks: readonly Mark[]): string {
  const most = urgency.find((state) => marks.some((mark) => mark.state === state)) ?? 'accepted'
  const count = marks.filter(({ state }) => state === most).length
  return marks.length === 1 ? stateWords[most] : `${count} ${stateWords[most].toLowerCase()}`
}

/** True for a moment after a change left the row by being delivered. */
function useDeliveredTick(marks: readonly Mark[]): boolean {
  const before = useRef<readonly Mark[]>([])
  const [tick, setTick] = useState(0)
  useEffect(() => {
    const isGone = ({ id, state }: Mark) =>
      (state === 'accepted' || state === 'paused') && !marks.some((mark) => mark.id === id)
    if (before.current.some(isGone)) setTick(Date.now())
    before.current = marks
  }, [marks])
  useEffect(() => {
    if (tick === 0) return undefined
    const timer = setTimeout(() => setTick(0), tickMs)
    return () => clearTimeout(timer)
  }, [tick])
  return tick !== 0
}
