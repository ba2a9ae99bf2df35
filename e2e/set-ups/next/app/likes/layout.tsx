import type { ReactNode } from 'react'
import StoreProvider from '../store-provider'

export default function LikesLayout({ children }: { children: ReactNode }) {
  return <StoreProvider>{children}</StoreProvider>
}
