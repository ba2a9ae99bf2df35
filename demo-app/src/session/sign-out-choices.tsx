// What is to become of the changes that wait when their user signs out.
import { type ReactElement, useEffect, useRef, useState } from 'react'
import { useAppSelector } from '../app/store'
import { isFocusLost } from '../ui/focus'
import './session.css'
import { signOut } from './session-commands'
import { type TakeBack, useTakeBack } from './take-back'

type Plan = 'asking' | 'sending' | 'discarding' | 'leaving'

export function SignOutChoices({ close }: { close: () => void }): ReactElement {
  const { waiting, connectivity } = useAppSelector(({ broker }) => broker)
  const [plan, setPlan] = useState<Plan>('asking')
  const { free, hindrance, takeBack } = useTakeBack()
  const title = useRef<HTMLHeadingElement>(null)
  const leave = async () => {
    setPlan('leaving')
    await signOut()
  }
  const discard = async () => {
    setPlan('discarding')
    if (await takeBack()) await leave()
    // The dialog stays, counts what is left, and says why.
    else setPlan('asking')
  }
  useEffect(() => {
    if (plan !== 'sending' || waiting > 0) return
    setPlan('leaving')
    void signOut()
  }, [plan, waiting])
  const isBusy = plan !== 'asking'
  // A choice that was made is switched off: the keyboard goes on from what the dialog says now.
  // biome-ignore lint/correctness/useExhaustiveDependencies: these switch choices off
  useEffect(() => {
    if (isFocusLost()) title.current?.focus()
  }, [plan, free.length === 0])
  return (
    <>
      <h2 id="sign-out-title" ref={title} tabIndex={-1}>
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
        <Choice label="Discard" isDisabled={isBusy || free.length === 0} onClick={() => void discard()}>
          {discardWords(free.length, hindrance)}
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

function discardWords(free: number, hindrance: TakeBack['hindrance']): string {
  if (hindrance === undefined) return 'Takes back what was not sent, for good, and signs you out.'
  if (free === 0) return `Not possible: ${hindrance}`
  return `Takes back ${free}, for good. Not the rest: ${hindrance}`
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
