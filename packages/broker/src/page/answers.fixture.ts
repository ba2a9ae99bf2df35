import { createAction } from '@reduxjs/toolkit'
import { openApp } from '../../test/page-fixture.js'
import type { createTestWorld } from '../testing/index.js'
import { confirmed, delivered, returned, type WriteOptions, write } from './index.js'

export type Options = Partial<WriteOptions<ReturnType<typeof makeDid>, unknown>>
const makeDid = () => createAction<{ postId: string }>('posts/clapped')

/** The app with one more rule for its claps, and what its reducers were told of them. */
export function appWith(
  world: ReturnType<typeof createTestWorld>,
  route: Options,
  more: Parameters<typeof openApp>[1] = {},
) {
  const did = write(makeDid(), { request: () => ({ url: '/api/claps', method: 'PUT' }), ...route })
  const app = openApp(world, { routes: [did], ...more })
  const told = () =>
    app.actions.flatMap((action) => {
      const kind = [delivered, confirmed, returned].find((matcher) => matcher(did)(action))
      return kind === undefined ? [] : [{ ...action, type: kind.name } as Record<string, unknown>]
    })
  return { app, told, dispatch: () => app.store.dispatch(did({ postId: 'p1' })) }
}
