// The arrows between the folders of packages/broker/src. They say which folders a folder may import from, types
// included. `folder/*` names a folder and all below it. A file may be named too.

/** @type {Readonly<Record<string, readonly string[]>>} */
export const allowedArrows = {
  // Floor 1 has bounds, ports to the realm, and checks of values. It imports nothing.
  core: [],
  // Floor 2
  'core/conditions': ['core'],
  'core/network': ['core'],
  'core/rows': ['core'],
  'core/reads': ['core'],
  // Floor 3
  'core/outbox': ['core', 'core/conditions', 'core/network', 'core/rows'],
  'core/outcomes': ['core', 'core/network', 'core/rows'],
  'core/reads/cache': ['core', 'core/network', 'core/reads'],
  // Floor 4
  'core/delivery': ['core', 'core/conditions', 'core/network', 'core/rows', 'core/outbox', 'core/outcomes'],
  'core/backup': ['core', 'core/rows', 'core/outbox'],
  'core/reads/scheduler': ['core', 'core/network', 'core/reads', 'core/reads/cache'],
  // Floor 5
  'core/journal': ['core', 'core/rows', 'core/outbox', 'core/backup', 'core/delivery'],
  // Floor 6
  'core/reads/consistency': ['core', 'core/rows', 'core/outbox', 'core/journal'],
  // The ports of all owners, for those that are outside of the core.
  'core/ports': ['core/backup', 'core/delivery', 'core/reads/cache'],

  adapters: ['core/*', 'adapters/*'],
  'adapters/memory': ['core/*'],
  'adapters/network': ['core/*', 'adapters/system'],
  'adapters/storage': ['core/*'],
  'adapters/system': ['core/*'],

  redux: ['core/*'],
  'redux/optimistic': ['core/*', 'redux'],

  'page/lifecycle': ['core/*', 'adapters/*', 'redux'],
  'page/development': ['core/*', 'adapters/*', 'redux/*', 'page/lifecycle'],
  'page/delivery': ['core/*', 'adapters/*', 'redux', 'page/lifecycle', 'page/development'],
  'page/view': ['core/*', 'redux/*', 'page/development', 'page/lifecycle'],
  'page/user': ['core/*', 'redux', 'page/development', 'page/view'],
  'page/capture': ['core/*', 'redux', 'page/user', 'page/view'],
  page: ['core/*', 'adapters/*', 'redux/*', 'page/*'],

  // Of the page, reads see the port alone.
  'reads/consistency': ['core/*', 'redux', 'page/reads-port.ts'],
  'reads/request': ['core/*', 'redux', 'page/reads-port.ts', 'reads/consistency'],
  'reads/cache': ['core/*', 'redux', 'page/reads-port.ts', 'reads/request', 'reads/consistency'],
  'reads/sharing': [
    'core/*',
    'redux',
    'page/reads-port.ts',
    'reads/request',
    'reads/cache',
    'reads/consistency',
  ],
  'reads/worker': ['core/*', 'adapters/*', 'page/reads-port.ts'],
  reads: ['core/*', 'adapters/*', 'redux', 'page/reads-port.ts', 'reads/*'],
  'reads/define': ['core/*', 'redux', 'page/reads-port.ts', 'reads', 'reads/request'],

  worker: ['core/*', 'adapters/*'],
  testing: ['core/*', 'adapters/*', 'page', 'page/lifecycle'],

  // The door. Nobody inside imports it.
  '.': ['core/*', 'redux/*', 'page/*', 'reads/*'],
}
