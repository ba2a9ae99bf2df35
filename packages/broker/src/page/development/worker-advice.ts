// Tells the developer what keeps the service worker from its work.

export interface WorkerAdvice {
  silent(worker: ServiceWorker): void
  lacks(lacking: readonly string[]): void
}

/** Each text is printed once. */
export function createWorkerAdvice(database: string, origins: readonly string[]): WorkerAdvice {
  const said = new Set<string>()
  const say = (text: string) => {
    if (!said.has(text)) console.warn(`redux-broker: ${text}`)
    said.add(text)
  }
  return {
    silent: ({ scriptURL }) =>
      say(
        `${scriptURL} does not answer for the database '${database}', so this page delivers while it is open. ` +
          'Call startBrokerWorker() in it, or register sw.js of redux-broker. Give it the same `name` as createBroker().',
      ),
    lacks(lacking) {
      const missing = lacking.filter((one) => origins.includes(one))
      if (missing.length > 0)
        say(
          `the service worker does not know ${missing.join(', ')}, so requests to it wait for a page. ` +
            'Give startBrokerWorker() the same `origins`, or register sw.js?origins=….',
        )
    },
  }
}
