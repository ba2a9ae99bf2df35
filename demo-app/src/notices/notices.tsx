// The news that the user can act on, in plain words. The region is always there, so that screen readers announce each
// notice.
import type { ReactElement } from 'react'
import { acknowledgeLoss, discard } from 'redux-broker'
import { type UserId, userIds } from '../api/types'
import { useAppSelector } from '../app/store'
import { broker } from '../broker/broker'
import { SignInButton } from '../session/sign-in-buttons'
import { nameOf } from '../ui/avatar'
import { leftOut } from './left-out'
import './notices.css'

export function Notices(): ReactElement {
  return (
    <div className="notices" role="status" data-testid="notices">
      <SignInNeeded />
      <StorageLost />
      <StorageFull />
      <Quarantined />
      <NotInView />
      <UpdateReady />
    </div>
  )
}

function SignInNeeded(): ReactElement | null {
  const { user, lost } = useAppSelector(({ session }) => session)
  const paused = useAppSelector((state) => state.broker.paused)
  const waiting = useAppSelector((state) => state.broker.waiting)
  if (user === undefined || (paused === undefined && lost === undefined)) return null
  const known = userIds.find((id): id is UserId => id === user.id)
  return (
    <div className="notice" data-kind="sign-in-needed">
      <p>
        <strong>
          {paused === 'principal' ? 'Someone else is signed in on this browser.' : 'Your sign-in has ended.'}
        </strong>{' '}
        {waiting > 0
          ? `${waiting === 1 ? '1 change is' : `${waiting} changes are`} safe on this device and will be sent when ${nameOf(user.id)} signs in.`
          : `Sign in as ${nameOf(user.id)} to go on.`}
      </p>
      {known !== undefined && <SignInButton user={known} hasAvatar={false} />}
    </div>
  )
}

const whatToDo: Readonly<Record<string, string>> = {
  outboxFull: 'Too many changes are waiting. Go online so that they can be sent, then do it again.',
  storageFull: 'This device has no room left for this site. Free some space, then do it again.',
  storageUnavailable:
    'This browser keeps no data for this site now, as in some private windows. Try another window, then do it again.',
}

function StorageFull(): ReactElement | null {
  const entries = useAppSelector((state) => state.broker.entries)
  const refused = Object.values(entries).filter(
    ({ state, reason = '' }) => state === 'notAccepted' && reason in whatToDo,
  )
  const last = refused.at(-1)
  if (last === undefined) return null
  const dismiss = () => void Promise.all(refused.map(({ id }) => discard(broker, id)))
  return (
    <div className="notice" data-kind="storage-full">
      <p>
        <strong>
          {refused.length === 1 ? 'A change was not saved.' : `${refused.length} changes were not saved.`}
        </strong>{' '}
        {whatToDo[last.reason ?? '']}
      </p>
      <button type="button" className="button" onClick={dismiss}>
        All right
      </button>
    </div>
  )
}

/** Entries that this version of the app cannot read. A newer version may read those that it has made. */
function Quarantined(): ReactElement {
  const entries = useAppSelector((state) => state.broker.entries)
  const kept = Object.values(entries).filter(({ state }) => state === 'quarantined')
  const newer = kept.filter(({ reason }) => reason === 'newer')
  const damaged = kept.filter(({ reason }) => reason !== 'newer')
  return (
    <>
      {newer.length > 0 && <MadeByNewer count={newer.length} />}
      {damaged.length > 0 && <Damaged ids={damaged.map(({ id }) => id)} />}
    </>
  )
}

const counted = (count: number) => (count === 1 ? '1 change' : `${count} changes`)

function MadeByNewer({ count }: { count: number }): ReactElement {
  return (
    <div className="notice" data-kind="quarantined">
      <p>
        <strong>{counted(count)} cannot be read by this version of the app.</strong> A newer version made it.
        It is kept as it is: load the page anew, and the newer version sends it.
      </p>
      <button type="button" className="button button-main" onClick={() => location.reload()}>
        Load anew
      </button>
    </div>
  )
}

function Damaged({ ids }: { ids: readonly string[] }): ReactElement {
  const giveUp = () => void Promise.all(ids.map((id) => discard(broker, id)))
  return (
    <div className="notice" data-kind="damaged">
      <p>
        <strong>{counted(ids.length)} cannot be read any more, and cannot be sent.</strong> Later changes to
        the same post wait behind. Give up, and do again what is missing.
      </p>
      <button type="button" className="button" onClick={giveUp}>
        Give up
      </button>
    </div>
  )
}

function NotInView(): ReactElement | null {
  const words = useAppSelector(({ broker }) => leftOut(broker))
  if (words === undefined) return null
  return (
    <div className="notice" data-kind="not-in-view">
      <p>{words}</p>
    </div>
  )
}

function StorageLost(): ReactElement | null {
  const lost = useAppSelector((state) => state.broker.lost)
  if (lost === undefined) return null
  const { upTo, restored } = lost
  return (
    <div className="notice" data-kind="storage-lost">
      <p>
        <strong>This browser lost what it kept for this site.</strong>{' '}
        {restored > 0 && `${changes(restored)} brought back from a copy and will be sent. `}
        {upTo > 0 &&
          `Up to ${changes(upTo)} lost before being sent. Look at what you did last, and do it again.`}
      </p>
      <button type="button" className="button" onClick={() => void acknowledgeLoss(broker)}>
        All right
      </button>
    </div>
  )
}

const changes = (count: number) => (count === 1 ? '1 change was' : `${count} changes were`)

function UpdateReady(): ReactElement | null {
  const isReady = useAppSelector((state) => state.broker.updateReady)
  if (!isReady) return null
  return (
    <div className="notice" data-kind="update-ready">
      <p>
        <strong>A new version is ready.</strong> The page is loaded anew, and no waiting change is lost.
      </p>
      <button type="button" className="button button-main" onClick={() => broker.applyUpdate()}>
        Update now
      </button>
    </div>
  )
}
