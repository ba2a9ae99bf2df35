import type { ReactNode } from 'react'

export const metadata = { title: 'Likes' }

export default function RootLayout({ children }: { children: ReactNode }) {
  return (
    <html lang="en">
      <body>
        <p>
          release <output id="release">release-{process.env.RELEASE ?? '1'}</output>
        </p>
        {children}
      </body>
    </html>
  )
}
