import type { FormEvent, ReactElement } from 'react'
import { useAppDispatch } from '../app/store'
import { commented } from '../broker/requests'
import { useUnsavedText } from '../broker/use-unsaved-text'
import { Icon } from '../ui/icon'
import './comment-box.css'

const charactersMax = 280

interface CommentBoxProps {
  readonly postId: string
  readonly author: string
  readonly isDisabled: boolean
}

export function CommentBox({ postId, author, isDisabled }: CommentBoxProps): ReactElement {
  const dispatch = useAppDispatch()
  const { text, setText, hand } = useUnsavedText()
  const isEmpty = text.trim() === ''
  const submit = (event: FormEvent) => {
    event.preventDefault()
    if (isEmpty) return
    hand(dispatch(commented({ postId, text: text.trim() })))
  }
  return (
    <form className="comment-box" onSubmit={submit}>
      <input
        className="field comment-field"
        aria-label={`Comment on ${author}’s words`}
        placeholder={isDisabled ? 'Open for comments once it is delivered' : `Say something to ${author}`}
        maxLength={charactersMax}
        value={text}
        disabled={isDisabled}
        autoComplete="off"
        onChange={({ target }) => setText(target.value)}
      />
      <button type="submit" className="button button-quiet comment-send" disabled={isDisabled || isEmpty}>
        <Icon name="send" />
        <span className="hidden-text">Comment</span>
      </button>
    </form>
  )
}
