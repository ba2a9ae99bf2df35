// A page whose CSP allows no more than it needs, and no text as a script's URL (Trusted Types).
import { readFileSync } from 'node:fs'
import { expect, type Page, test } from '@playwright/test'
import { waitForWorkers } from '../fixtures/patience.js'
import { type PlainServer, startPlainServer } from '../fixtures/servers/plain-server.js'
import { hearViolations } from '../fixtures/violations.js'

interface Plain {
  pay(ids: readonly string[]): Promise<unknown>
  worker(): string
}
const plain = <T>(page: Page, ask: (app: Plain) => T): Promise<T> =>
  page.evaluate(`(${ask})(window)`) as Promise<T>

const guide = readFileSync(new URL('../../packages/broker/docs/security.md', import.meta.url), 'utf8')
const [, printedWorker] = /```js\n(\/\/ sw\.js\n.*?)```/s.exec(guide) ?? []

let server: PlainServer | undefined
test.afterEach(async () => {
  await server?.end()
  server = undefined
})

/** Opens the page under that policy. Gives the directives that were violated. */
async function open(
  page: Page,
  trusted: string,
  search: string,
  ownWorker?: string,
): Promise<readonly string[]> {
  server = await startPlainServer(
    `default-src 'none'; img-src data:; script-src 'self'; connect-src 'self'; worker-src 'self'; require-trusted-types-for 'script'; trusted-types ${trusted}`,
    ownWorker,
  )
  const violated = await hearViolations(page)
  await page.addInitScript(waitForWorkers)
  await page.goto(`http://localhost:${server.port}/strict/${search}`)
  await page.waitForFunction(() => 'pay' in window)
  return violated
}

const arrives = async (page: Page, by: 'page' | 'worker') => {
  await plain(page, (app) => app.pay(['one', 'two', 'three']))
  await expect.poll(() => [...(server?.effects ?? [])].sort()).toEqual(['one', 'three', 'two'])
  // On a busy machine the page may be first in line.
  if (by === 'worker')
    await expect
      .poll(async () => {
        if (!server?.senders.has(by)) await plain(page, (app) => app.pay(['four']))
        return [...(server?.senders ?? [])]
      })
      .toContain(by)
  if (by === 'page') expect([...(server?.senders ?? [])]).toEqual([by])
}

for (const [how, trusted, search, ownWorker] of [
  ['by the policy of the broker', 'redux-broker', '?worker'],
  ['by the policy of the broker beside those of the app', 'app redux-broker', '?worker'],
  ['by a TrustedScriptURL of the app @only-chromium', 'app', '?trusted'],
  ['and loads the shipped script as security.md prints it', 'redux-broker', '?worker', printedWorker ?? ''],
] as const)
  test(`the worker is registered on a strict page ${how}`, async ({ page }) => {
    const violated = await open(page, trusted, search, ownWorker)
    await expect.poll(() => plain(page, (app) => app.worker())).toBe('active')
    await arrives(page, 'worker')
    expect(violated).toEqual([])
  })

for (const trusted of ["'none'", 'app', 'dompurify default'])
  test(`a page without the policy delivers itself, and says so: trusted-types ${trusted} @only-chromium`, async ({
    page,
  }) => {
    const violated = await open(page, trusted, '?worker')
    expect(await plain(page, (app) => app.worker())).toBe('none')
    await arrives(page, 'page')
    expect(violated).toContain('trusted-types')
  })

for (const [trusted, by, state] of [
  ['redux-broker', 'page', 'none'],
  ["redux-broker 'allow-duplicates'", 'worker', 'active'],
] as const)
  test(`beside another copy of the package the ${by} delivers: trusted-types ${trusted} @only-chromium`, async ({
    page,
  }) => {
    await page.addInitScript(() => Reflect.get(window, 'trustedTypes').createPolicy('redux-broker', {}))
    const violated = await open(page, trusted, '?worker')
    await expect.poll(() => plain(page, (app) => app.worker())).toBe(state)
    await arrives(page, by)
    expect(violated).toEqual(by === 'page' ? ['trusted-types', 'require-trusted-types-for'] : [])
  })
