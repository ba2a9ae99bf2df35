import { rolldown } from 'rolldown'
import { writeFileSync } from 'node:fs'
import { brotliCompressSync, constants } from 'node:zlib'
const broker = new URL('./packages/broker', import.meta.url).pathname
const codes = { write: "export { createBroker, write, delivered, returned, rejected } from 'redux-broker'", read: "export { createBroker, write, delivered, returned, rejected, read } from 'redux-broker'", all: "export * from 'redux-broker'", worker: "import { startBrokerWorker } from 'redux-broker/worker'; startBrokerWorker()" }
const which = process.argv[2]
const entry = `${broker}/entry.js`
const bundle = await rolldown({ input: entry, external: ['redux'], preserveEntrySignatures: 'allow-extension', transform: { define: { 'process.env.NODE_ENV': '"production"' }, target: 'es2022' }, plugins: [{ name: 'e', load: (id) => id === entry ? codes[which] : null, resolveId: (id) => id === entry ? id : null }] })
const { output } = await bundle.generate({ format: 'es', minify: true, sourcemap: true })
const bro = (t) => brotliCompressSync(t, { params: { [constants.BROTLI_PARAM_QUALITY]: 11 } }).length
for (const part of output) {
  if (!('code' in part)) continue
  writeFileSync(`/work/scratch/bytes/${which}-${part.name}.min.js`, part.code)
  const map = part.map
  // decode VLQ
  const B='ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/'
  const lines = part.code.split('\n'); let src=0; const size={}, text={}
  map.mappings.split(';').forEach((l,i)=>{ let col=0; const segs=[]; if(!l) return
    for (const s of l.split(',')) { const v=[];let sh=0,x=0; for(const c of s){const d=B.indexOf(c); x|=(d&31)<<sh; if(d&32) sh+=5; else {v.push(x&1?-(x>>1):x>>1);sh=0;x=0}} col+=v[0]; if(v.length>1) src+=v[1]; segs.push([col, v.length>1?src:-1]) }
    segs.forEach(([c,s],k)=>{ const end=segs[k+1]?.[0]??lines[i].length; const n=s<0?'?':map.sources[s].replace(/.*node_modules/,'nm').replace(/.*dist\//,''); size[n]=(size[n]??0)+end-c; text[n]=(text[n]??'')+lines[i].slice(c,end) })
  })
  const total=bro(part.code)
  console.log(part.name, part.code.length, total)
  for (const [n,s] of Object.entries(size).sort((a,b)=>b[1]-a[1])) console.log(String(s).padStart(6), String(bro(text[n])).padStart(6), n)
}
