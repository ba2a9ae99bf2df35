// Every bundler replaces this expression, and leaves out of a production build what depends on it.
declare const process: { readonly env: { readonly NODE_ENV?: string } }

/** Whether somebody reads advice: texts behind it are for the developer alone. */
export const isDevelopment: boolean = process.env.NODE_ENV !== 'production'

const said = new Set<string>()

/** Tells the developer of a mistake, once for each key. Call it where `isDevelopment` only. */
export function sayOnce(mistake: string, key: string = mistake): void {
  if (said.has(key)) return
  said.add(key)
  console.error(`redux-broker: ${mistake}`)
}

/** In a while. In Node it keeps no process waiting. */
export function afterThisTask(ms: number, callback: () => void): void {
  const timer: unknown = setTimeout(callback, ms)
  if (typeof timer === 'object') (timer as { unref?(): void }).unref?.()
}
