// Bounds the wait for work that may never end.

/** The result of `work`. Rejects with what `late` gives where it takes longer than `ms`. */
export async function inTime<Result>(ms: number, work: Promise<Result>, late: () => Error): Promise<Result> {
  let timer: ReturnType<typeof setTimeout> | undefined
  const missed = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(late()), ms)
  })
  try {
    return await Promise.race([work, missed])
  } finally {
    clearTimeout(timer)
  }
}
