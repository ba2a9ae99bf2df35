/**
 * The whole body of an answer. Undefined where it has more bytes than `bytesMax`. The rest is not asked for then.
 * Calls `moved` for each part that comes. Rejects where the body breaks off.
 */
export async function readBody(
  { body }: Response,
  bytesMax: number,
  moved: () => void,
): Promise<ArrayBuffer | undefined> {
  const reader = body?.getReader()
  const parts: Uint8Array<ArrayBuffer>[] = []
  let size = 0
  for (;;) {
    const { done, value } = (await reader?.read()) ?? { done: true }
    if (done) return new Blob(parts).arrayBuffer()
    moved()
    parts.push(value)
    size += value.byteLength
    if (size > bytesMax) {
      void reader?.cancel().catch(() => {})
      return undefined
    }
  }
}
