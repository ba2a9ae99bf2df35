// The entries that this device holds for the user, as they are stored, and the abilities of this browser.
import type { ReactElement } from 'react'
import { type OutboxEntry, outboxEntries } from 'redux-broker'
import { useAppSelector } from '../app/store'
import { broker } from '../broker/broker'
import { nounOf, useWaiting } from '../broker/entries'
import { usePolled } from '../ui/use-polled'
import { ScrollTable } from './scroll-table'

const readOutbox = async () => ({ entries: await outboxEntries(broker), capabilities: broker.capabilities() })

export function OutboxCard(): ReactElement {
  const { value } = usePolled(readOutbox)
  const user = useAppSelector(({ session }) => session.user?.id)
  const deadLetters = useAppSelector((state) => state.broker.deadLetters)
  const waiting = useWaiting()
  const entries = value?.entries ?? []
  return (
    <section className="card lab-card" aria-labelledby="outbox-title">
      <div className="lab-card-head">
        <h2 id="outbox-title" className="card-title">
          This device’s outbox
        </h2>
      </div>
      <dl className="figures">
        <div>
          <dt>Waiting</dt>
          <dd data-testid="outbox-waiting">{waiting ?? '–'}</dd>
        </div>
        <div>
          <dt>Came back</dt>
          <dd data-testid="outbox-dead">{waiting === undefined ? '–' : deadLetters}</dd>
        </div>
      </dl>
      {user === undefined && <p className="soft">Sign in to see whose changes wait.</p>}
      {waiting === 0 && value?.entries.length === 0 && <p className="soft">Empty. All has been delivered.</p>}
      {entries.length > 0 && <Entries entries={entries} />}
      {value !== undefined && (
        <p className="soft lab-capabilities">
          Worker: {value.capabilities.worker}
          {value.capabilities.workerLacks.length > 0 && ', without a token: changes wait for a page'} ·
          Background Sync: {value.capabilities.backgroundSync ? 'yes' : 'no'} · Web Locks:{' '}
          {value.capabilities.locks ? 'yes' : 'no'}
        </p>
      )}
    </section>
  )
}

function Entries({ entries }: { entries: readonly OutboxEntry[] }): ReactElement {
  return (
    <ScrollTable label="List of entries" columns={['Entry', 'Lane', 'State', 'Attempts', 'Key']}>
      {entries.map(({ id, action, lane, state, attempts, key, trouble }) => (
        <tr key={id}>
          <td>{nounOf(action.type)}</td>
          <td>{lane}</td>
          <td>
            {state}
            {trouble !== undefined && <span className="soft"> after {trouble.reason}</span>}
          </td>
          <td>{attempts}</td>
          <td>
            <code>{key.slice(0, 8)}</code>
          </td>
        </tr>
      ))}
    </ScrollTable>
  )
}
