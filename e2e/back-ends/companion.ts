// The examples of redux-broker-server's README as they are printed, but for port, file and the page's origin.
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import express, { type RequestHandler } from 'express'
import Database from 'libsql'
import { makeFolder } from '../../packages/server/test/printed.js'
import { type PrintedServer, startPrinted } from '../../packages/server/test/printed-server.js'
import { listen } from '../fixtures/servers/listen.js'
import { startRelease } from '../fixtures/servers/next-server.js'
import { proxy } from '../fixtures/servers/proxy.js'
import type { BackEnd, StartBackEnd } from './back-end.js'

/**
 * Starts the example under this heading. `change` puts in the parts that a reader may leave out or have in another
 * version.
 */
export const companion =
  (heading: string, change = (code: string) => code): StartBackEnd =>
  async (_pages, pageOrigin = '') => {
    const ofPage = (code: string) => change(code).replace('https://app.example', pageOrigin)
    return companionOf(await startPrinted(makeFolder(), heading, ofPage))
  }

/** The real Next app of `npm run e2e:next`. Its front serves the page, and leads all else to Next. */
export const companionOnNext: StartBackEnd = async (pages) => {
  const folder = await mkdtemp(join(tmpdir(), 'claps-'))
  const file = join(folder, 'app.db')
  const next = await startRelease(1, { CLAPS: file })
  const lead: RequestHandler = (request, response) => proxy(next.port, request, response)
  const front = await listen(express().use(express.static(pages), lead))
  const stop = async () => {
    await Promise.all([front.stop(), next.stop()])
    await rm(folder, { recursive: true })
  }
  return companionOf({ port: front.port, file, stop })
}

/** The example as a back end for the page. Its likes are claps. */
function companionOf({ port, file, stop }: PrintedServer): BackEnd {
  const claps = () =>
    new Database(file).prepare('SELECT post, count FROM claps').all() as { post: string; count: number }[]
  return {
    port,
    config: {
      server: 'idempotent',
      like: { method: 'POST', url: '/api/posts/:id/claps', body: { by: 1 } },
    },
    cookie: { name: 'session', value: '4f1c' },
    liked: () => claps().flatMap(({ post, count }) => Array(count).fill(post)),
    stop,
  }
}
