// The comments of one post, read when somebody asks for them. The broker reads them again when one is delivered.
import { type ReactElement, useEffect, useState } from 'react'
import { Age } from '../account/age'
import { useAppDispatch, useAppSelector } from '../app/store'
import { loadComments } from '../broker/reads'
import { nameOf } from '../ui/avatar'
import './discussion.css'

export function Discussion({ postId }: { postId: string }): ReactElement {
  const dispatch = useAppDispatch()
  const shown = useAppSelector(({ comments }) => comments[postId])
  const [isUnreachable, setUnreachable] = useState(false)
  useEffect(() => {
    const receipt = dispatch(loadComments({ postId }))
    void receipt.settled.then(({ status }) => setUnreachable(status === 'returned'))
    // The discussion is closed, so nobody looks at the comments any more.
    return () => void receipt.cancel()
  }, [dispatch, postId])
  if (shown === undefined)
    return (
      <p className="discussion soft">
        {isUnreachable ? 'The comments can be read when you are online.' : 'Reading…'}
      </p>
    )
  if (shown.value.length === 0)
    return <p className="discussion soft">No comments yet. Yours can be the first.</p>
  return (
    <ul className="discussion">
      {shown.value.map(({ id, author, text }) => (
        <li key={id}>
          <strong>{nameOf(author)}</strong> {text}
        </li>
      ))}
      <li>
        <Age of={shown} />
      </li>
    </ul>
  )
}
