import { type ReactElement, useState } from 'react'
import { type UserId, userIds } from '../api/types'
import { Avatar, nameOf } from '../ui/avatar'
import { rescueFocus } from '../ui/focus'
import { type SignIn, signIn } from './session-commands'
import './session.css'

export function SignInButtons(): ReactElement {
  return (
    <ul className="sign-in-list avatar-small">
      {userIds.map((user) => (
        <li key={user}>
          <SignInButton user={user} />
        </li>
      ))}
    </ul>
  )
}

/** Signs in, and says so where the server cannot be reached or asks for patience. */
export function SignInButton({
  user,
  hasAvatar = true,
}: {
  user: UserId
  hasAvatar?: boolean
}): ReactElement {
  const [state, setState] = useState<'asking' | SignIn | undefined>()
  const onClick = async () => {
    if (state === 'asking') return
    setState('asking')
    const outcome = await signIn(user)
    setState(outcome)
    if (outcome.status === 'in') rescueFocus()
  }
  return (
    <>
      <button
        type="button"
        className="button sign-in-button"
        // Not `disabled`, which would take the keyboard away, also where it fails.
        aria-disabled={state === 'asking'}
        onClick={() => void onClick()}
      >
        {hasAvatar && <Avatar user={user} />}
        <span>
          <span className="sign-in-words">Sign in as </span>
          {nameOf(user)}
        </span>
      </button>
      {typeof state === 'object' && state.status !== 'in' && (
        <p className="sign-in-failed" role="alert">
          {state.status === 'tooMany'
            ? `Too many sign-ins came from here. Try again ${state.when}.`
            : 'The server cannot be reached now. Try again when you are online.'}
        </p>
      )}
    </>
  )
}
