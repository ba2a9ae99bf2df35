import { rolldown } from 'rolldown'
import { brotliCompressSync, constants } from 'node:zlib'
const broker = new URL('./packages/broker', import.meta.url).pathname
const codes = { write: "export { createBroker, write, delivered, returned, rejected } from 'redux-broker'", read: "export { createBroker, write, delivered, returned, rejected, read } from 'redux-broker'", all: "export * from 'redux-broker'", worker: "import { startBrokerWorker } from 'redux-broker/worker'; startBrokerWorker()" }
const entry = `${broker}/entry.js`
const size = async (which, ext) => {
const bundle = await rolldown({ input: entry, external: (id)=> id==='redux' || ext.some(e=>id.replace(/\.js$/,'').endsWith(e)), treeshake:{moduleSideEffects:'no-external'}, transform: { define: { 'process.env.NODE_ENV': '"production"' }, target: 'es2022' }, plugins: [{ name: 'e', load: (id) => id === entry ? codes[which] : null, resolveId: (id) => id === entry ? id : null }] })
const { output } = await bundle.generate({ format: 'es', minify: true })
return brotliCompressSync(output.map(p=>'code' in p && !p.name.startsWith('sha-256')?p.code:'').join(''), { params: { [constants.BROTLI_PARAM_QUALITY]: 11 } }).length }
const [which,...groups]=process.argv.slice(2)
const base=await size(which,[]); console.log(which,base)
for(const g of groups) console.log(String(base-await size(which,g.split(','))).padStart(6), g)
