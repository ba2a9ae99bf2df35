// A device whose clock and connection a person sets, with a real broker in it. It is the package's own test world.
import { configureStore, createAction } from '@reduxjs/toolkit'
import { createBroker, type ReadOptions, read, type Settled } from 'redux-broker'

type Rules = Pick<ReadOptions<never, unknown>, 'when' | 'whileWaiting'>

export interface Plan {
  readonly name: string
  readonly needs: string
  /** The time of day at which it may be sent again, where that is what it waits for. */
  readonly opensAt?: string
  readonly rules: Rules
}

export const plans: readonly Plan[] = [
  { name: 'The feed', needs: 'Whatever the connection.', rules: {} },
  {
    name: 'Photos in full size',
    needs: 'Not paid by the byte, no data saver. Meanwhile the last copy.',
    rules: { when: { network: 'unmetered', saveData: false }, whileWaiting: 'cached' },
  },
  {
    name: 'The next page, ahead of time',
    needs: 'At least 4g, while somebody looks.',
    rules: { when: { effectiveType: '4g', visible: true } },
  },
  {
    name: 'The whole archive',
    needs: 'At night, from 22:00 to 06:00.',
    opensAt: '22:00',
    rules: { when: { between: { from: '22:00', to: '06:00' } } },
  },
]

export interface Surroundings {
  /** `HH:MM`. */
  readonly time: string
  readonly isUnmetered: boolean
  readonly effectiveType: '2g' | '3g' | '4g'
  readonly saveData: boolean
  readonly isVisible: boolean
}

export const atFirst: Surroundings = {
  time: '14:00',
  isUnmetered: false,
  effectiveType: '3g',
  saveData: false,
  isVisible: true,
}

export interface SimulatedDevice {
  /** Time only goes on, so an earlier time of day means tomorrow's. Resolves when all that follows has happened. */
  surround(surroundings: Surroundings): Promise<void>
  /** Asks for all plans. `tell` has the place of each that has ended, and how. */
  ask(tell: (place: number, end: Settled<unknown>) => void): Promise<void>
}

const minuteMs = 60_000
const dayMs = 1_440 * minuteMs

export async function createSimulatedDevice(): Promise<SimulatedDevice> {
  const { answer, createTestWorld } = await import('redux-broker/testing')
  const world = createTestWorld({ now: Date.UTC(2026, 0, 15, 13, 0), network: () => answer(200, {}) })
  const tab = world.tab()
  const routes = plans.map(({ rules }, place) =>
    read(createAction(`simulated/${place}`), { request: () => `/api/plans/${place}`, ...rules }),
  )
  const broker = createBroker({ name: 'simulated', user: () => 'somebody', routes, world: tab })
  const store = configureStore({
    reducer: { [broker.reducerPath]: broker.reducer },
    middleware: (getDefault) => getDefault().prepend(broker.middleware),
  })
  const ask: SimulatedDevice['ask'] = async (tell) => {
    for (const [place, route] of routes.entries())
      void store.dispatch(route()).settled.then((end) => tell(place, end))
    await world.settle()
  }
  // The last visit, at home, left the copies.
  tab.setDevice({ unmetered: true, effectiveType: '4g' })
  await world.settle()
  await ask(() => {})
  let turn: Promise<void> = Promise.resolve()
  /** One after another. The effects of a change have happened before the next one. */
  const inTurn =
    <Given extends unknown[]>(work: (...given: Given) => Promise<void>) =>
    (...given: Given): Promise<void> => {
      turn = turn.then(() => work(...given))
      return turn
    }
  return {
    ask: inTurn(ask),
    surround: inTurn(async ({ time, isUnmetered, effectiveType, saveData, isVisible }: Surroundings) => {
      tab.setDevice({ unmetered: isUnmetered, effectiveType, saveData })
      tab.host.setVisible(isVisible)
      const aheadMs = (dayMs + timeOfDay(time) - (world.clock.now() % dayMs)) % dayMs
      // The clock is set forward, as by a person. No timer hears of that, so it is looked at again within a minute.
      if (aheadMs > 0) world.clock.jump(aheadMs - minuteMs)
      await world.clock.advance(aheadMs > 0 ? minuteMs : 0)
    }),
  }
}

const timeOfDay = (time: string): number => Date.parse(`1970-01-01T${time}Z`)

export const timeText = (at: number): string => new Date(at).toISOString().slice(11, 16)
