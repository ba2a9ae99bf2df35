// A tab that hangs is not dead. It keeps its lock, and nobody hears of it. Another tab watches it, and takes over.
import { attemptsUnder, effectsOf, ledgerWith, sendsOfEachKey } from '../fixtures/ledger.js'
import { expect, test } from '../fixtures/test.js'

const path = '/api/posts/p03/claps'
/**
 * With `HUNG=long` the other tab waits 75 s for the lease of the one that hangs. Else its watch goes 20 times as
 * fast.
 */
const isLong = process.env['HUNG'] === 'long'

test.use({ without: 'worker' })

test('an entry that a hung tab was sending is delivered once by another tab, while the first one still hangs (P4)', async ({
  demo,
  openTab,
  server,
}) => {
  await server.faults([{ match: { path }, kind: 'stall', times: 1 }])
  await demo.page.evaluate(countTransactions)
  await demo.post('p03').clap()
  await ledgerWith(server, (ledger) => attemptsUnder(ledger, path).length, 1)
  // Opened only now, so that the first tab is the one that sends, and not merely next in line.
  const other = await openTab(async (page) => {
    if (!isLong) await page.addInitScript(hurry)
  })
  await expect(other.pendingCount).toHaveText('1')

  const hung = demo.page.waitForEvent('dialog')
  const answered = demo.page.evaluate(alertBetweenTransactions)
  const dialog = await hung
  const hungAt = Date.now()
  const ledger = await ledgerWith(server, (latest) => effectsOf(latest, 'clap', 'p03').length, 1)
  await expect(other.pendingCount).toHaveText('0')
  const tookS = ((attemptsUnder(ledger, path).at(-1)?.at ?? 0) - hungAt) / 1_000
  console.log(`hung tab: the next attempt came ${tookS.toFixed(1)} s after it hung`)

  await dialog.accept()
  await answered
  await expect(demo.pendingCount).toHaveText('0')
  // The one that had hung goes on as any other tab.
  await demo.post('p03').clap()
  const after = await ledgerWith(server, (latest) => effectsOf(latest, 'clap', 'p03').length, 2)
  expect(sendsOfEachKey(attemptsUnder(after, path))).toEqual([2, 1])
})

/** In the page. Hastens its monotonic time, and the timer between two looks at a lease. */
function hurry(): void {
  const { setTimeout } = window
  const now = performance.now.bind(performance)
  performance.now = () => now() * 20
  const hurried = (run: () => void, ms?: number) => setTimeout(run, ms === 5_000 ? 250 : ms)
  Object.assign(window, { setTimeout: hurried })
}

/** Counts the transactions that a page has open, from here on. */
function countTransactions(): void {
  const { transaction } = IDBDatabase.prototype
  const open = new Set<IDBTransaction>()
  Object.assign(globalThis, { open })
  IDBDatabase.prototype.transaction = function (...args) {
    const opened = transaction.apply(this, args)
    open.add(opened)
    for (const end of ['complete', 'abort']) opened.addEventListener(end, () => open.delete(opened))
    return opened
  }
}

/**
 * Chromium ends a transaction of a page that hangs after a minute. Until then nobody reads the rows that it has
 * locked.
 */
function alertBetweenTransactions(): Promise<void> {
  const { open } = globalThis as unknown as { readonly open: ReadonlySet<IDBTransaction> }
  return new Promise((resolve) => {
    const hangWhenQuiet = () => {
      if (open.size > 0) return setTimeout(hangWhenQuiet)
      alert('Nobody presses OK.')
      return resolve()
    }
    hangWhenQuiet()
  })
}
