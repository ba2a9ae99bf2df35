// How the app shows the server its user. It is a setting of the lab, the same in all tabs. The stored value is the
// setting, never a token.
export const sessionModes = ['cookie', 'bearer', 'bearer-worker'] as const
/** In `bearer-worker` the worker gets tokens of its own. */
export type SessionMode = (typeof sessionModes)[number]

const key = 'session-mode'

/** Of this page, for as long as it lives. */
export const sessionMode: SessionMode = readMode()
export const isBearer = sessionMode !== 'cookie'

function readMode(): SessionMode {
  try {
    return sessionModes.find((mode) => mode === localStorage.getItem(key)) ?? 'cookie'
  } catch {
    return 'cookie'
  }
}

/** A worker must know on its first run whether it has tokens, so the URL of its script says so. */
export const workerUrlOf = (mode: SessionMode): string =>
  mode === 'bearer-worker' ? '/sw.js?session=bearer' : '/sw.js'

/** Loads the app anew in another mode. False, and nothing is changed, where its worker cannot be had or kept. */
export async function switchSessionMode(mode: SessionMode): Promise<boolean> {
  try {
    await replaceWorker(workerUrlOf(mode))
    localStorage.setItem(key, mode)
  } catch {
    return false
  }
  location.reload()
  return true
}

/** Another tab switched. */
export function followSessionMode(): void {
  window.addEventListener('storage', (event) => {
    if (event.key === key) location.reload()
  })
}

/** At once, not when the user agrees to an update, since the old worker would go on in the old mode. */
async function replaceWorker(url: string): Promise<void> {
  if ((await navigator.serviceWorker?.getRegistration()) === undefined) return
  const registration = await navigator.serviceWorker.register(url)
  const next = registration.installing ?? registration.waiting
  if (next === null) return
  next.postMessage({ type: 'SKIP_WAITING' })
  await new Promise<void>((resolve, reject) => {
    const look = () => {
      if (next.state === 'activated') resolve()
      if (next.state === 'redundant') reject(new Error('The worker could not be installed.'))
    }
    next.addEventListener('statechange', look)
    look()
  })
}
