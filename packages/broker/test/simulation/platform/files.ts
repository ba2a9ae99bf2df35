// The private file system of an origin: files of text.
import type { Realm } from './realm.js'

export type DeviceFiles = Map<string, string>

/** Only its name and its member are asked for. */
export class SimFileHandle {
  createWritable(): unknown {
    return undefined
  }
}

/** `navigator.storage` of a realm. */
export function storageOf(realm: Realm, files: DeviceFiles | undefined): object {
  const soon = <T>(give: () => T) =>
    new Promise<T>((resolve) => void realm.post(realm.random.between(0.1, 2), () => resolve(give())))
  const handleOf = (all: DeviceFiles, name: string) => ({
    getFile: () => soon(() => ({ text: () => soon(() => all.get(name) ?? '') })),
    createWritable: () =>
      soon(() => {
        let text = ''
        return {
          write: (more: string) =>
            soon(() => {
              text += more
            }),
          // The file changes at the close, whole.
          close: () => soon(() => void all.set(name, text)),
        }
      }),
  })
  return {
    persisted: async () => false,
    persist: async () => true,
    ...(files && {
      getDirectory: () =>
        soon(() => ({ getFileHandle: (name: string) => soon(() => handleOf(files, name)) })),
    }),
  }
}
