// The tabs of a world: their realms, and the app in each.
import type { Device } from '../platform/device.js'
import { type Globals, globalsOf } from '../platform/globals.js'
import type { Realm } from '../platform/realm.js'
import { type App, createApp, type PageProduct } from './app.js'
import type { Recorder } from './recorder.js'

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
}

export interface TabsContext {
  readonly device: Device
  readonly server: 'idempotent' | 'plain'
  readonly recorder: Recorder
  readonly preparesHeaders: boolean
  loadPage(realm: Realm, globals: Globals): PageProduct
}

export function createTabs(context: TabsContext, first: string): Tabs {
  const { device, server, recorder, preparesHeaders, loadPage } = context
  const tabs = new Map<number, Tab>()
  const opened = new Map<number, number>()
  let user: string | undefined = first
  recorder.note({ kind: 'signedIn', user })

  function start(number: number, realm: Realm): void {
    const registration = device.worker?.registrationOf(realm)
    const app = createApp(loadPage(realm, globalsOf(device, realm)), {
      server,
      user,
      registration,
      prepare: preparesHeaders ? () => preparing(realm) : undefined,
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
  // A user sees what stands there at the end of a task.
  const look = () => {
    isNoted = true
    const { session, lists } = app.store.getState()
    recorder.note({ kind: 'viewed', realm: realm.name, user: session.user, lists })
  }
  app.store.subscribe(() => {
    const state = app.store.getState()
    if (state.lists !== lists && isNoted) {
      isNoted = false
      realm.scheduler.afterTask(look)
    }
    lists = state.lists
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
