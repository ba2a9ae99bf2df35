// The offline shell of a worker that is written by hand. It asks the network, and gives its last answer where there
// is none.
export function serveShell() {
  self.addEventListener('fetch', (event) => {
    if (event.request.method === 'GET') event.respondWith(fromNetworkFirst(event.request))
  })
}

async function fromNetworkFirst(request) {
  const kept = await caches.open('shell')
  try {
    const answer = await fetch(request)
    await kept.put(request, answer.clone())
    return answer
  } catch {
    return kept.match(request, { ignoreSearch: true })
  }
}
