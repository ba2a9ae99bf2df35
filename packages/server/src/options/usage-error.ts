/** A programmer's mistake in the use of `run()`, which rejects with it, since no answer to a user could mend it. */
export class UsageError extends TypeError {
  override readonly name = 'UsageError'
}
