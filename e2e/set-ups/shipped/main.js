import { startApp } from '../app/app.js'

// `?worker=` is a test's: what this worker is told in its URL.
const told = new URLSearchParams(location.search).get('worker') ?? ''
startApp((broker) => broker.register(`/sw.js${told}`))
