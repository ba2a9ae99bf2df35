// The view in place of the feed while nobody is signed in, or nobody can say who is.
import type { ReactElement } from 'react'
import { useAppSelector } from '../app/store'
import { ThreeStates } from '../feed/three-states'
import { startSession } from './session-commands'
import './session.css'

export function Welcome(): ReactElement {
  const { phase, serverMustBeTold } = useAppSelector(({ session }) => session)
  if (phase === 'unreachable')
    return (
      <section className="welcome card">
        <h1 tabIndex={-1}>The server cannot be reached</h1>
        <p className="soft">
          This device has no copy of your feed yet, so there is nothing to show until you are online. Your
          earlier taps are safe.
        </p>
        <button type="button" className="button button-main" onClick={() => void startSession()}>
          Try again
        </button>
      </section>
    )
  return (
    <section className="welcome card">
      <h1 tabIndex={-1}>Taps that survive the tunnel</h1>
      <p className="soft">
        Like, clap and write, with or without a network. Choose above who you are. Nobody asks for a password.
      </p>
      {serverMustBeTold && (
        <p className="welcome-note">
          You are signed out on this device. The server will be told as soon as it can be reached.
        </p>
      )}
      <ThreeStates />
    </section>
  )
}
