// Builds one set-up by its own vite.config.js, into its own `dist`.
import { fileURLToPath } from 'node:url'
import { build } from 'vite'

const root = fileURLToPath(new URL(process.argv[2] ?? '', import.meta.url))
// Tools look for their files where they are started.
process.chdir(root)
await build({ root, configFile: `${root}/vite.config.js`, configLoader: 'native', logLevel: 'warn' })
