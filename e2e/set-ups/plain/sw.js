// A worker that was written by hand. The options stand before the script, which does not learn its own URL.
self.reduxBroker = { name: 'plain' }
importScripts('/node_modules/redux-broker/dist/sw.js')

const shell = 'shell of release-1'
const files = [
  '/',
  '/main.js',
  '/app/app.js',
  '/node_modules/redux-broker/dist/browser/redux-broker.js',
  '/node_modules/@reduxjs/toolkit/dist/redux-toolkit.browser.mjs',
  '/node_modules/immer/dist/immer.production.mjs',
  '/node_modules/redux/dist/redux.browser.mjs',
  '/node_modules/redux-thunk/dist/redux-thunk.mjs',
  '/node_modules/reselect/dist/reselect.browser.mjs',
]
self.addEventListener('install', (event) => {
  event.waitUntil(caches.open(shell).then((cache) => cache.addAll(files)))
})
self.addEventListener('fetch', (event) => {
  if (event.request.method !== 'GET') return
  const kept = caches.open(shell).then((cache) => cache.match(event.request, { ignoreSearch: true }))
  event.respondWith(kept.then((answer) => answer ?? fetch(event.request)))
})
