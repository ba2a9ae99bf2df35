// Makes functions of the bundled texts of the product.

import { type Globals, globalNames } from '../platform/globals.js'
import type { ServerProduct } from '../server/companion.js'
import type { PageProduct } from '../world/app.js'
import type { Product } from '../world/world.js'

export interface ProductTexts {
  readonly page: string
  readonly worker: string
  readonly server: string
}

function moduleOf(text: string, name: string): (globals: Globals) => unknown {
  const run = new Function('exports', 'module', ...globalNames, `${text}\n//# sourceURL=${name}.js`)
  return (globals) => {
    const module = { exports: {} }
    run(module.exports, module, ...globalNames.map((global) => globals[global]))
    return module.exports
  }
}

export function productOf({ page, worker, server }: ProductTexts): Product {
  const loadPage = moduleOf(page, 'page')
  const loadWorker = moduleOf(worker, 'worker')
  const loadServer = moduleOf(server, 'server')
  return {
    loadPage: (globals) => loadPage(globals) as PageProduct,
    runWorker(globals) {
      const { startBrokerWorker } = loadWorker(globals) as { startBrokerWorker(options: object): void }
      startBrokerWorker({ name: 'words', base: '/' })
    },
    loadServer: (globals) => loadServer(globals) as ServerProduct,
  }
}
