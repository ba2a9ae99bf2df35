// What came back: what it was, why, and what the user can do about it. What is in doubt stands here too.
import { type ReactElement, useEffect, useState } from 'react'
import { type DeadLetter, deadLetters, discard, requeue } from 'redux-broker'
import { useAppSelector } from '../app/store'
import { broker } from '../broker/broker'
import { nounOf } from '../broker/entries'
import './dead-letters.css'
import { whatItWas, whyItCameBack } from './words'

export function DeadLetters(): ReactElement {
  const letters = useDeadLetters()
  const entries = useAppSelector((state) => state.broker.entries)
  const inDoubt = Object.values(entries).filter(({ state }) => state === 'inDoubt')
  const isEmpty = letters.length === 0 && inDoubt.length === 0
  return (
    <section
      id="came-back"
      className="card letters"
      data-testid="dead-letters"
      aria-labelledby="letters-title"
    >
      <h2 id="letters-title" className="card-title">
        Came back
      </h2>
      {isEmpty && <p className="soft letters-empty">Nothing. What the server refuses waits here for you.</p>}
      {!isEmpty && (
        <ul className="letters-list">
          {letters.map((letter) => (
            <Letter key={letter.id} letter={letter} />
          ))}
          {inDoubt.map(({ id, type }) => (
            <li key={id} className="letter" data-entry-id={id}>
              <p className="letter-what">{nounOf(type)}</p>
              <p className="soft">
                Nobody can tell whether it arrived, so it is not sent again by itself. Look at the post; then
                do it again if it is missing.
              </p>
            </li>
          ))}
        </ul>
      )}
    </section>
  )
}

function Letter({ letter }: { letter: DeadLetter }): ReactElement {
  const posts = useAppSelector((state) => state.posts.byId)
  const [isBusy, setBusy] = useState(false)
  const what = whatItWas(letter.action, posts)
  const act = async (work: typeof requeue | typeof discard) => {
    setBusy(true)
    await work(broker, letter.id)
    setBusy(false)
  }
  const whatId = `letter-${letter.id}`
  return (
    <li className="letter" data-entry-id={letter.id}>
      <p className="letter-what" id={whatId}>
        {what}
      </p>
      <p className="soft">
        {whyItCameBack(letter)}
        {letter.httpStatus !== undefined && <span className="letter-status"> ({letter.httpStatus})</span>}
      </p>
      <div className="letter-acts">
        <button
          type="button"
          className="button"
          disabled={isBusy}
          aria-describedby={whatId}
          onClick={() => void act(requeue)}
        >
          Retry
        </button>
        <button
          type="button"
          className="button button-quiet"
          disabled={isBusy}
          aria-describedby={whatId}
          onClick={() => void act(discard)}
        >
          Discard
        </button>
      </div>
    </li>
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
