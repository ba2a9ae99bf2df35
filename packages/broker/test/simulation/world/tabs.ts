// The tabs of a world: their realms, and the app in each.
import type { Device } from '../platform/device.js'
import { type Globals, globalsOf } from '../platform/globals.js'
import type { Realm } from '../platform/realm.js'
import { type App, createApp, type PageProduct } from './app.js'
import type { Plan } from './plan.js'
import type { Recorder } from './recorder.js'
import { firstRelease } from './releases.js'

export interface Tab {
  readonly realm: Realm
  readonly app: App
}

export interface Tabs {
  open(number: number): void
  get(number: number): Tab | undefined
  all(): readonly Tab[]
  setUser(user: string | undefined): void
  user(): string | undefined
  /** Tabs that load from here on have the next release of the app. */
  release(): void
}

export interface TabsContext {
  readonly device: Device
  readonly server: 'idempotent' | 'plain'
  readonly plan: Pick<Plan, 'preparesHeaders' | 'hasReads' | 'entriesMax' | 'concurrencyMax'>
  readonly recorder: Recorder
  loadPage(realm: Realm, globals: Globals): PageProduct
}

export function createTabs(context: TabsContext, first: string): Tabs {
  const { device, server, plan, recorder, loadPage } = context
  const tabs = new Map<number, Tab>()
  const opened = new Map<number, number>()
  let user: string | undefined = first
  let release = firstRelease
  recorder.note({ kind: 'signedIn', user })

  function start(number: number, realm: Realm): void {
    recorder.note({ kind: 'loaded', realm: realm.name, release })
    const registration = device.worker?.registrationOf(realm)
    const { hasReads, entriesMax, concurrencyMax } = plan
    const limits = { concurrencyMax, ...(entriesMax !== undefined && { entriesMax }) }
    const app = createApp(loadPage(realm, globalsOf(device, realm)), {
      server,
      user,
      registration,
      prepare: plan.preparesHeaders ? () => preparing(realm) : undefined,
      hasReads,
      release,
      limits,
    })
    const tab = { realm, app }
    tabs.set(number, tab)
    watch(tab, recorder)
  }

  return {
    open(number) {
      if (tabs.get(number)?.realm.isAlive()) return
      const count = (opened.get(number) ?? 0) + 1
      opened.set(number, count)
      const realm = device.start(`tab ${number}.${count}`, 'tab')
      recorder.note({ kind: 'started', realm: realm.name })
      realm.post(realm.random.between(1, 30), () => start(number, realm))
      realm.onDeath(() => {
        if (tabs.get(number)?.realm === realm) tabs.delete(number)
      })
    },
    get: (number) => tabs.get(number),
    all: () => [...tabs.values()],
    setUser(next) {
      user = next
      recorder.note({ kind: 'signedIn', user: next })
      for (const { realm, app } of tabs.values())
        realm.post(hearingMs(realm), () => {
          if (user === next && app.store.getState().session.user !== next) app.setUser(next)
        })
    },
    user: () => user,
    release() {
      release += 1
    },
  }
}

/** Some tabs hear late of a change of the user. */
const hearingMs = ({ random }: Realm) => random.between(0, random.pick([3, 30, 30, 1_500]))

/** The app asks somewhere for a token. */
const preparing = (realm: Realm) =>
  new Promise<void>((resolve) => {
    realm.post(realm.random.between(0, realm.random.pick([3, 30, 30, 3_000])), resolve)
  })

/** Notes what the tab shows. */
function watch({ realm, app }: Tab, recorder: Recorder): void {
  let lists = app.store.getState().lists
  let lost: unknown
  let isNoted = true
  let feed = app.store.getState().feed
  // A user sees what stands there at the end of a task.
  const look = () => {
    isNoted = true
    const { session, lists } = app.store.getState()
    recorder.note({ kind: 'viewed', realm: realm.name, user: session.user, lists })
  }
  let isFeedNoted = true
  const lookAtFeed = () => {
    isFeedNoted = true
    const { session, feed } = app.store.getState()
    if (feed) recorder.note({ kind: 'feedViewed', realm: realm.name, user: session.user, feed })
  }
  app.store.subscribe(() => {
    const state = app.store.getState()
    if (state.lists !== lists && isNoted) {
      isNoted = false
      realm.scheduler.afterTask(look)
    }
    lists = state.lists
    if (state.feed !== undefined && state.feed !== feed) {
      if (isFeedNoted) realm.scheduler.afterTask(lookAtFeed)
      isFeedNoted = false
    }
    feed = state.feed
    const loss = state.broker.lost
    if (loss !== undefined && loss !== lost)
      recorder.note({
        kind: 'lossTold',
        realm: realm.name,
        user: state.session.user,
        upTo: loss.upTo,
        restored: loss.restored,
      })
    lost = loss
  })
}
