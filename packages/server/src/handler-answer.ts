// Reads what the handler returned. Promise: an answer that cannot be stored and repeated (a stream without end, an
// upgrade) is refused as the mistake it is, and its transaction rolls back (SC22).
import { readBytes } from './read-bytes.js'
import type { WholeAnswer } from './stored-answer.js'
import { UsageError } from './usage-error.js'

/**
 * Reads the answer to its end, which is before the transaction's: a body that is still being made may still write.
 * @param signal ends the reading when it aborts
 * @throws UsageError where the answer is no answer to keep; rejects where its body fails
 */
export async function readAnswer(
  answer: Response,
  bytesMax: number,
  signal: AbortSignal,
): Promise<WholeAnswer> {
  const { status, statusText, headers } = answer
  if (!(status >= 200 && status <= 599)) {
    throw new UsageError(
      `got an answer with status ${status}, expected 200 to 599: do not upgrade inside run()`,
    )
  }
  if (/^\s*text\/event-stream\b/i.test(headers.get('content-type') ?? '')) {
    throw new UsageError('got an event stream, expected an answer with an end: serve streams outside run()')
  }
  if (answer.bodyUsed) {
    throw new UsageError('got an answer whose body was read already: return a fresh Response')
  }
  const bytes = await readBytes(answer.body, bytesMax, signal)
  if (bytes === undefined) {
    throw new UsageError(
      `got an answer of more than ${bytesMax} bytes: raise bodyBytesMax or serve it outside run()`,
    )
  }
  return { status, statusText, headers, bytes }
}
