import type { ReactElement } from 'react'
import './skeletons.css'

/** Posts that are still being read, in the size of posts. */
export function Skeletons(): ReactElement {
  return (
    <div className="posts" aria-busy="true">
      <p className="hidden-text">The feed is being read.</p>
      {['first', 'second', 'third'].map((place) => (
        <div key={place} className="card skeleton" aria-hidden="true">
          <span className="skeleton-avatar" />
          <span className="skeleton-line skeleton-short" />
          <span className="skeleton-line" />
          <span className="skeleton-line" />
        </div>
      ))}
    </div>
  )
}
