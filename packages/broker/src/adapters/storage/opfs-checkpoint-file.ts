// A small file in the origin's private file system. The file survives when the databases of the origin do not.

import type { Checkpoint, CheckpointFile } from '../../core/backup/checkpoint.js'
import type { Locks } from '../../core/platform.js'

/** Undefined where there is no such file system. Where it refuses (a private window), reading and changing reject. */
export function opfsCheckpointFile(database: string, locks: Locks): CheckpointFile | undefined {
  const storage = navigator.storage as StorageManager | undefined
  if (storage?.getDirectory === undefined || !('createWritable' in FileSystemFileHandle.prototype))
    return undefined
  const name = `redux-broker.${database}.json`
  const open = async () => (await storage.getDirectory()).getFileHandle(name, { create: true })
  const readOnce = async (): Promise<Checkpoint | undefined> => {
    const text = await (await (await open()).getFile()).text()
    return text === '' ? undefined : JSON.parse(text)
  }
  // A file that is written anew while it is read cannot be read. Its successor can.
  const read = () => readOnce().catch(readOnce)
  const { signal } = new AbortController()
  return {
    read,
    change: (change) =>
      locks.hold(`redux-broker:${database}:note`, { signal }, async () => {
        // A damaged file says nothing, and is written anew.
        const note = change(await read().catch(() => undefined))
        const file = await (await open()).createWritable()
        await file.write(JSON.stringify(note))
        await file.close()
      }),
  }
}
