// One post, with its text, its buttons, and the progress of its changes.
import { memo, type ReactElement, useState } from 'react'
import { useAppDispatch } from '../app/store'
import { clapped, liked, unliked } from '../broker/requests'
import { Avatar, nameOf } from '../ui/avatar'
import { Icon } from '../ui/icon'
import { CommentBox } from './comment-box'
import { Discussion } from './discussion'
import { MarkRow } from './mark-row'
import './post-card.css'
import type { Post } from './posts-slice'

export const PostCard = memo(function PostCard({ post }: { post: Post }): ReactElement {
  const [isOpen, setOpen] = useState(false)
  const isDraft = post.draftId === post.id
  const author = nameOf(post.author)
  return (
    <article
      className="card post"
      data-testid={`post-${post.id}`}
      aria-label={`${author}: ${post.text.slice(0, 60)}`}
    >
      <header className="post-head">
        <Avatar user={post.author} />
        <h2 className="post-author">{author}</h2>
      </header>
      <p className="post-text">{post.text}</p>
      <div className="post-foot">
        <div className="post-actions">
          <LikeButton post={post} isDisabled={isDraft} />
          <ClapButton post={post} isDisabled={isDraft} />
          <div className="action">
            <button
              type="button"
              className="action-button"
              aria-label={`Discussion of ${author}’s words`}
              aria-expanded={isOpen}
              disabled={isDraft}
              onClick={() => setOpen(!isOpen)}
            >
              <Icon name="comment" />
            </button>
            <span data-testid="comments">{post.comments}</span>
            <span className="hidden-text">{post.comments === 1 ? 'comment' : 'comments'}</span>
          </div>
        </div>
        <MarkRow postId={post.id} />
      </div>
      {isOpen && <Discussion postId={post.id} />}
      <CommentBox postId={post.id} author={author} isDisabled={isDraft} />
    </article>
  )
})

function LikeButton({ post, isDisabled }: { post: Post; isDisabled: boolean }): ReactElement {
  const dispatch = useAppDispatch()
  const arg = { postId: post.id }
  return (
    <div className="action action-like" data-on={post.likedByMe}>
      <button
        type="button"
        className="action-button"
        aria-label="Like"
        aria-pressed={post.likedByMe}
        disabled={isDisabled}
        onClick={() => dispatch(post.likedByMe ? unliked(arg) : liked(arg))}
      >
        <Icon name="heart" isFilled={post.likedByMe} />
      </button>
      <span data-testid="likes">{post.likes}</span>
      <span className="hidden-text">{post.likes === 1 ? 'like' : 'likes'}</span>
    </div>
  )
}

function ClapButton({ post, isDisabled }: { post: Post; isDisabled: boolean }): ReactElement {
  const dispatch = useAppDispatch()
  return (
    <div className="action action-clap">
      <button
        type="button"
        className="action-button"
        aria-label="Clap"
        disabled={isDisabled}
        onClick={() => dispatch(clapped({ postId: post.id }))}
      >
        <Icon name="clap" />
      </button>
      <span data-testid="claps">{post.claps}</span>
      <span className="hidden-text">{post.claps === 1 ? 'clap' : 'claps'}</span>
    </div>
  )
}
