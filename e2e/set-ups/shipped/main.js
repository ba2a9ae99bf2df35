import { startApp } from '../app/app.js'

// A test adds `?worker=`, which this worker gets in its URL.
const told = new URLSearchParams(location.search).get('worker') ?? ''
startApp((broker) => broker.register(`/sw.js${told}`))
