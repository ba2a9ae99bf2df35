import { combineReducers, configureStore, createAction, createReducer } from '@reduxjs/toolkit'
import type { Reducer } from 'redux'
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { confirmedState, createBroker, delivered } from '../../index.js'
import { acknowledge, createTestWorld, type TestWorld } from '../../testing/index.js'
import { consoleErrors } from '../fixtures/console-errors.fixture.js'
import { ownRoute } from '../fixtures/own-route.fixture.js'

const said = consoleErrors()

/** The session storage, which a reload of the tab keeps. */
function stubSession(): void {
  const kept = new Map<string, string>()
  vi.stubGlobal('sessionStorage', {
    getItem: (key: string) => kept.get(key) ?? null,
    setItem: (key: string, value: string) => void kept.set(key, value),
    removeItem: (key: string) => void kept.delete(key),
  })
}

beforeEach(() => {
  vi.useFakeTimers()
  stubSession()
})
afterEach(() => {
  vi.useRealTimers()
  vi.unstubAllGlobals()
})

interface Posts {
  readonly items: readonly string[]
  readonly likes: Readonly<Record<string, number>>
  readonly count: number
}
interface State {
  readonly posts: Posts
  readonly group: { readonly list: readonly string[] }
  readonly broker: object
}

let made = 0

/** A page with posts, and with a list below a group. Each app has a name of its own, as each mistake is said once. */
function createApp() {
  const tapped = ownRoute()
  const name = `kept${++made}`
  const loaded = createAction<Posts>(`${name}/loaded`)
  const hydrated = createAction('persist/REHYDRATE', (payload: object) => ({ payload }))
  const first: Posts = { items: ['a'], likes: { a: 7 }, count: 1 }
  const open = (world: TestWorld, preloadedState?: object) => {
    const tab = world.tab()
    const broker = createBroker({ partition: () => 'ada', routes: [tapped], world: tab })
    const posts = createReducer(first, (builder) =>
      builder
        .addCase(loaded, (_, { payload }) => payload)
        .addMatcher(
          (action) => tapped.match(action) || delivered(tapped)(action),
          (state) => ({ items: [...state.items, 'new'], likes: { a: 8 }, count: state.count + 1 }),
        ),
    )
    const list = createReducer(['a'] as readonly string[], (builder) =>
      builder.addMatcher(
        (action) => tapped.match(action) || delivered(tapped)(action),
        (state) => [...state, 'new'],
      ),
    )
    const store = configureStore({
      reducer: combineReducers({
        [name]: broker.optimistic(posts, { truth: loaded.match }),
        group: combineReducers({ list: broker.optimistic(list) }),
        broker: broker.reducer,
      }) as unknown as Reducer<object>,
      ...(preloadedState && { preloadedState }),
      middleware: (getDefault) => getDefault({ serializableCheck: false }).prepend(broker.middleware),
    })
    return { tab, store, state: () => named(store.getState() as never) }
  }
  const named = (state: Readonly<Record<string, unknown>>) =>
    ({ ...state, posts: state[name] }) as unknown as State
  return { tapped, open, name, loaded, hydrated, first }
}
type App = ReturnType<typeof createApp>
type Keep = (state: State, root: object) => object | undefined

/** A page is closed while a change waits. */
async function left(app: App, keep: Keep, online = false) {
  const world = createTestWorld({ network: (sent) => acknowledge(sent, {}) })
  world.setOnline(online)
  const page = app.open(world)
  await world.settle()
  page.store.dispatch(app.tapped('x'))
  await world.settle()
  await vi.advanceTimersByTimeAsync(200)
  const kept = keep(page.state(), page.store.getState())
  page.tab.crash()
  return { world, kept }
}

/** A page is loaded anew while a change waits. `keep` gives the state that the second page begins with. */
async function reloaded(app: App, keep: Keep, { online = false, by = 'preloaded' } = {}) {
  const { world, kept } = await left(app, keep, online)
  const next = app.open(world, by === 'preloaded' ? kept : undefined)
  if (by === 'action') next.store.dispatch(app.hydrated(kept ?? {}))
  await world.settle()
  await vi.advanceTimersByTimeAsync(200)
  return next
}

const viaJson = (state: unknown) => JSON.parse(JSON.stringify(state))

describe('state that was saved with pending changes in it', () => {
  const wrong: readonly (readonly [string, (app: App) => (state: State, root: object) => object, string])[] =
    [
      ['the root state by structuredClone', () => (_, root) => structuredClone(root), ''],
      [
        'a slice by structuredClone',
        ({ name }) =>
          ({ posts }) => ({ [name]: structuredClone(posts) }),
        '',
      ],
      [
        'a copy of a slice by JSON',
        ({ name }) =>
          ({ posts }) => ({ [name]: viaJson({ ...posts }) }),
        '',
      ],
      [
        'a chosen field by JSON',
        ({ name, first }) =>
          ({ posts }) => ({ [name]: { ...first, likes: viaJson(posts.likes) } }),
        '.likes',
      ],
      [
        'chosen fields under other names',
        ({ name }) =>
          ({ posts }) => ({ [name]: viaJson({ all: posts.items, likes: {}, items: [], count: 0 }) }),
        '.all',
      ],
    ]

  it.each(wrong)('is reported once, with its place and the right way: %s', async (_how, keep, field) => {
    const app = createApp()
    await reloaded(app, keep(app))

    const found = said.filter((text) => text.includes('still waited when it was saved'))
    expect(found).toEqual([expect.stringContaining(`('${app.name}${field}')`)])
    expect(found[0]).toContain('`confirmedState(state)`')
  })

  it('is reported for a list in a group', async () => {
    await reloaded(createApp(), ({ group }) => ({ group: structuredClone({ list: [...group.list] }) }))

    expect(said.join()).toContain("('group.list')")
  })

  it('is reported for state from redux-persist', async () => {
    const app = createApp()
    await reloaded(app, ({ posts }) => ({ [app.name]: structuredClone(posts) }), { by: 'action' })

    expect(said.join()).toContain(`('${app.name}')`)
  })
})

it('some fields of confirmedState() show each change once, also a change delivered without a page', async () => {
  const app = createApp()
  const keep = ({ posts }: State) => {
    const { count: _, ...kept } = confirmedState(posts)
    return { [app.name]: { ...app.first, ...viaJson(kept) } }
  }
  const page = await reloaded(app, keep)
  expect(page.state().posts.items).toEqual(['a', 'new'])

  const { world, kept } = await left(app, keep)
  world.setOnline(true)
  const sender = app.open(world)
  await world.settle()
  sender.tab.crash()
  const back = app.open(world, kept)
  await world.settle()
  expect(back.state().posts.items).toEqual(['a', 'new'])
})

describe('no warning comes for state', () => {
  const right: readonly (readonly [
    string,
    (app: App) => (state: State, root: object) => object | undefined,
  ])[] = [
    ['that is not kept', () => () => undefined],
    ['by JSON', () => (_, root) => viaJson(root)],
    [
      'of one slice by JSON',
      ({ name }) =>
        ({ posts }) =>
          viaJson({ [name]: posts }),
    ],
    ['by confirmedState()', () => (_, root) => structuredClone(confirmedState(root))],
    [
      'by confirmedState() of a slice',
      ({ name }) =>
        ({ posts }) => ({ [name]: { ...confirmedState(posts) } }),
    ],
    [
      'by some fields of confirmedState()',
      ({ name, first }) =>
        ({ posts }) => {
          const { count: _, ...kept } = confirmedState(posts)
          return { [name]: { ...first, ...viaJson(kept) } }
        },
    ],
    [
      'of a server',
      ({ name }) =>
        () => ({ [name]: { items: ['a'], likes: { a: 9 }, count: 2 } }),
    ],
    [
      'in which a number is as it was shown',
      ({ name }) =>
        ({ posts }) => ({
          [name]: { items: [], likes: {}, count: posts.count },
        }),
    ],
  ]

  it.each(right)('%s', async (_how, keep) => {
    const app = createApp()
    await reloaded(app, keep(app))

    expect(said).toEqual([])
  })

  it.each(right)('from redux-persist, %s', async (_how, keep) => {
    const app = createApp()
    await reloaded(app, keep(app), { by: 'action' })

    expect(said).toEqual([])
  })

  it('that was saved with nothing pending', async () => {
    await reloaded(createApp(), (_, root) => structuredClone(root), { online: true })

    expect(said).toEqual([])
  })

  it('without session storage, or if it is forbidden', async () => {
    vi.stubGlobal('sessionStorage', undefined)
    await reloaded(createApp(), (_, root) => structuredClone(root))

    expect(said).toEqual([])
  })
})
