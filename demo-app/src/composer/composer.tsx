import type { FormEvent, KeyboardEvent, ReactElement } from 'react'
import { useAppDispatch, useAppSelector } from '../app/store'
import { posted } from '../broker/requests'
import { useUnsavedText } from '../broker/use-unsaved-text'
import './composer.css'

const charactersMax = 280
/** From here on it is worth knowing how much is left. */
const charactersLeftShown = 60

export function Composer(): ReactElement {
  const dispatch = useAppDispatch()
  const author = useAppSelector(({ session }) => (session.phase === 'ready' ? session.user?.id : undefined))
  const { text, setText, hand } = useUnsavedText()
  // Counted as the server counts, where an emoji is one.
  const left = charactersMax - Array.from(text).length
  const canPost = author !== undefined && text.trim() !== '' && left >= 0
  const submit = (event: FormEvent | KeyboardEvent) => {
    event.preventDefault()
    if (author === undefined || !canPost) return
    hand(dispatch(posted({ text: text.trim(), author })))
  }
  const onKeyDown = (event: KeyboardEvent) => {
    if (event.key === 'Enter' && (event.ctrlKey || event.metaKey)) submit(event)
  }
  return (
    <form className="card composer" onSubmit={submit}>
      <label className="hidden-text" htmlFor="new-post">
        New post
      </label>
      <textarea
        id="new-post"
        className="composer-text"
        rows={2}
        placeholder="What happened? You can write offline."
        value={text}
        aria-describedby="new-post-left"
        aria-invalid={left < 0}
        onChange={({ target }) => setText(target.value)}
        onKeyDown={onKeyDown}
      />
      <div className="composer-foot">
        <span id="new-post-left" className="composer-left" data-over={left < 0}>
          {left < 0 ? `${-left} too many` : left <= charactersLeftShown ? `${left} left` : ''}
        </span>
        <button type="submit" className="button button-main" disabled={!canPost}>
          Post
        </button>
      </div>
    </form>
  )
}
