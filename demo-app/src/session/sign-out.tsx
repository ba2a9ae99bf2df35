// Signing out. While changes wait it asks what is to become of them: nothing is sent, kept or lost unasked.
import { type ReactElement, useEffect, useRef, useState } from 'react'
import { useAppSelector } from '../app/store'
import { cancelAll, hasReceipt } from '../broker/receipts'
import './session.css'
import { signOut } from './session-commands'

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
        {isOpen && <Choices close={() => dialog.current?.close()} />}
      </dialog>
    </>
  )
}

type Plan = 'asking' | 'sending' | 'leaving'

function Choices({ close }: { close: () => void }): ReactElement {
  const { waiting, connectivity, entries } = useAppSelector(({ broker }) => broker)
  const [plan, setPlan] = useState<Plan>('asking')
  const waitingIds = Object.values(entries).flatMap(({ id, state }) =>
    state === 'accepted' || state === 'capturing' ? id : [],
  )
  // Only a receipt can take a change back, and those of changes from before this page was loaded are gone.
  const canDiscard = waitingIds.length === waiting && waitingIds.every(hasReceipt)
  const leave = async () => {
    setPlan('leaving')
    await signOut()
  }
  const discardAll = async () => {
    // What is on its way already cannot be taken back; the dialog stays and counts what is left.
    if ((await cancelAll(waitingIds)) === 0) await leave()
  }
  useEffect(() => {
    if (plan !== 'sending' || waiting > 0) return
    setPlan('leaving')
    void signOut()
  }, [plan, waiting])
  const isBusy = plan !== 'asking'
  return (
    <>
      <h2 id="sign-out-title">
        {waiting === 1 ? '1 change has' : `${waiting} changes have`} not reached the server
      </h2>
      <ul className="dialog-choices">
        <Choice label="Send first" isMain isDisabled={isBusy} onClick={() => setPlan('sending')}>
          {plan === 'sending'
            ? connectivity === 'offline'
              ? 'Waiting for the network, then you are signed out.'
              : 'Sending. Then you are signed out.'
            : 'Waits until all has arrived, then signs you out.'}
        </Choice>
        <Choice label="Keep" isDisabled={plan === 'leaving'} onClick={() => void leave()}>
          Signs you out now. What waits stays on this device and is sent when you sign in again.
        </Choice>
        <Choice label="Discard" isDisabled={isBusy || !canDiscard} onClick={() => void discardAll()}>
          {canDiscard
            ? 'Takes back what was not sent, for good, and signs you out.'
            : 'Not possible for what was tapped before this page was loaded.'}
        </Choice>
      </ul>
      <div className="dialog-foot">
        <button type="button" className="button button-quiet" onClick={close}>
          Cancel
        </button>
      </div>
    </>
  )
}

interface ChoiceProps {
  readonly label: string
  readonly isMain?: boolean
  readonly isDisabled: boolean
  readonly onClick: () => void
  readonly children: string
}

function Choice({ label, isMain = false, isDisabled, onClick, children }: ChoiceProps): ReactElement {
  const hint = `sign-out-${label.replace(' ', '-')}`
  return (
    <li className="dialog-choice">
      <button
        type="button"
        className={isMain ? 'button button-main' : 'button'}
        disabled={isDisabled}
        aria-describedby={hint}
        onClick={onClick}
      >
        {label}
      </button>
      <p id={hint}>{children}</p>
    </li>
  )
}
