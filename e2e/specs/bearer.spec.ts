// An app with a bearer token instead of a cookie. No store has the token, nobody sends without it, and nothing is
// lost for want of it.
import type { BrowserContext, CDPSession } from '@playwright/test'
import { DemoPage, endRestingWorkers } from '../fixtures/demo-page.js'
import { effectsOf, ledgerWith } from '../fixtures/ledger.js'
import type { DemoServer } from '../fixtures/servers/demo-server.js'
import { dumpStores, filesWith, overhearSecrets } from '../fixtures/storage/secrets.js'
import { expect, test } from '../fixtures/test.js'

type Mode = 'Cookie' | 'Bearer token, page only' | 'Bearer token, worker too'

async function openTab(context: BrowserContext, { url }: DemoServer): Promise<DemoPage> {
  const demo = new DemoPage(await context.newPage(), url)
  await demo.open({ worker: true })
  return demo
}

/** A tab in which Ada is signed in that way, chosen in the lab as a user does. */
async function signInBy(mode: Mode, context: BrowserContext, server: DemoServer): Promise<DemoPage> {
  const demo = await openTab(context, server)
  await demo.page.goto(`${server.url}/lab`)
  await demo.page.getByLabel(mode).check()
  const loaded = demo.page.waitForEvent('load')
  await demo.page.getByRole('button', { name: 'Switch and reload' }).click()
  await endRestingWorkers(demo.page, () => loaded)
  await demo.open({ worker: true })
  await demo.signInAs('Ada')
  return demo
}

/** Taps while nothing gets through. Then no page is left. */
async function leaveClapsBehind(demo: DemoPage, server: DemoServer, count: number): Promise<void> {
  server.gate.close()
  await demo.post('p02').clap(count)
  await expect(demo.post('p02').marks('accepted')).toHaveCount(count)
  await demo.page.close()
  server.gate.open()
}

/** The browser wakes the worker, as it does when the network is back. Resolves to how the event ended. */
async function wakeWorker(context: BrowserContext, server: DemoServer): Promise<string> {
  const worker = context.serviceWorkers().find((one) => one.url().startsWith(server.url))
  if (worker === undefined) throw new Error('There is no worker.')
  await worker.evaluate(() => {
    const { prototype } = Reflect.get(self, 'ExtendableEvent') as { prototype: Lasting }
    const { waitUntil } = prototype
    const ended = new Promise<string>((resolve) => {
      prototype.waitUntil = function (this: Event, work) {
        if (this.type === 'sync')
          Promise.resolve(work).then(
            () => resolve('done'),
            (error) => resolve(`failed: ${error}`),
          )
        return waitUntil.call(this, work)
      }
    })
    Object.assign(self, { syncEnded: ended })
  })
  const elsewhere = await context.newPage()
  const session = await context.newCDPSession(elsewhere)
  const registrationId = await registrationOf(session, server.url)
  await session.send('ServiceWorker.dispatchSyncEvent', {
    origin: server.url,
    registrationId,
    tag: 'redux-broker:redux-broker:woken',
    lastChance: false,
  })
  const how = await worker.evaluate(() => Reflect.get(self, 'syncEnded') as Promise<string>)
  await elsewhere.close()
  return how
}

interface Lasting {
  waitUntil(work: Promise<unknown>): void
}

async function registrationOf(session: CDPSession, origin: string): Promise<string> {
  const found = new Promise<string>((resolve) => {
    session.on('ServiceWorker.workerRegistrationUpdated', ({ registrations }) => {
      const mine = registrations.find(({ scopeURL }) => scopeURL.startsWith(origin))
      if (mine !== undefined) resolve(mine.registrationId)
    })
  })
  await session.send('ServiceWorker.enable')
  return found
}

test('the token is found in no store on disk, after claps, reloads, a kill with claps waiting, and deliveries', async ({
  lasting,
  server,
}) => {
  const { tokens, refresh } = overhearSecrets(server)
  const clapped = (count: number) =>
    ledgerWith(server, (ledger) => effectsOf(ledger, 'clap', 'p01').length, count)
  const searchStores = async ({ page }: DemoPage, when: string) => {
    const stored = await dumpStores(page)
    expect(
      [...tokens, ...refresh].filter((secret) => stored.includes(secret)),
      when,
    ).toEqual([])
    return stored
  }
  const searchFiles = async (when: string) => {
    expect(await filesWith(lasting.profile, tokens), when).toEqual([])
    // The browser's own cookie jar is where this one belongs, encrypted or not.
    const files = await filesWith(lasting.profile, refresh)
    expect(
      files.filter((file) => !/(^|\/)Cookies(-journal)?$/.test(file)),
      when,
    ).toEqual([])
  }

  const first = await signInBy('Bearer token, worker too', await lasting.start(), server)
  await searchStores(first, 'after the sign-in')
  // A cookie is on disk some 30 s after it came, or at a close. The kill below is not to end the session.
  await lasting.close()
  await searchFiles('after the first close')

  const second = await openTab(await lasting.start(), server)
  await second.post('p01').clap(3)
  await clapped(3)
  await second.page.reload()
  await expect(second.currentUser).toHaveText('ada')
  server.gate.close()
  await second.post('p01').clap(2)
  await expect(second.post('p01').marks('accepted')).toHaveCount(2)
  expect(await searchStores(second, 'while claps wait')).toContain('posts/clapped')
  await lasting.kill()
  await searchFiles('after the kill')

  server.gate.open()
  const third = await openTab(await lasting.start(), server)
  await clapped(5)
  await expect(third.pendingCount).toHaveText('0')
  await searchStores(third, 'after the delivery')
  await lasting.close()
  await searchFiles('after the last close')

  // One at the sign-in, one for each page that was loaded since, and the worker's own.
  expect(tokens.size).toBeGreaterThanOrEqual(4)
  expect(refresh.size).toBe(1)
})

test('a token that an app did store is found, by its bytes and by script', async ({ lasting, server }) => {
  const { tokens } = overhearSecrets(server)
  const demo = await signInBy('Bearer token, page only', await lasting.start(), server)
  const [token = ''] = tokens
  const plant = (kind: 'database' | 'storage' | 'cache') =>
    demo.page.evaluate(
      async ([where, secret]) => {
        if (where === 'storage') localStorage.setItem('planted', secret)
        if (where === 'cache') await (await caches.open('planted')).put('/planted', new Response(secret))
        if (where === 'database')
          await new Promise<void>((resolve) => {
            const opening = indexedDB.open('planted')
            opening.onupgradeneeded = () => opening.result.createObjectStore('one').add({ secret }, 1)
            opening.onsuccess = () => resolve(opening.result.close())
          })
      },
      [kind, token] as const,
    )

  expect((await dumpStores(demo.page)).includes(token)).toBe(false)
  for (const kind of ['database', 'storage', 'cache'] as const) {
    const before = (await dumpStores(demo.page)).split(token).length
    await plant(kind)
    expect((await dumpStores(demo.page)).split(token).length, kind).toBe(before + 1)
  }
  await lasting.close()

  const folders = (await filesWith(lasting.profile, [token])).map((file) =>
    file.split('/').slice(0, 2).join('/'),
  )
  expect(new Set(folders)).toEqual(
    new Set(['Default/IndexedDB', 'Default/Local Storage', 'Default/Service Worker']),
  )
})

test('with no page open a worker without a token sends nothing and is done at once, and the next page sends all', async ({
  lasting,
  server,
}) => {
  const context = await lasting.start()
  const demo = await signInBy('Bearer token, page only', context, server)
  await demo.post('p01').clap()
  await ledgerWith(server, (ledger) => effectsOf(ledger, 'clap', 'p01').length, 1)
  await leaveClapsBehind(demo, server, 3)
  const before = await server.ledger()

  expect(await wakeWorker(context, server)).toBe('done')
  expect(await server.ledger()).toEqual(before)

  const again = await openTab(context, server)
  const ledger = await ledgerWith(server, ({ effects }) => effects.length, 4)
  expect(effectsOf(ledger, 'clap', 'p02')).toHaveLength(3)
  await expect(again.pendingCount).toHaveText('0')
})

test('with no page open a worker that was given prepareHeaders gets its own token, and sends all', async ({
  lasting,
  server,
}) => {
  const context = await lasting.start()
  const demo = await signInBy('Bearer token, worker too', context, server)
  await leaveClapsBehind(demo, server, 3)

  expect(await wakeWorker(context, server)).toBe('done')
  const ledger = await ledgerWith(server, ({ effects }) => effects.length, 3)
  expect(effectsOf(ledger, 'clap', 'p02').map(({ user }) => user)).toEqual(['ada', 'ada', 'ada'])
})

test('a session that ends pauses what a bearer tapped, and after the sign-in it arrives, by page or worker', async ({
  lasting,
  server,
}) => {
  const context = await lasting.start()
  for (const mode of ['Bearer token, page only', 'Bearer token, worker too'] as const) {
    await server.reset()
    const demo = await signInBy(mode, context, server)
    await demo.post('p01').clap()
    await ledgerWith(server, ({ effects }) => effects.length, 1)
    await server.faults([{ match: { method: 'POST', path: '/api/posts' }, kind: 'expire-session', times: 1 }])

    await demo.post('p01').clap(2)
    await expect(demo.post('p01').marks('paused')).toHaveCount(2)
    await demo
      .notice('sign-in-needed')
      .getByRole('button', { name: /Sign in/ })
      .click()

    const ledger = await ledgerWith(server, ({ effects }) => effects.length, 3)
    expect(effectsOf(ledger, 'clap', 'p01')).toHaveLength(3)
    await expect(demo.pendingCount).toHaveText('0')
    await demo.page.close()
  }
})
