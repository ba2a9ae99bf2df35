// The examples of redux-broker-server's README as they are printed, but for port, file and the page's origin.
import Database from 'libsql'
import { makeFolder } from '../../packages/server/test/printed.js'
import { startPrinted } from '../../packages/server/test/printed-server.js'
import type { StartBackEnd } from './back-end.js'

/**
 * Starts the example under this heading. `change` puts in the parts that a reader may leave out or have in another
 * version.
 */
export const companion =
  (heading: string, change = (code: string) => code): StartBackEnd =>
  async (_pages, pageOrigin = '') => {
    const ofPage = (code: string) => change(code).replace('https://app.example', pageOrigin)
    const { port, file, stop } = await startPrinted(makeFolder(), heading, ofPage)
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
