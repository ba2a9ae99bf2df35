// Ten reads at once, the requests that the broker makes of them, and the server's ledger of those requests.
import { type FormEvent, type ReactElement, useEffect, useState } from 'react'
import { limitReads } from 'redux-broker'
import { broker } from '../broker/broker'
import { Icon, type IconName } from '../ui/icon'
import { usePolled } from '../ui/use-polled'
import { readLedger } from './lab-client'
import './reads-card.css'
import { tenWishes, type Way } from './ten-reads'
import { type Row, useTenReads } from './use-ten-reads'

/** The broker's default. */
const usualLimit = 5

export function ReadsCard(): ReactElement {
  const { rows, ask, raise, cancel } = useTenReads()
  const [seenBefore, setSeenBefore] = useState<number>()
  useEffect(() => () => limitReads(broker, usualLimit), [])
  const askUnder = async (limit: number, way: Way) => {
    setSeenBefore(await lastSeen())
    limitReads(broker, limit)
    ask(way)
  }
  return (
    <section className="card lab-card" aria-labelledby="reads-title">
      <div className="lab-card-head">
        <h2 id="reads-title" className="card-title">
          Ten reads
        </h2>
      </div>
      <p className="soft">
        Ten parts of an app ask at once and know nothing of each other. The broker asks the server four times,
        the most urgent first. While one waits, make it more urgent, or let it go.
      </p>
      <AskForm ask={(limit, way) => void askUnder(limit, way)} />
      <div className="reads-pair">
        <ol className="asks" aria-label="The ten asks">
          {rows.map((row, place) => (
            <Ask
              // biome-ignore lint/suspicious/noArrayIndexKey: an asker is its place
              key={place}
              row={row}
              raise={(priority) => raise(place, priority)}
              cancel={() => cancel(place)}
            />
          ))}
        </ol>
        <WireOrder after={seenBefore} />
      </div>
    </section>
  )
}

function AskForm({ ask }: { ask: (limit: number, way: Way) => void }): ReactElement {
  const [limit, setLimit] = useState(1)
  const [way, setWay] = useState<Way>('redux')
  const submit = (event: FormEvent) => {
    event.preventDefault()
    ask(limit, way)
  }
  return (
    <form className="lab-form" onSubmit={submit}>
      <label>
        Connection limit
        <input
          className="field"
          type="number"
          min="1"
          max="6"
          required
          value={limit}
          onChange={({ target }) => setLimit(target.valueAsNumber)}
        />
      </label>
      <label>
        Way
        <select className="field" value={way} onChange={({ target }) => setWay(target.value as Way)}>
          <option value="redux">through Redux</option>
          <option value="fetch">through broker.fetch</option>
        </select>
      </label>
      <button type="submit" className="button button-main">
        Ask ten times
      </button>
    </form>
  )
}

/** The newest request in the server's ledger, or undefined where the ledger cannot be read. */
async function lastSeen(): Promise<number | undefined> {
  const ledger = await readLedger()
  return ledger.status === 'ok' ? (ledger.value.attempts.at(-1)?.seq ?? 0) : undefined
}

const stateIcons: Readonly<Record<Row['state'], IconName>> = {
  idle: 'pause',
  waiting: 'clock',
  sent: 'send',
  answered: 'tick',
  cancelled: 'cross',
  failed: 'cloudOff',
}

interface AskProps {
  readonly row: Row
  readonly raise: (priority: number) => void
  readonly cancel: () => void
}

function Ask({ row: { path, priority, state, order }, raise, cancel }: AskProps): ReactElement {
  const isOpen = state === 'waiting' || state === 'sent'
  const name = path.replace('/api/', '')
  return (
    <li className="ask" data-look={state}>
      <code className="ask-path">{name}</code>
      <label>
        <span className="hidden-text">Priority of {name}</span>
        <select
          className="field ask-priority"
          value={priority}
          disabled={state !== 'waiting'}
          onChange={({ target }) => raise(Number(target.value))}
        >
          {moreUrgent(priority).map((one) => (
            <option key={one}>{one}</option>
          ))}
        </select>
      </label>
      <span className="ask-state">
        <Icon name={stateIcons[state]} />
        {state === 'idle' ? 'not asked' : state}
        {order !== undefined && state !== 'waiting' && state !== 'cancelled' && (
          <span className="soft"> in request {order}</span>
        )}
      </span>
      <button
        type="button"
        className="button button-quiet ask-cancel"
        aria-label={`Cancel ${name}`}
        disabled={!isOpen}
        onClick={cancel}
      >
        <Icon name="cross" />
      </button>
    </li>
  )
}

const moreUrgent = (priority: number): readonly number[] =>
  Array.from({ length: priority }, (_none, place) => place + 1)

/** The requests that arrived at the server since the click, as its ledger has them. */
function WireOrder({ after }: { after: number | undefined }): ReactElement {
  const { value: ledger } = usePolled(readLedger)
  const paths = new Set(tenWishes.map(({ path }) => path))
  const arrived =
    ledger?.status === 'ok' && after !== undefined
      ? ledger.value.attempts.filter(
          ({ seq, method, path }) => seq > after && method === 'GET' && paths.has(path),
        )
      : []
  return (
    <div className="wire" aria-live="polite">
      <h3 className="wire-title">On the wire</h3>
      {arrived.length === 0 ? (
        <p className="soft">
          {ledger?.status === 'absent' ? 'This server keeps no ledger (FAULTS=0).' : 'Nothing yet.'}
        </p>
      ) : (
        <ol className="wire-list" data-testid="wire-order">
          {arrived.map(({ seq, path, status }) => (
            <li key={seq}>
              <code>{path.replace('/api/', '')}</code> <span className="soft">{status ?? '…'}</span>
            </li>
          ))}
        </ol>
      )}
    </div>
  )
}
