// What came back: what it was, why, and what the user can do about it. What is in doubt stands here too.
import { type ReactElement, useEffect, useState } from 'react'
import { type DeadLetter, deadLetters, discard, type EntryStatus, requeue } from 'redux-broker'
import { useAppSelector } from '../app/store'
import { broker } from '../broker/broker'
import { nounOf } from '../broker/entries'
import { refreshFeed } from '../feed/refresh-feed'
import './dead-letters.css'
import { type OnAct, useFocusOnNext } from './use-focus-on-next'
import { whatItWas, whyItCameBack } from './words'

export function DeadLetters(): ReactElement {
  const letters = useDeadLetters()
  const entries = useAppSelector((state) => state.broker.entries)
  const inDoubt = Object.values(entries).filter(({ state }) => state === 'inDoubt')
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
      {isEmpty && <p className="soft letters-empty">Nothing. What the server refuses waits here for you.</p>}
      {!isEmpty && (
        <ul className="letters-list">
          {letters.map((letter) => (
            <Letter key={letter.id} letter={letter} onAct={onAct} />
          ))}
          {inDoubt.map((entry) => (
            <InDoubt key={entry.id} entry={entry} onAct={onAct} />
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
        first={['Retry', () => requeue(broker, letter.id)]}
        second={['Discard', () => discard(broker, letter.id)]}
      />
    </li>
  )
}

/** Nobody can tell whether it arrived: a person looks, and says. */
function InDoubt({ entry: { id, type }, onAct }: { entry: EntryStatus; onAct: OnAct }): ReactElement {
  const whatId = `letter-${id}`
  return (
    <li className="letter" data-entry-id={id}>
      <p className="letter-what" id={whatId}>
        {nounOf(type)}
      </p>
      <p className="soft">Nobody can tell whether it arrived, so it is not sent again by itself.</p>
      <Acts
        about={whatId}
        onAct={() => onAct(id)}
        first={['It happened', () => discard(broker, id).then(refreshFeed)]}
        second={['Send again', () => requeue(broker, id)]}
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
      // Not `disabled`: that would take the keyboard away from it before it is known where to.
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

/** Read anew whenever the broker's index of returned entries changes. */
function useDeadLetters(): readonly DeadLetter[] {
  const [letters, setLetters] = useState<readonly DeadLetter[]>([])
  const isReady = useAppSelector(({ session }) => session.phase === 'ready')
  const count = useAppSelector((state) => state.broker.deadLetters)
  const ids = useAppSelector((state) =>
    Object.values(state.broker.entries)
      .flatMap(({ id, state: is }) => (is === 'returned' ? id : []))
      .join(),
  )
  // biome-ignore lint/correctness/useExhaustiveDependencies: count and ids say when to read again
  useEffect(() => {
    let isCurrent = true
    void deadLetters(broker).then((read) => isCurrent && setLetters(read))
    return () => {
      isCurrent = false
    }
  }, [isReady, count, ids])
  return letters
}
