// The comments of one post, read when somebody asks for them and again when their number changes.
import { type ReactElement, useEffect, useState } from 'react'
import { readJson } from '../api/read-json'
import { parseComments, type ServerComment } from '../api/types'
import { useAppSelector } from '../app/store'
import { postLane } from '../broker/requests'
import { nameOf } from '../ui/avatar'
import './discussion.css'

type Shown = 'reading' | 'unreachable' | readonly ServerComment[]

export function Discussion({ postId, comments }: { postId: string; comments: number }): ReactElement {
  const [shown, setShown] = useState<Shown>('reading')
  // Read again when the last of the post's changes has settled, too: only then does the server have it.
  const waiting = useAppSelector(
    ({ broker }) => Object.values(broker.entries).filter(({ lane }) => lane === postLane(postId)).length,
  )
  // biome-ignore lint/correctness/useExhaustiveDependencies: these two are why it is read again
  useEffect(() => {
    let isCurrent = true
    void readJson(`/api/posts/${postId}/comments`, parseComments).then((read) => {
      if (!isCurrent) return
      if ('value' in read) setShown(read.value)
      else setShown((before) => (before === 'reading' ? 'unreachable' : before))
    })
    return () => {
      isCurrent = false
    }
  }, [postId, comments, waiting])
  if (shown === 'reading') return <p className="discussion soft">Reading…</p>
  if (shown === 'unreachable')
    return <p className="discussion soft">The comments can be read when you are online.</p>
  if (shown.length === 0) return <p className="discussion soft">No comments yet. Yours can be the first.</p>
  return (
    <ul className="discussion">
      {shown.map(({ id, author, text }) => (
        <li key={id}>
          <strong>{nameOf(author)}</strong> {text}
        </li>
      ))}
    </ul>
  )
}
