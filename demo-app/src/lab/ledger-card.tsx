// The requests that reached the server, and the effects that it applied.
import type { ReactElement } from 'react'
import { usePolled } from '../ui/use-polled'
import { emptyLedger, type LedgerAttempt, type LedgerEffect, readLedger } from './lab-client'
import { ScrollTable } from './scroll-table'

const rowsMax = 40

export function LedgerCard(): ReactElement {
  const { value: ledger, again } = usePolled(readLedger)
  const { attempts, effects } = ledger?.status === 'ok' ? ledger.value : { attempts: [], effects: [] }
  // Reads would drown the writes that this page is about.
  const writes = attempts.filter(({ key }) => key !== null)
  const empty = async () => {
    await emptyLedger()
    again()
  }
  return (
    <section className="card lab-card" aria-labelledby="ledger-title">
      <div className="lab-card-head">
        <h2 id="ledger-title" className="card-title">
          The server’s ledger
        </h2>
        <button
          type="button"
          className="button"
          disabled={ledger?.status !== 'ok'}
          onClick={() => void empty()}
        >
          Empty ledger
        </button>
      </div>
      {ledger?.status === 'absent' && <p className="soft">This server keeps no ledger (FAULTS=0).</p>}
      {ledger?.status === 'unreachable' && <p className="soft">The server cannot be reached now.</p>}
      <dl className="figures">
        <div>
          <dt>Attempts</dt>
          <dd data-testid="ledger-attempts">{writes.length}</dd>
        </div>
        <div>
          <dt>Effects</dt>
          <dd data-testid="ledger-effects">{effects.length}</dd>
        </div>
      </dl>
      <Effects effects={effects} />
      <Attempts attempts={writes} />
    </section>
  )
}

function Effects({ effects }: { effects: readonly LedgerEffect[] }): ReactElement | null {
  if (effects.length === 0) return null
  return (
    <details className="table-box" open>
      <summary>Effects</summary>
      <ScrollTable label="List of effects" columns={['What', 'On', 'By', 'Key']}>
        {effects
          .slice(-rowsMax)
          .reverse()
          .map(({ seq, kind, target, user, key }) => (
            <tr key={seq}>
              <td>{kind}</td>
              <td>{target.slice(0, 8)}</td>
              <td>{user}</td>
              <td>
                <code>{key.slice(0, 8)}</code>
              </td>
            </tr>
          ))}
      </ScrollTable>
    </details>
  )
}

function Attempts({ attempts }: { attempts: readonly LedgerAttempt[] }): ReactElement | null {
  if (attempts.length === 0) return null
  return (
    <details className="table-box" open>
      <summary>Attempts</summary>
      <ScrollTable label="List of attempts" columns={['Request', 'Answer', 'Key']}>
        {attempts
          .slice(-rowsMax)
          .reverse()
          .map(({ seq, method, path, status, key }) => (
            <tr key={seq}>
              <td>
                {method} {path.replace('/api', '')}
              </td>
              <td>{status ?? '…'}</td>
              <td>
                <code>{key?.slice(0, 8)}</code>
              </td>
            </tr>
          ))}
      </ScrollTable>
    </details>
  )
}
