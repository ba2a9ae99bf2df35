import { brokersWorkerAs } from '../vite-parts.js'

export default { plugins: [brokersWorkerAs('sw.js')] }
