import { pageAndWorker } from '../vite-parts.js'

export default pageAndWorker
