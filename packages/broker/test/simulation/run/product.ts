// Makes functions of the bundled texts of the product.

import { type Globals, globalNames } from '../platform/globals.js'
import type { Realm } from '../platform/realm.js'
import type { ServerProduct } from '../server/companion.js'
import type { PageProduct } from '../world/app.js'
import type { Product } from '../world/world.js'

interface WorkerProduct {
  startBrokerWorker(options: object): void
}

export interface ProductTexts {
  readonly page: string
  readonly worker: string
  readonly server: string
}

interface SharedModule<Exports> {
  readonly exports: Exports
  /** From here on its code runs in the realm of these objects. */
  use(globals: Globals): void
}

/**
 * One copy of the code serves all realms of a thread, since a new one would have to be compiled anew for each. It keeps
 * nothing of a realm, as nothing is a realm's when it is evaluated: to ask for a global object then would throw.
 */
function moduleOf<Exports>(text: string, name: string): SharedModule<Exports> {
  const assign = globalNames.map((global) => `${global} = all.${global}`).join(';')
  const evaluate = new Function(
    'exports',
    'module',
    `let ${globalNames.join(',')};globalThis = {};${text}\nreturn all => {${assign}}\n//# sourceURL=${name}.js`,
  )
  const module = { exports: {} }
  const use = evaluate(module.exports, module) as (globals: Globals) => void
  return { exports: module.exports as Exports, use }
}

export function productOf({ page, worker, server }: ProductTexts): Product {
  const forPages = moduleOf<PageProduct>(page, 'page')
  const forWorkers = moduleOf<WorkerProduct>(worker, 'worker')
  const forServers = moduleOf<ServerProduct>(server, 'server')
  const into = <Exports>(
    { exports, use }: SharedModule<Exports>,
    realm: Realm,
    globals: Globals,
  ): Exports => {
    realm.enterWith(() => use(globals))
    return exports
  }
  return {
    loadPage: (realm, globals) => into(forPages, realm, globals),
    runWorker: (realm, globals) =>
      into(forWorkers, realm, globals).startBrokerWorker({ name: 'words', base: '/' }),
    loadServer: (realm, globals) => into(forServers, realm, globals),
  }
}
