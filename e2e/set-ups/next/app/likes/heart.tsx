'use client'
import { useEffect, useState } from 'react'
import { broker, liked } from '../../lib/broker'
import { useAppDispatch, useAppSelector } from '../../lib/hooks'

export default function Heart() {
  const dispatch = useAppDispatch()
  const likes = useAppSelector((state) => state.likes.count)
  const { waiting, connectivity } = useAppSelector((state) => state.broker)
  const worker = useWorker()
  return (
    <>
      <button id="like" type="button" onClick={() => dispatch(liked())}>
        Like
      </button>
      <p>
        likes <output id="likes">{likes}</output>, waiting <output id="waiting">{waiting}</output>
      </p>
      <p>
        worker <output id="worker">{worker}</output>, line <output id="line">{connectivity}</output>
      </p>
    </>
  )
}

/** The worker's words are no part of the state. */
function useWorker(): string {
  const [worker, setWorker] = useState('')
  useEffect(() => {
    const timer = setInterval(() => setWorker(broker.capabilities().worker), 100)
    return () => clearInterval(timer)
  }, [])
  return worker
}
