import { VitePWA } from 'vite-plugin-pwa'
import { brokersWorkerAs } from '../vite-parts.js'

export default {
  plugins: [
    brokersWorkerAs('broker-sw.js'),
    VitePWA({
      registerType: 'autoUpdate',
      manifest: false,
      workbox: { importScripts: ['/broker-sw.js'], globIgnores: ['broker-sw.js'] },
    }),
  ],
}
