import type { ReactElement } from 'react'
import './avatar.css'

/** The first letter of a name in a colour of its own, beside the name itself. */
export function Avatar({ user }: { user: string }): ReactElement {
  return (
    <span className="avatar" data-user={user} aria-hidden="true">
      {nameOf(user).charAt(0)}
    </span>
  )
}

/** A user's id as a name. */
export const nameOf = (user: string): string => user.charAt(0).toUpperCase() + user.slice(1)
