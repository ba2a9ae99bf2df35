// All back ends with which the app is tried.
import type { StartBackEnd } from './back-end.js'
import { companion, companionOnNext } from './companion.js'
import { startCsrf } from './csrf.js'
import { startExpress } from './express.js'
import { startYoga } from './graphql-yoga.js'
import { startHelmet } from './helmet.js'
import { startHono } from './hono.js'
import { startJsonServer } from './json-server.js'
import { hasNginx } from './nginx.js'
import { startPrintedExpress, startPrintedHono, startPrintedNginx } from './printed-cors.js'

interface Row {
  readonly name: string
  readonly start: StartBackEnd
  readonly where: 'home' | 'apart'
  readonly hasSessions: boolean
  /** It answers a repeat of a key from its record. */
  readonly knowsKeys?: true
}

const withoutJson = (code: string) => code.replace(/app\.use\(express\.json.*\n/, '')
const onExpress4 = (code: string) => code.replace("from 'express'", "from 'express4'")

/** `npm run e2e:next` builds it. */
const onNext: Row = {
  name: 'redux-broker-server on Next, as its README prints it',
  start: companionOnNext,
  where: 'home',
  hasSessions: false,
  knowsKeys: true,
}

export const backEnds: readonly Row[] = [
  { name: 'json-server', start: startJsonServer, where: 'home', hasSessions: false },
  { name: 'Express with express-session', start: startExpress, where: 'home', hasSessions: true },
  { name: 'Hono of another origin, with cookies', start: startHono, where: 'apart', hasSessions: true },
  { name: 'Express of another origin, with helmet', start: startHelmet, where: 'apart', hasSessions: false },
  { name: 'graphql-yoga of another origin', start: startYoga, where: 'apart', hasSessions: false },
  { name: 'Express with csrf-csrf', start: startCsrf, where: 'home', hasSessions: true },
  ...(
    [
      ['Express', startPrintedExpress],
      ['Hono', startPrintedHono],
      ...(hasNginx() ? ([['nginx', startPrintedNginx]] as const) : []),
    ] as const
  ).map(
    ([name, start]): Row => ({
      name: `${name} with the CORS that docs/your-server.md prints`,
      start,
      where: 'apart',
      hasSessions: false,
      knowsKeys: true,
    }),
  ),
  ...(
    [
      ['Hono', companion('Hono')],
      ['Express 5 behind express.json()', companion('Express 4 and 5')],
      ['Express 5', companion('Express 4 and 5', withoutJson)],
      ['Express 4 behind express.json()', companion('Express 4 and 5', onExpress4)],
      ['Express 4', companion('Express 4 and 5', (code) => onExpress4(withoutJson(code)))],
      ['Fastify 5', companion('Fastify 5')],
    ] as const
  ).map(
    ([name, start]): Row => ({
      name: `redux-broker-server on ${name} of another origin, as its README prints it`,
      start,
      where: 'apart',
      hasSessions: false,
      knowsKeys: true,
    }),
  ),
  ...(process.env['E2E_NEXT'] === undefined ? [] : [onNext]),
]
