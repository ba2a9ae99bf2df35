// The rules that every store must keep. Run them against a store of your own with its `open`.
import { describe } from 'vitest'
import { describeClaims } from './claims-contract.js'
import { describeClock } from './clock-contract.js'
import { type StoreUnderTest, useStore } from './contract-fixture.js'
import { describeExpiry } from './expiry-contract.js'
import { describeHeldClock } from './held-clock-contract.js'
import { describeRaces } from './racing-contract.js'
import { describeTransactions } from './transactions-contract.js'

export type { StoreUnderTest } from './contract-fixture.js'

export function describeStore<Tx>(name: string, open: () => StoreUnderTest<Tx>): void {
  describe(`${name} keeps the store's contract:`, () => {
    const trial = useStore(open)
    describeClaims(trial)
    describeRaces(trial)
    describeExpiry(trial)
    describeClock(trial)
    describeHeldClock(trial)
    describeTransactions(trial)
  })
}
