// The reads about the signed-in user.
import { Hono } from 'hono'
import { users } from '../storage/seed.js'
import type { ApiDependencies, ApiEnvironment } from './change.js'
import { countNotifications } from './posts.js'

export function meRoutes({ reader }: Pick<ApiDependencies, 'reader'>): Hono<ApiEnvironment> {
  const routes = new Hono<ApiEnvironment>()
  routes.get('/me', (context) => {
    const id = context.get('user')
    return context.json({ id, name: users.find((user) => user.id === id)?.name ?? id })
  })
  routes.get('/me/groups', (context) => {
    const id = context.get('user')
    return context.json(users.find((user) => user.id === id)?.groups ?? [])
  })
  routes.get('/notifs/count', (context) =>
    context.json({ count: countNotifications(reader, context.get('user')) }),
  )
  return routes
}
