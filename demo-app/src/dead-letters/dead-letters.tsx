// The changes that came back, with the reason and the choices of the user. Changes in doubt stand here too.
import { type ReactElement, useEffect, useState } from 'react'
import { shallowEqual } from 'react-redux'
import {
  type DeadLetter,
  deadLetters,
  discard,
  type EntryStatus,
  markDelivered,
  type OutboxEntry,
  outboxEntries,
  retry,
} from 'redux-broker'
import { useAppSelector } from '../app/store'
import { broker } from '../broker/broker'
import { nounOf } from '../broker/entries'
import './dead-letters.css'
import { type OnAct, useFocusOnNext } from './use-focus-on-next'
import { whatItWas, whyItCameBack } from './words'

export function DeadLetters(): ReactElement {
  const letters = useDeadLetters()
  const inDoubt = useIndexed('inDoubt')
  const rows = useRead('inDoubt', outboxEntries)
  const isEmpty = letters.length === 0 && inDoubt.length === 0
  const { section, onAct } = useFocusOnNext([...letters, ...inDoubt].map(({ id }) => id))
  return (
    <section
      ref={section}
      id="came-back"
      className="card letters"
      data-testid="dead-letters"
      aria-labelledby="letters-title"
    >
      <h2 id="letters-title" className="card-title" tabIndex={-1}>
        Came back
      </h2>
      {isEmpty && <p className="soft letters-empty">Nothing. Refused changes wait here for you.</p>}
      {!isEmpty && (
        <ul className="letters-list">
          {letters.map((letter) => (
            <Letter key={letter.id} letter={letter} onAct={onAct} />
          ))}
          {inDoubt.map((entry) => (
            <InDoubt
              key={entry.id}
              entry={entry}
              action={rows.find(({ id }) => id === entry.id)?.action}
              onAct={onAct}
            />
          ))}
        </ul>
      )}
    </section>
  )
}

function Letter({ letter, onAct }: { letter: DeadLetter; onAct: OnAct }): ReactElement {
  const posts = useAppSelector((state) => state.posts.byId)
  const whatId = `letter-${letter.id}`
  return (
    <li className="letter" data-entry-id={letter.id}>
      <p className="letter-what" id={whatId}>
        {whatItWas(letter.action, posts)}
      </p>
      <p className="soft">
        {whyItCameBack(letter)}
        {letter.httpStatus !== undefined && <span className="letter-status"> ({letter.httpStatus})</span>}
      </p>
      <Acts
        about={whatId}
        onAct={() => onAct(letter.id)}
        first={['Retry', () => retry(broker, letter.id)]}
        second={['Discard', () => discard(broker, letter.id)]}
      />
    </li>
  )
}

interface InDoubtProps {
  readonly entry: EntryStatus
  /** From its row, where that has been read. */
  readonly action: OutboxEntry['action'] | undefined
  readonly onAct: OnAct
}

/** Nobody can tell whether the change arrived. A person looks, and says. */
function InDoubt({ entry: { id, type }, action, onAct }: InDoubtProps): ReactElement {
  const posts = useAppSelector((state) => state.posts.byId)
  const whatId = `letter-${id}`
  return (
    <li className="letter" data-entry-id={id}>
      <p className="letter-what" id={whatId}>
        {action === undefined ? nounOf(type) : whatItWas(action, posts)}
      </p>
      <p className="soft">
        Nobody can tell whether it arrived, so it is not sent again by itself. Look first.
      </p>
      <Acts
        about={whatId}
        onAct={() => onAct(id)}
        first={['It happened', () => markDelivered(broker, id)]}
        second={['Send again', () => retry(broker, id)]}
      />
    </li>
  )
}

type Act = readonly [name: string, work: () => Promise<unknown>]

interface ActsProps {
  readonly about: string
  readonly onAct: () => void
  readonly first: Act
  readonly second: Act
}

function Acts({ about, onAct, first, second }: ActsProps): ReactElement {
  const [isBusy, setBusy] = useState(false)
  const button = ([name, work]: Act, look: string) => (
    <button
      type="button"
      className={look}
      // Not `disabled`, which would take the keyboard away before its next place is known.
      aria-disabled={isBusy}
      aria-describedby={about}
      onClick={() => {
        if (isBusy) return
        onAct()
        setBusy(true)
        void work().finally(() => setBusy(false))
      }}
    >
      {name}
    </button>
  )
  return (
    <div className="letter-acts">
      {button(first, 'button')}
      {button(second, 'button button-quiet')}
    </div>
  )
}

const useDeadLetters = (): readonly DeadLetter[] => useRead('returned', deadLetters)

/** The entries of a state in the broker's index. */
const useIndexed = (state: EntryStatus['state']): readonly EntryStatus[] =>
  useAppSelector(
    ({ broker: { entries } }) => Object.values(entries).filter((entry) => entry.state === state),
    shallowEqual,
  )

/** Rows of entries in a state, read anew whenever the index has others in it. */
function useRead<T>(
  state: EntryStatus['state'],
  read: (from: typeof broker) => Promise<readonly T[]>,
): readonly T[] {
  const [rows, setRows] = useState<readonly T[]>([])
  const isReady = useAppSelector(({ session }) => session.phase === 'ready')
  const count = useAppSelector(({ broker: { deadLetters: dead } }) => dead)
  const ids = useIndexed(state)
    .map(({ id }) => id)
    .join()
  // biome-ignore lint/correctness/useExhaustiveDependencies: count and ids say when to read again
  useEffect(() => {
    let isCurrent = true
    void read(broker).then((latest) => isCurrent && setRows(latest))
    return () => {
      isCurrent = false
    }
  }, [isReady, count, ids])
  return rows
}
