import { VitePWA } from 'vite-plugin-pwa'

export default {
  plugins: [VitePWA({ strategies: 'injectManifest', srcDir: '.', filename: 'sw.js', manifest: false })],
}
