// Builds the pages and their worker. The server is compiled by tsconfig.server.json.
import react from '@vitejs/plugin-react'
import { defineConfig } from 'vite'
import { VitePWA } from 'vite-plugin-pwa'

// `npm run dev` style work: start the built server beside Vite, and let Vite pass the API on to it.
// Keep the page's own Host: the server's controls refuse the pages of any other host.
const api = { target: 'http://localhost:4173', changeOrigin: false }

export default defineConfig({
  build: { outDir: 'dist/pages', target: 'es2022' },
  server: { port: 5173, proxy: { '/api': api, '/__test__': api } },
  plugins: [
    react(),
    VitePWA({
      strategies: 'injectManifest',
      srcDir: 'src/worker',
      filename: 'sw.ts',
      // The broker registers it by `broker.register('/sw.js')`.
      injectRegister: false,
      injectManifest: { globPatterns: ['**/*.{html,js,css}'] },
      manifest: {
        name: 'Tapped, the redux-broker demo',
        short_name: 'Tapped',
        description: 'A like app whose taps survive tunnels, closed tabs and crashed browsers.',
        start_url: '/',
        display: 'standalone',
        background_color: '#f7f6f3',
        theme_color: '#f7f6f3',
        icons: [{ src: '/icon.svg', sizes: 'any', type: 'image/svg+xml', purpose: 'any' }],
      },
    }),
  ],
})
