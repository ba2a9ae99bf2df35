// Shows when a read is sent, by the connection, the user's eyes and the time of day. All three are simulated here.
import { type ReactElement, useEffect, useRef, useState } from 'react'
import type { Settled } from 'redux-broker'
import { Icon, type IconName } from '../ui/icon'
import {
  atFirst,
  createSimulatedDevice,
  type Plan,
  plans,
  type SimulatedDevice,
  type Surroundings,
  timeText,
} from './simulated-device'

/** A read that nobody asked for is undefined. */
type Ends = readonly (Settled<unknown> | 'waiting' | undefined)[]

const nothingAsked: Ends = plans.map(() => undefined)

export function ConditionsCard(): ReactElement {
  const { surroundings, ends, surround, ask } = useSimulatedDevice()
  return (
    <section className="card lab-card" aria-labelledby="conditions-title">
      <div className="lab-card-head">
        <h2 id="conditions-title" className="card-title">
          When to read
        </h2>
        <button type="button" className="button button-main" onClick={ask}>
          Ask for all
        </button>
      </div>
      <p className="soft">
        Four reads name their conditions. Clock and connection are simulated, and the broker is real. Change
        them while a read waits.
      </p>
      <SurroundingsForm surroundings={surroundings} surround={surround} />
      <ul className="plans" aria-label="Reads with conditions">
        {plans.map((plan, place) => (
          <PlanItem key={plan.name} plan={plan} end={ends[place]} />
        ))}
      </ul>
    </section>
  )
}

interface Simulation {
  readonly surroundings: Surroundings
  readonly ends: Ends
  readonly surround: (change: Partial<Surroundings>) => void
  readonly ask: () => void
}

function SurroundingsForm({
  surroundings: { isUnmetered, effectiveType, saveData, isVisible, time },
  surround,
}: Pick<Simulation, 'surroundings' | 'surround'>): ReactElement {
  return (
    <div className="lab-form">
      <label>
        Time
        <input
          className="field"
          type="time"
          required
          value={time}
          onChange={({ target }) => target.value !== '' && surround({ time: target.value })}
        />
      </label>
      <label>
        Connection
        <select
          className="field"
          value={isUnmetered ? 'unmetered' : 'metered'}
          onChange={({ target }) => surround({ isUnmetered: target.value === 'unmetered' })}
        >
          <option value="metered">paid by the byte</option>
          <option value="unmetered">unmetered</option>
        </select>
      </label>
      <label>
        As fast as
        <select
          className="field"
          value={effectiveType}
          onChange={({ target }) =>
            surround({ effectiveType: target.value as Surroundings['effectiveType'] })
          }
        >
          {['2g', '3g', '4g'].map((type) => (
            <option key={type}>{type}</option>
          ))}
        </select>
      </label>
      <label className="check">
        <input
          type="checkbox"
          checked={saveData}
          onChange={({ target }) => surround({ saveData: target.checked })}
        />
        Data saver
      </label>
      <label className="check">
        <input
          type="checkbox"
          checked={isVisible}
          onChange={({ target }) => surround({ isVisible: target.checked })}
        />
        Somebody looks
      </label>
    </div>
  )
}

function useSimulatedDevice(): Simulation {
  const device = useRef<Promise<SimulatedDevice>>(undefined)
  const [surroundings, setSurroundings] = useState(atFirst)
  const [ends, setEnds] = useState(nothingAsked)
  useEffect(() => {
    device.current ??= createSimulatedDevice()
    void device.current.then((ready) => ready.surround(surroundings))
  }, [surroundings])
  return {
    surroundings,
    ends,
    surround: (change) => setSurroundings((before) => ({ ...before, ...change })),
    ask() {
      setEnds(plans.map(() => 'waiting'))
      void device.current?.then((ready) =>
        ready.ask((place, end) => setEnds((before) => before.map((one, at) => (at === place ? end : one)))),
      )
    },
  }
}

function PlanItem({ plan, end }: { plan: Plan; end: Ends[number] }): ReactElement {
  const { look, icon, words } = faceOf(plan, end)
  return (
    <li className="plan" data-look={look}>
      <span>
        <strong>{plan.name}</strong>
        <span className="soft plan-needs">{plan.needs}</span>
      </span>
      <span className="ask-state">
        <Icon name={icon} />
        {words}
      </span>
    </li>
  )
}

interface Face {
  readonly look: string
  readonly icon: IconName
  readonly words: string
}

function faceOf({ opensAt }: Plan, end: Ends[number]): Face {
  if (end === undefined) return { look: 'idle', icon: 'pause', words: 'not asked' }
  if (end === 'waiting')
    return {
      look: 'waiting',
      icon: 'clock',
      words: opensAt === undefined ? 'waits' : `waits until ${opensAt}`,
    }
  if (end.status !== 'delivered') return { look: 'failed', icon: 'cloudOff', words: 'failed' }
  const time = timeText(end.fetchedAt ?? 0)
  return end.stale
    ? { look: 'copy', icon: 'device', words: `copy from ${time}` }
    : { look: 'answered', icon: 'tick', words: `read at ${time}` }
}
