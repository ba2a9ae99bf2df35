import Link from 'next/link'
import Heart from './heart'

export default function Likes() {
  return (
    <>
      <Heart />
      <Link href="/about">About</Link>
    </>
  )
}
