import type { ReactElement } from 'react'
import { Icon, type IconName } from '../ui/icon'
import './three-states.css'

const states: readonly { icon: IconName; kind: string; name: string; words: string }[] = [
  { icon: 'clock', kind: 'capturing', name: 'Shown', words: 'You see it at once.' },
  { icon: 'device', kind: 'accepted', name: 'Safe on this device', words: 'Close the tab. It is kept.' },
  { icon: 'ticks', kind: 'delivered', name: 'Delivered', words: 'The server has it, once.' },
]

/** The legend of the marks under a post. */
export function ThreeStates(): ReactElement {
  return (
    <ol className="three-states">
      {states.map(({ icon, kind, name, words }) => (
        <li key={kind}>
          <span className="three-states-icon" data-look={kind}>
            <Icon name={icon} />
          </span>
          <span>
            <strong>{name}</strong>
            <span className="soft">{words}</span>
          </span>
        </li>
      ))}
    </ol>
  )
}
