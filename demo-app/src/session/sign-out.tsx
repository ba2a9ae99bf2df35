// Signing out. While changes wait it asks what to do with them, and nothing is sent, kept or lost unasked.
import { type ReactElement, useRef, useState } from 'react'
import { useAppSelector } from '../app/store'
import './session.css'
import { signOut } from './session-commands'
import { SignOutChoices } from './sign-out-choices'

export function SignOut(): ReactElement {
  const waiting = useAppSelector(({ broker }) => broker.waiting)
  const dialog = useRef<HTMLDialogElement>(null)
  const [isOpen, setOpen] = useState(false)
  const onClick = () => {
    if (waiting === 0) {
      void signOut()
      return
    }
    setOpen(true)
    dialog.current?.showModal()
  }
  return (
    <>
      <button type="button" className="button" onClick={onClick}>
        Sign out
      </button>
      <dialog ref={dialog} className="dialog" aria-labelledby="sign-out-title" onClose={() => setOpen(false)}>
        {isOpen && <SignOutChoices close={() => dialog.current?.close()} />}
      </dialog>
    </>
  )
}
