// A store that a React component makes, under StrictMode and navigated away from and back, in a real browser.
import { configureStore, createAction, createNextState, createSlice } from '@reduxjs/toolkit'
import { createElement, type ReactNode, StrictMode, useMemo, useRef, useState } from 'react'
import { createRoot, type Root } from 'react-dom/client'
import { Provider, useDispatch, useSelector } from 'react-redux'
import { afterEach, describe, expect, it, vi } from 'vitest'
import { createBroker, delivered, write } from '../../index.js'
import { acknowledge, createTestWorld } from '../../testing/index.js'

const hearted = write(createAction('hearted'), { request: () => ({ url: '/api/heart', method: 'PUT' }) })
const hearts = createSlice({
  name: 'hearts',
  initialState: { count: 0 },
  reducers: {},
  extraReducers: (builder) =>
    builder
      .addCase(hearted, (state) => {
        state.count += 1
      })
      .addMatcher(delivered(hearted), (state) => {
        state.count += 1
      }),
})

const roots: Root[] = []
afterEach(() => {
  for (const root of roots.splice(0)) root.unmount()
  document.body.replaceChildren()
  vi.restoreAllMocks()
})

function app() {
  const world = createTestWorld({ network: (request) => acknowledge(request, {}) })
  world.setOnline(false)
  const broker = createBroker({
    user: () => 'ada',
    routes: [hearted],
    produce: createNextState,
    world: world.tab(),
  })
  const makeStore = () =>
    configureStore({
      reducer: { hearts: broker.optimistic(hearts.reducer), broker: broker.reducer },
      middleware: (getDefault) => getDefault().prepend(broker.middleware),
    })
  return { world, broker, makeStore }
}
type MakeStore = ReturnType<typeof app>['makeStore']
type State = ReturnType<ReturnType<MakeStore>['getState']>

const ways: Readonly<Record<string, (make: MakeStore) => ReturnType<MakeStore>>> = {
  useState: (make) => useState(() => make())[0],
  useMemo: (make) => useMemo(() => make(), [make]),
  useRef(make) {
    const ref = useRef<ReturnType<MakeStore> | null>(null)
    ref.current ??= make()
    return ref.current
  },
}

function Heart() {
  const dispatch = useDispatch()
  const count = useSelector((state: State) => state.hearts.count)
  const waiting = useSelector((state: State) => state.broker.waiting)
  return createElement(
    'button',
    { type: 'button', onClick: () => dispatch(hearted()) },
    `${count} hearts, ${waiting} waiting`,
  )
}

interface PageProps {
  readonly way: (make: MakeStore) => ReturnType<MakeStore>
  readonly makeStore: MakeStore
  readonly children?: ReactNode
}

const Page = ({ way, makeStore, children }: PageProps) =>
  createElement(Provider, { store: way(makeStore), children })

function show(way: PageProps['way'], makeStore: MakeStore) {
  const element = document.body.appendChild(document.createElement('div'))
  const root = createRoot(element)
  roots.push(root)
  root.render(createElement(StrictMode, null, createElement(Page, { way, makeStore }, createElement(Heart))))
  const text = (wanted: string) => vi.waitFor(() => expect(element.textContent).toBe(wanted))
  return { text, tap: () => element.querySelector('button')?.click(), leave: () => root.unmount() }
}

describe.each(Object.entries(ways))('a store made in %s under StrictMode', (_, way) => {
  it('shows a tap at once, and delivers it once', async () => {
    const { world, makeStore } = app()
    const error = vi.spyOn(console, 'error')
    const page = show(way, makeStore)
    await page.text('0 hearts, 0 waiting')
    await world.settle()

    page.tap()
    await page.text('1 hearts, 1 waiting')
    await world.settle()
    world.setOnline(true)
    await world.settle()

    await page.text('1 hearts, 0 waiting')
    expect(world.network.requests).toHaveLength(1)
    expect(error).not.toHaveBeenCalled()
  })

  it('shows waiting entries after a navigation away and back', async () => {
    const { world, makeStore } = app()
    const error = vi.spyOn(console, 'error')
    const page = show(way, makeStore)
    await page.text('0 hearts, 0 waiting')
    await world.settle()
    page.tap()
    await world.settle()
    page.leave()

    const again = show(way, makeStore)
    await world.settle()
    await again.text('1 hearts, 1 waiting')
    again.tap()
    await world.settle()
    await again.text('2 hearts, 2 waiting')
    world.setOnline(true)
    await world.clock.advance(60_000)

    await again.text('2 hearts, 0 waiting')
    expect(world.network.requests).toHaveLength(2)
    expect(error).not.toHaveBeenCalled()
  })
})
