// The frame of all pages. Two of them, told apart by their path and reached by plain links.
import type { ReactElement } from 'react'
import { Feed } from '../feed/feed'
import { Lab } from '../lab/lab'
import { Notices } from '../notices/notices'
import { Welcome } from '../session/welcome'
import './app.css'
import { Header } from './header'
import { useAppSelector } from './store'

export function App(): ReactElement {
  const isLab = location.pathname === '/lab'
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
    </>
  )
}

function Home(): ReactElement {
  const phase = useAppSelector(({ session }) => session.phase)
  return phase === 'signedOut' || phase === 'unreachable' ? <Welcome /> : <Feed />
}
