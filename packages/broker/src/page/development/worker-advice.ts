// Tells the developer what keeps the service worker from its work. Left out of production builds.

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

/** A script that takes longer counts as one that nobody serves. */
const scriptMsMax = 10_000

/** Never rejects. `url` is undefined where the app named no script. */
export async function warnOfUnregistered(url: string | undefined, error: unknown): Promise<void> {
  const isUrl = url !== undefined && URL.canParse(url, document.baseURI)
  const remedy = await remedyFor(isUrl ? new URL(url, document.baseURI) : undefined)
  console.warn(
    `redux-broker: the service worker was not registered. This page delivers while it is open. ${remedy} See docs/worker.md.`,
    error,
  )
}

async function remedyFor(script: URL | undefined): Promise<string> {
  if (!globalThis.isSecureContext)
    return 'Browsers give workers over https and on localhost only: serve the page there.'
  if (script === undefined)
    return 'Pass the URL of its script, or a registration, as in register(() => navigator.serviceWorker.ready).'
  if (script.origin !== location.origin) return `Serve ${script} from the origin of the page.`
  const signal = AbortSignal.timeout(scriptMsMax)
  const answer = await fetch(script, { cache: 'no-store', signal }).catch(() => undefined)
  if (answer === undefined) return `Nobody answers at ${script}. Start its server, or name another URL.`
  const type = answer.headers.get('content-type') ?? 'no content type'
  if (answer.ok && !answer.redirected && /javascript/.test(type))
    return `${script} is there, so the error says what is wrong. If the script has an \`import\`, pass { type: 'module' }.`
  const came = answer.redirected ? 'a redirect' : `${answer.status} (${type})`
  return (
    `${script} is answered with ${came}, and a worker has to be JavaScript. Copy ` +
    'node_modules/redux-broker/dist/sw.js to the folder of your public files, or name the URL of your own worker.'
  )
}
