// The user, the connection and the number of waiting changes, always in sight and always of the same height.
import { type ReactElement, useState } from 'react'
import { Age } from '../account/age'
import { useWaiting } from '../broker/entries'
import { refresh } from '../feed/refresh'
import { SignInButtons } from '../session/sign-in-buttons'
import { SignOut } from '../session/sign-out'
import { Avatar } from '../ui/avatar'
import { Icon } from '../ui/icon'
import { useConnectivity } from './connectivity'
import './header.css'
import { useAppSelector } from './store'

export function Header({ isLab }: { isLab: boolean }): ReactElement {
  const { phase, user } = useAppSelector(({ session }) => session)
  return (
    <header className="header">
      <div className="header-inner">
        <a className="brand" href="/">
          <img src="/icon.svg" alt="" width="32" height="32" />
          <span className="brand-name">Tapped</span>
        </a>
        <StatusStrip />
        <nav className="header-nav" aria-label="Pages">
          {isLab ? (
            <a className="button button-quiet" href="/">
              <Icon name="home" />
              <span className="wide">Feed</span>
              <span className="hidden-text narrow">Feed</span>
            </a>
          ) : (
            <a className="button button-quiet" href="/lab">
              <Icon name="lab" />
              <span className="wide">Lab</span>
              <span className="hidden-text narrow">Lab</span>
            </a>
          )}
          {user !== undefined && !isLab && <RefreshButton />}
        </nav>
        {user !== undefined && (
          <div className="header-user avatar-small">
            <Avatar user={user.id} />
            <span data-testid="current-user">{user.id}</span>
            <SignOut />
          </div>
        )}
      </div>
      {phase === 'signedOut' && (
        <div className="header-inner header-sign-in">
          <SignInButtons />
        </div>
      )}
    </header>
  )
}

function StatusStrip(): ReactElement {
  const deadLetters = useAppSelector(({ broker }) => broker.deadLetters)
  const notifs = useAppSelector(({ account }) => account.notifs)
  const waiting = useWaiting()
  const connectivity = useConnectivity()
  const isIn = useAppSelector(({ session }) => session.user !== undefined)
  return (
    <div className="strip">
      <span className="strip-item" data-connectivity={connectivity}>
        <Icon name={connectivity === 'offline' ? 'cloudOff' : 'cloud'} />
        <span className="hidden-text">Connection: </span>
        <span data-testid="connectivity">{connectivity}</span>
      </span>
      <span
        className="strip-item"
        data-known={waiting !== undefined}
        data-some={waiting !== undefined && waiting > 0}
        hidden={!isIn}
      >
        <Icon name="device" />
        <span data-testid="pending-count">{waiting ?? digitWide}</span>
        <span className="wide">waiting</span>
        <span className="hidden-text narrow">waiting</span>
      </span>
      {isIn && notifs !== undefined && (
        <span className="strip-item">
          <Icon name="bell" />
          <span className="hidden-text">Notifications: </span>
          <span data-testid="notifs-count">{notifs.value}</span>
          <Age of={notifs} />
        </span>
      )}
      {deadLetters > 0 && (
        <a className="strip-item strip-back" href="/#came-back">
          <Icon name="back" />
          <span>{deadLetters}</span>
          <span className="wide">came back</span>
          <span className="hidden-text narrow">came back</span>
        </a>
      )}
    </div>
  )
}

/** Keeps the room of a count that is not known yet. */
const digitWide = '\u2007'

function RefreshButton(): ReactElement {
  const [isBusy, setBusy] = useState(false)
  const onClick = async () => {
    setBusy(true)
    await refresh()
    setBusy(false)
  }
  return (
    <button
      type="button"
      className="button button-quiet refresh"
      data-busy={isBusy}
      onClick={() => void onClick()}
    >
      <Icon name="refresh" />
      <span className="wide">Refresh</span>
      <span className="hidden-text narrow">Refresh</span>
    </button>
  )
}
