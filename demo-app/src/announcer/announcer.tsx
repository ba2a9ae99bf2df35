// A polite live region. It is there from the start and only its text changes, as screen readers need it.
import { type ReactElement, useEffect, useRef, useState } from 'react'
import { useConnectivity } from '../app/connectivity'
import { useAppSelector } from '../app/store'
import { useWaiting } from '../broker/entries'
import { announcementOf, type Outlook } from './announcement'

export function Announcer(): ReactElement {
  const connectivity = useConnectivity()
  const waiting = useWaiting()
  const deadLetters = useAppSelector(({ broker }) => broker.deadLetters)
  const [text, setText] = useState('')
  const before = useRef<Outlook>({ connectivity, waiting, deadLetters })
  useEffect(() => {
    const now = { connectivity, waiting, deadLetters }
    const said = announcementOf(before.current, now)
    before.current = now
    if (said !== undefined) setText(said)
  }, [connectivity, waiting, deadLetters])
  return (
    <p className="hidden-text" role="status" data-testid="announcer">
      {text}
    </p>
  )
}
