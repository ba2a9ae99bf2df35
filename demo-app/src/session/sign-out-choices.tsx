// The choice between sending, keeping and discarding the changes that wait when their user signs out.
import { type ReactElement, useEffect, useRef, useState } from 'react'
import { type BrokerState, discardAll, type EntryStatus, type OutboxEntry, outboxEntries } from 'redux-broker'
import { useAppSelector } from '../app/store'
import { broker } from '../broker/broker'
import { isFocusLost } from '../ui/focus'
import { usePolled } from '../ui/use-polled'
import './session.css'
import { signOut } from './session-commands'

type SignOutStep = 'asking' | 'sending' | 'discarding' | 'discardFailed' | 'leaving'

export function SignOutChoices({ close }: { close: () => void }): ReactElement {
  const outbox = useAppSelector(({ broker }) => broker)
  const { waiting } = outbox
  const [step, setStep] = useState<SignOutStep>('asking')
  // Whether an entry was sent stands in its row only, and changes while the dialog is open.
  const { value: sent = 0 } = usePolled(countSent)
  const title = useRef<HTMLHeadingElement>(null)
  const leave = async () => {
    setStep('leaving')
    await signOut()
  }
  const discard = async () => {
    setStep('discarding')
    try {
      await discardAll(broker)
      await leave()
    } catch {
      setStep('discardFailed')
    }
  }
  useEffect(() => {
    if (step !== 'sending' || waiting > 0) return
    setStep('leaving')
    void signOut()
  }, [step, waiting])
  const isBusy = step !== 'asking' && step !== 'discardFailed'
  // A choice that was made is switched off, and the keyboard goes on from the dialog's present words.
  // biome-ignore lint/correctness/useExhaustiveDependencies: this switches choices off
  useEffect(() => {
    if (isFocusLost()) title.current?.focus()
  }, [step])
  return (
    <>
      <h2 id="sign-out-title" ref={title} tabIndex={-1}>
        {waiting === 1 ? '1 change has' : `${waiting} changes have`} not reached the server
      </h2>
      <ul className="dialog-choices">
        <Choice label="Send first" isMain isDisabled={isBusy} onClick={() => setStep('sending')}>
          {step === 'sending' ? sendingWords(outbox) : 'Waits until all has arrived, then signs you out.'}
        </Choice>
        <Choice label="Keep" isDisabled={step === 'leaving'} onClick={() => void leave()}>
          Signs you out now. The changes stay on this device and are sent when you sign in again.
        </Choice>
        <Choice label="Discard" isDisabled={isBusy} onClick={() => void discard()}>
          {step === 'discardFailed'
            ? 'This device could not save your choice. Try again.'
            : discardWords(sent)}
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

function sendingWords(outbox: BrokerState): string {
  if (outbox.waiting > 0 && heldBack(outbox) >= outbox.waiting)
    return 'The rest cannot be sent without you. Cancel and decide about it, or keep it.'
  return outbox.connectivity === 'offline'
    ? 'Waiting for the network, then you are signed out.'
    : 'Sending. Then you are signed out.'
}

/** The entries that wait for a person's word, and those behind them. */
function heldBack({ entries }: BrokerState): number {
  const all = Object.values(entries)
  const needsPerson = ({ state }: EntryStatus) => state === 'inDoubt' || state === 'quarantined'
  const lanes = new Set(all.filter(needsPerson).map(({ lane }) => lane))
  return all.filter((entry) => needsPerson(entry) || (entry.state === 'accepted' && lanes.has(entry.lane)))
    .length
}

/** The entries that may have arrived. Nobody can take them back, only stop waiting for them. */
async function countSent(): Promise<number> {
  const entries = await outboxEntries(broker).catch(() => [])
  return entries.filter(wasSent).length
}

const wasSent = ({ state, effect }: OutboxEntry): boolean => state !== 'waiting' || effect === 'unknown'

function discardWords(sent: number): string {
  const all = 'Gives up all of it, for good, and signs you out.'
  return sent === 0 ? all : `${all} ${sent} ${sent === 1 ? 'was' : 'were'} sent already and may have arrived.`
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
