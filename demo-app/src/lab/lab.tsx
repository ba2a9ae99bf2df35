// The parts that a feed cannot show. They are the network's faults, the server's ledger, and this device's outbox.
import type { ReactElement } from 'react'
import { ConditionsCard } from './conditions-card'
import { FaultCard } from './fault-card'
import './lab.css'
import { LedgerCard } from './ledger-card'
import { OutboxCard } from './outbox-card'
import { ReadsCard } from './reads-card'
import { SessionCard } from './session-card'

export function Lab(): ReactElement {
  return (
    <>
      <header className="lab-head">
        <h1 tabIndex={-1}>Lab</h1>
        <p className="soft">
          Break the network on purpose and tap in the feed. Then compare this device’s outbox with the
          server’s ledger. Open the feed in a second tab.
        </p>
      </header>
      <FaultCard />
      <ReadsCard />
      <ConditionsCard />
      <div className="lab-pair">
        <OutboxCard />
        <LedgerCard />
      </div>
      <SessionCard />
    </>
  )
}
