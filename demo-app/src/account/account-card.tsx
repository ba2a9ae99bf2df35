// The signed-in user, as the server last told it.
import type { ReactElement, ReactNode } from 'react'
import { useAppSelector } from '../app/store'
import './account.css'
import type { Dated } from './account-slice'
import { Age } from './age'

export function AccountCard(): ReactElement {
  const { me, notifs, groups } = useAppSelector(({ account }) => account)
  return (
    <section className="card account" aria-labelledby="account-title">
      <h2 id="account-title" className="card-title">
        You
      </h2>
      <dl className="account-list">
        <Fact name="Name" of={me}>
          {me?.value.name}
        </Fact>
        <Fact name="Notifications" of={notifs}>
          {notifs?.value}
        </Fact>
        <Fact name="Groups" of={groups}>
          {groups?.value.map(({ name }) => name).join(', ')}
        </Fact>
      </dl>
    </section>
  )
}

interface FactProps {
  readonly name: string
  readonly of: Dated<unknown> | undefined
  readonly children: ReactNode
}

function Fact({ name, of, children }: FactProps): ReactElement {
  return (
    <div>
      <dt className="soft">{name}</dt>
      <dd>
        {of === undefined ? <span className="soft">–</span> : children} <Age of={of} />
      </dd>
    </div>
  )
}
