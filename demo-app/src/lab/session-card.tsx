// A switch for the way in which the app signs in, and so for who can send the waiting entries.
import { type FormEvent, type ReactElement, useState } from 'react'
import { useAppSelector } from '../app/store'
import { type SessionMode, sessionMode, sessionModes, switchSessionMode } from '../session/session-mode'

const words: Readonly<Record<SessionMode, { readonly name: string; readonly meaning: string }>> = {
  cookie: {
    name: 'Cookie',
    meaning: 'The browser adds it to every request. Page and worker send alike.',
  },
  bearer: {
    name: 'Bearer token, page only',
    meaning: 'It lives in the page’s memory. With no page open nothing is sent.',
  },
  'bearer-worker': {
    name: 'Bearer token, worker too',
    meaning: 'The worker gets a token of its own, and sends with no page open.',
  },
}

export function SessionCard(): ReactElement {
  const [chosen, setChosen] = useState<SessionMode>(sessionMode)
  const [problem, setProblem] = useState('')
  const waiting = useAppSelector(({ broker }) => broker.waiting)
  const submit = async (event: FormEvent) => {
    event.preventDefault()
    setProblem('')
    if (!(await switchSessionMode(chosen)))
      setProblem('The worker for it cannot be had now. Try again when you are online.')
  }
  return (
    <section className="card lab-card" aria-labelledby="session-title">
      <div className="lab-card-head">
        <h2 id="session-title" className="card-title">
          How you sign in
        </h2>
      </div>
      <form className="session-form" onSubmit={(event) => void submit(event)}>
        <fieldset className="modes">
          <legend className="soft">No token is ever stored, with a waiting change or anywhere else.</legend>
          {sessionModes.map((mode) => (
            <label key={mode} className="mode">
              <input
                type="radio"
                name="session-mode"
                value={mode}
                checked={mode === chosen}
                onChange={() => setChosen(mode)}
              />
              <span>
                <strong>{words[mode].name}</strong>
                {mode === sessionMode && <span className="mode-used soft"> (in use)</span>}
                <span className="mode-meaning soft">{words[mode].meaning}</span>
              </span>
            </label>
          ))}
        </fieldset>
        <button type="submit" className="button" disabled={chosen === sessionMode || waiting > 0}>
          Switch and reload
        </button>
        <p className="soft">
          {waiting > 0
            ? `Not while changes wait (${waiting}). They are to be sent as they were made.`
            : 'You sign in anew afterwards.'}
        </p>
      </form>
      <p className="lab-problem" role="alert">
        {problem}
      </p>
    </section>
  )
}
