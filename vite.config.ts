import { availableParallelism } from 'node:os'
import { playwright } from '@vitest/browser-playwright'
import { defineConfig } from 'vitest/config'
import { findChromium } from './e2e/tools/browsers.js'
import { wireServer } from './packages/broker/test/wire-server.js'

const patientWaits = './packages/broker/test/patient-waits.ts'

export default defineConfig({
  test: {
    // Vitest leaves one core free, which is half of a small machine.
    maxWorkers: Math.max(2, availableParallelism() - 1),
    projects: [
      {
        test: {
          name: 'node',
          // Property tests make hundreds of runs; a busy machine takes its time over them.
          testTimeout: 300_000,
          hookTimeout: 300_000,
          setupFiles: [patientWaits],
          include: ['packages/*/{src,test}/**/*.test.ts', 'demo-app/**/*.test.ts', 'e2e/tools/**/*.test.ts'],
          exclude: ['**/*.browser.test.ts', '**/node_modules/**'],
        },
      },
      {
        plugins: [wireServer()],
        // Found in the middle of a run, they would load the page anew.
        optimizeDeps: {
          include: ['@reduxjs/toolkit', 'idb', 'react', 'react-dom/client', 'react-redux'],
        },
        test: {
          name: 'browser',
          testTimeout: 300_000,
          hookTimeout: 300_000,
          setupFiles: [patientWaits],
          include: ['packages/*/{src,test}/**/*.browser.test.ts'],
          browser: {
            enabled: true,
            headless: true,
            screenshotFailures: false,
            instances: [
              { browser: 'chromium', provider: playwright({ launchOptions: findChromium() ?? {} }) },
            ],
          },
        },
      },
    ],
  },
})
