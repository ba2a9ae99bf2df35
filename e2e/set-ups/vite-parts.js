// The parts that the configurations of several set-ups share.
import { copyFile } from 'node:fs/promises'
import { fileURLToPath } from 'node:url'

const shipped = fileURLToPath(import.meta.resolve('redux-broker/sw.js'))

/**
 * Copies the shipped worker, as into a public folder.
 * @param {string} name
 * @returns {import('vite').Plugin}
 */
export const brokersWorkerAs = (name) => {
  let folder = ''
  return {
    name: 'brokers-worker',
    configResolved(config) {
      folder = `${config.root}/${config.build.outDir}`
    },
    writeBundle: () => copyFile(shipped, `${folder}/${name}`),
  }
}

/** A page, and a worker beside it that is bundled as a module. @type {import('vite').UserConfig} */
export const pageAndWorker = {
  build: {
    rolldownOptions: {
      input: { index: 'index.html', sw: 'sw.js' },
      output: {
        entryFileNames: ({ name }) => (name === 'sw' ? 'sw.js' : 'assets/[name].js'),
        chunkFileNames: 'assets/[name].js',
      },
    },
  },
}
