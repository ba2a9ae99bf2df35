// The commands that users give to their outbox: the steps of a plan, how often they come, and what the app does then.
import type { Random } from '../platform/random.js'
import type { Effect } from '../server/ledger.js'
import type { Acting } from './act.js'
import type { App, HeldEntry, Word } from './app.js'
import type { CommandSaid } from './history.js'
import type { Step } from './plan.js'
import type { Tab } from './tabs.js'

export type CommandName = 'cancel' | 'discard' | 'discardAll' | 'retry' | 'resolve' | 'resume'

export interface Command {
  readonly kind: 'command'
  readonly tab: number
  readonly name: CommandName
  /** The word to cancel. */
  readonly id?: string
  /** Chooses among the entries that came back or are in doubt. */
  readonly nth?: number
}

export function addCommands(steps: Step[], tabs: number, endMs: number, random: Random): void {
  const tab = () => random.below(tabs)
  const add = (at: number, step: Omit<Command, 'kind'>) => steps.push({ at, kind: 'command', ...step })
  const taps = steps.flatMap((step) => (step.kind === 'tap' ? [step] : []))
  for (const tap of taps)
    if (random.chance(0.07))
      add(tap.at + random.pick([0, 1, 4, 30, 300, 3_000, endMs / 4]), {
        tab: random.chance(0.7) ? tap.tab : tab(),
        name: 'cancel',
        id: tap.id,
      })
  const count = random.below(4)
  for (let i = 0; i < count; i++)
    add(random.between(endMs / 8, endMs), {
      tab: tab(),
      name: random.pick(['discard', 'retry', 'resolve', 'resume']),
      nth: random.below(8),
    })
  if (random.chance(0.12)) {
    // Half of them come at once after a tap.
    const tap = random.chance(0.5) ? random.pick(taps) : undefined
    const at = tap?.at ?? random.between(endMs / 8, endMs)
    add(at, { tab: tap?.tab ?? tab(), name: 'discardAll' })
  }
}

export function giveCommand({ tabs, recorder, server }: Acting, { tab: number, ...command }: Command): void {
  const tab = tabs.get(number)
  tab?.realm.post(0, () => {
    const { user } = tab.app.store.getState().session
    if (user === undefined) return
    const { name } = command
    const giving: Giving = {
      tab,
      ledger: server.ledger,
      give(id, work, what: CommandSaid = name) {
        recorder.note({ kind: 'commanded', name: what, id, user, realm: tab.realm.name })
        const note = (said: string) =>
          recorder.note({ kind: 'obeyed', name: what, id, user, said, realm: tab.realm.name })
        work().then(note, () => note('failed'))
      },
    }
    void commands[name](giving, command).catch(() => {})
  })
}

interface Giving {
  readonly tab: Tab
  ledger(): readonly Effect[]
  give(id: string, work: () => Promise<string>, name?: 'markDelivered'): void
}

const commands: {
  readonly [Name in CommandName]: (giving: Giving, command: Omit<Command, 'tab'>) => Promise<void>
} = {
  async cancel({ tab: { app }, give }, { id = '' }) {
    const receipt = app.receipts.get(id)
    if (receipt !== undefined) return give(id, () => receipt.cancel())
    const entry = (await app.product.outboxEntries(app.broker)).find((one) => wordOf(one) === id)
    if (entry !== undefined) give(id, () => app.product.cancel(app.broker, entry.id))
  },
  async discard({ tab: { app }, give }, { nth = 0 }) {
    const [letters, doubted] = [await app.product.deadLetters(app.broker), await doubtedOf(app)]
    const entry = choose([...letters, ...doubted], nth)
    if (entry !== undefined) give(wordOf(entry), () => app.product.discard(app.broker, entry.id))
  },
  async discardAll({ tab: { app }, give }) {
    give('', async () => String(Object.values(await app.product.discardAll(app.broker))))
  },
  async retry({ tab: { app }, give }, { nth = 0 }) {
    const entry = choose(await app.product.deadLetters(app.broker), nth)
    if (entry !== undefined) give(wordOf(entry), () => app.product.retry(app.broker, entry.id))
  },
  /** A person looks at the server's effects, and says whether it happened. */
  async resolve({ tab: { app }, ledger, give }, { nth = 0 }) {
    const entry = choose(await doubtedOf(app), nth)
    if (entry === undefined) return
    const id = wordOf(entry)
    const isDone = ledger().some((effect) => effect.id === id)
    if (isDone) give(id, () => app.product.markDelivered(app.broker, entry.id), 'markDelivered')
    else give(id, () => app.product.retry(app.broker, entry.id))
  },
  async resume({ tab: { app } }) {
    await app.broker.resume()
  },
}

const wordOf = ({ action }: HeldEntry) => (action.payload as Word).id

const doubtedOf = async ({ product, broker }: App) =>
  (await product.outboxEntries(broker)).filter(({ state }) => state === 'inDoubt')

const choose = <T>(all: readonly T[], nth: number): T | undefined => all[nth % Math.max(all.length, 1)]
