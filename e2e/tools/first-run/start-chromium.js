// Starts the Chromium that was found and closes it. Where it does not start, the error goes to standard error.
import { chromium } from 'playwright'
import { findChromium } from '../browsers.js'

const browser = await chromium.launch(findChromium() ?? {}).catch((error) => {
  console.error(error.message)
  process.exit(1)
})
await browser.close()
