// The frame of all pages. Two of them, told apart by their path and reached by plain links.
import { type ReactElement, useEffect, useRef } from 'react'
import { Announcer } from '../announcer/announcer'
import { Feed } from '../feed/feed'
import { Lab } from '../lab/lab'
import { Notices } from '../notices/notices'
import { Welcome } from '../session/welcome'
import { rescueFocus } from '../ui/focus'
import './app.css'
import { Header } from './header'
import { useAppSelector } from './store'

export function App(): ReactElement {
  const isLab = location.pathname === '/lab'
  useFocusAcrossUsers()
  return (
    <>
      <a className="skip-link" href="#main">
        Skip to the content
      </a>
      <Header isLab={isLab} />
      <main id="main" className="main" tabIndex={-1}>
        {isLab ? <Lab /> : <Home />}
      </main>
      <Notices />
      <Announcer />
    </>
  )
}

function Home(): ReactElement {
  const phase = useAppSelector(({ session }) => session.phase)
  return phase === 'signedOut' || phase === 'unreachable' ? <Welcome /> : <Feed />
}

/** The button that signs in or out leaves with its view. The keyboard goes on at the head of the next view. */
function useFocusAcrossUsers(): void {
  const { phase, user } = useAppSelector(({ session }) => session)
  const wasKnown = useRef(false)
  // biome-ignore lint/correctness/useExhaustiveDependencies: another user is another view
  useEffect(() => {
    // Not at the start of a page, where the keyboard begins at the top, as everywhere.
    if (wasKnown.current) rescueFocus()
    wasKnown.current = phase !== 'starting'
  }, [phase === 'starting', user?.id])
}
