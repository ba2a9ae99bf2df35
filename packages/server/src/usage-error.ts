/** A programmer's mistake in the use of `run()`: it rejects with this, for no answer to a user could mend it. */
export class UsageError extends TypeError {
  override readonly name = 'UsageError'
}
