// Reads the handler's answer. Promise: an answer that cannot be stored and repeated (a stream without end, an
// upgrade) is refused as a mistake, and its transaction rolls back.
import { readBytes } from '../answer/read-bytes.js'
import type { WholeAnswer } from '../answer/stored-answer.js'
import { UsageError } from '../options/usage-error.js'

/**
 * Reads the answer to its end, and so before the transaction's end. A body that is still being made may still write.
 * @param signal ends the reading when it aborts
 * @throws UsageError where the answer is no answer to keep. Rejects where its body fails
 */
export async function readAnswer(
  answer: Response,
  bytesMax: number,
  signal: AbortSignal,
): Promise<WholeAnswer> {
  const { status, statusText, headers } = answer
  if (!(status >= 200 && status <= 599)) {
    throw new UsageError(
      `got an answer with status ${status}, expected 200 to 599. Do not upgrade inside run()`,
    )
  }
  if (/^\s*text\/event-stream\b/i.test(headers.get('content-type') ?? '')) {
    throw new UsageError('got an event stream, expected an answer with an end. Serve streams outside run()')
  }
  if (answer.bodyUsed) {
    throw new UsageError('got an answer whose body was read already, expected a new Response')
  }
  const bytes = await readBytes(answer.body, bytesMax, signal)
  if (bytes === undefined) {
    throw new UsageError(
      `got an answer of more than ${bytesMax} bytes. Raise bodyBytesMax, or serve it outside run()`,
    )
  }
  return { status, statusText, headers, bytes }
}
