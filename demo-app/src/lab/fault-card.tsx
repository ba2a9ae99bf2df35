// Fault switches. Each rule names the requests that it means, and their fault.
import { type FormEvent, type ReactElement, useState } from 'react'
import { userIds } from '../api/types'
import { Icon } from '../ui/icon'
import { usePolled } from '../ui/use-polled'
import { type FaultRule, putFaults, readFaults } from './lab-client'

const kinds: readonly { kind: string; words: string }[] = [
  { kind: 'delay', words: 'Answer late' },
  { kind: 'status', words: 'Answer with a status' },
  { kind: 'drop-before', words: 'Cut the connection, nothing applied' },
  { kind: 'drop-after', words: 'Apply it, then cut the connection' },
  { kind: 'cut-body', words: 'Apply it, send half the answer' },
  { kind: 'stall', words: 'Never answer' },
  { kind: 'html', words: 'A portal’s page instead of an answer' },
  { kind: 'login-redirect', words: 'Redirect to a login page' },
  { kind: 'expire-session', words: 'End the session' },
  { kind: 'switch-session', words: 'Make the session another user’s' },
  { kind: 'forget-keys', words: 'Forget all idempotency keys' },
]

const methods = ['any', 'GET', 'POST', 'PUT', 'PATCH', 'DELETE'] as const

export function FaultCard(): ReactElement {
  const { value: faults, again } = usePolled(readFaults)
  const [problem, setProblem] = useState('')
  const rules = faults?.status === 'ok' ? faults.value : []
  const put = async (next: readonly FaultRule[]) => {
    const answer = await putFaults(next)
    setProblem(
      answer.status === 'refused'
        ? answer.detail
        : answer.status === 'ok'
          ? ''
          : 'The server did not answer.',
    )
    again()
  }
  return (
    <section className="card lab-card" aria-labelledby="faults-title">
      <div className="lab-card-head">
        <h2 id="faults-title" className="card-title">
          Fault switches
        </h2>
        <button type="button" className="button" disabled={rules.length === 0} onClick={() => void put([])}>
          Clear faults
        </button>
      </div>
      {faults?.status === 'absent' ? (
        <p className="soft">This server runs without faults (FAULTS=0), so there is nothing to break here.</p>
      ) : (
        <FaultForm add={(rule) => put([...rules, rule])} />
      )}
      <p className="lab-problem" role="alert">
        {problem}
      </p>
      <ul className="rules" aria-label="Active rules">
        {rules.map((rule, place) => (
          // biome-ignore lint/suspicious/noArrayIndexKey: a rule is its place in the list: the first match wins
          <li key={place} className="rule">
            <span>
              <strong>{rule.kind}</strong> {extrasOf(rule)} · {rule.match.method ?? 'any method'}{' '}
              <code>{rule.match.path ?? 'any path'}</code> ·{' '}
              {rule.times === undefined ? 'until cleared' : `${rule.times} × left`}
            </span>
            <button
              type="button"
              className="button button-quiet rule-remove"
              aria-label={`Remove ${rule.kind}`}
              onClick={() => void put(rules.filter((_rule, other) => other !== place))}
            >
              <Icon name="cross" />
            </button>
          </li>
        ))}
      </ul>
      {faults?.status === 'ok' && rules.length === 0 && (
        <p className="soft">All is well. No rule is active.</p>
      )}
      {faults?.status === 'unreachable' && <p className="soft">The server cannot be reached now.</p>}
    </section>
  )
}

const extrasOf = ({ kind, match: _match, times: _times, ...extras }: FaultRule): string =>
  Object.entries(extras)
    .map(([name, value]) => `${name} ${String(value)}`)
    .join(', ')

function FaultForm({ add }: { add: (rule: FaultRule) => Promise<void> }): ReactElement {
  const [kind, setKind] = useState('drop-after')
  const submit = (event: FormEvent<HTMLFormElement>) => {
    event.preventDefault()
    void add(ruleOf(new FormData(event.currentTarget)))
  }
  return (
    <form className="lab-form fault-form" onSubmit={submit}>
      <label>
        Fault
        <select className="field" name="kind" value={kind} onChange={({ target }) => setKind(target.value)}>
          {kinds.map((one) => (
            <option key={one.kind} value={one.kind}>
              {one.kind}: {one.words}
            </option>
          ))}
        </select>
      </label>
      <Extras kind={kind} />
      <label>
        Method
        <select className="field" name="method" defaultValue="any">
          {methods.map((method) => (
            <option key={method}>{method}</option>
          ))}
        </select>
      </label>
      <label>
        Path begins with
        <input className="field" name="path" defaultValue="/api/posts" autoComplete="off" />
      </label>
      <label>
        Times
        <input className="field" name="times" type="number" min="1" placeholder="for ever" />
      </label>
      <button type="submit" className="button button-main">
        Add fault
      </button>
    </form>
  )
}

function Extras({ kind }: { kind: string }): ReactElement | null {
  if (kind === 'delay')
    return (
      <label>
        Milliseconds
        <input className="field" name="ms" type="number" min="0" defaultValue="2000" required />
      </label>
    )
  if (kind === 'status')
    return (
      <>
        <label>
          Status
          <input
            className="field"
            name="status"
            type="number"
            min="200"
            max="599"
            defaultValue="422"
            required
          />
        </label>
        <label>
          Retry-After
          <input className="field" name="retryAfter" placeholder="none" autoComplete="off" />
        </label>
      </>
    )
  if (kind === 'switch-session')
    return (
      <label>
        User
        <select className="field" name="user">
          {userIds.map((user) => (
            <option key={user}>{user}</option>
          ))}
        </select>
      </label>
    )
  return null
}

const numbers: readonly string[] = ['ms', 'status', 'times']

function ruleOf(form: FormData): FaultRule {
  const {
    kind = '',
    method,
    path,
    ...rest
  } = Object.fromEntries([...form].map(([name, value]) => [name, String(value).trim()]))
  const match = {
    ...(method !== undefined && method !== 'any' && { method }),
    ...(path !== undefined && path !== '' && { path }),
  }
  const extras = Object.entries(rest).filter(([, value]) => value !== '')
  return {
    kind,
    match,
    ...Object.fromEntries(
      extras.map(([name, value]) => [name, numbers.includes(name) ? Number(value) : value]),
    ),
  }
}
