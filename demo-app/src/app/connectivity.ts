import { useSyncExternalStore } from 'react'
import { useAppSelector } from './store'

/** The broker's word while it has a user to work for, and the browser's before. */
export function useConnectivity(): 'online' | 'offline' | 'degraded' {
  const isOnline = useSyncExternalStore(listenToNetwork, () => navigator.onLine)
  const isWorking = useAppSelector(({ session }) => session.phase === 'ready')
  const connectivity = useAppSelector(({ broker }) => broker.connectivity)
  return isWorking ? connectivity : isOnline ? 'online' : 'offline'
}

function listenToNetwork(listener: () => void): () => void {
  window.addEventListener('online', listener)
  window.addEventListener('offline', listener)
  return () => {
    window.removeEventListener('online', listener)
    window.removeEventListener('offline', listener)
  }
}
