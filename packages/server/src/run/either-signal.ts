/** Runs `work` with a signal that aborts as soon as one of these does. */
export async function withEither<Result>(
  signals: readonly AbortSignal[],
  work: (signal: AbortSignal) => Promise<Result>,
): Promise<Result> {
  const ending = new AbortController()
  const follow = () => ending.abort(signals.find(({ aborted }) => aborted)?.reason)
  for (const signal of signals) signal.addEventListener('abort', follow, { once: true })
  if (signals.some(({ aborted }) => aborted)) follow()
  try {
    return await work(ending.signal)
  } finally {
    for (const signal of signals) signal.removeEventListener('abort', follow)
  }
}
