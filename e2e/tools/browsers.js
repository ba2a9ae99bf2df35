// Finds the browsers of this machine. Playwright's own come first, then Chrome or Chromium, then Firefox.
import { existsSync } from 'node:fs'
import { chromium, firefox } from 'playwright'

const chromiumPlaces = [
  '/usr/bin/chromium',
  '/usr/bin/chromium-browser',
  '/usr/bin/google-chrome',
  '/usr/bin/google-chrome-stable',
  '/Applications/Google Chrome.app/Contents/MacOS/Google Chrome',
  '/Applications/Chromium.app/Contents/MacOS/Chromium',
  'C:\\Program Files\\Google\\Chrome\\Application\\chrome.exe',
]
const firefoxPlaces = ['/usr/bin/firefox-esr', '/usr/bin/firefox']

const firstOf = (/** @type {(string | undefined)[]} */ paths) =>
  paths.find((path) => path !== undefined && path !== '' && existsSync(path))

/** Launch options for a Chromium, or undefined where there is none. */
export function findChromium() {
  const executablePath = firstOf([process.env['CHROMIUM_PATH'], chromium.executablePath(), ...chromiumPlaces])
  return executablePath === undefined ? undefined : { executablePath }
}

/**
 * Launch options for a Firefox, or undefined where there is none. A stock Firefox speaks WebDriver BiDi, which
 * Playwright drives under the channel `moz-firefox`. Its own patched build needs no channel.
 */
export function findFirefox() {
  const own = firefox.executablePath()
  if (existsSync(own)) return { executablePath: own }
  const executablePath = firstOf([process.env['FIREFOX_PATH'], ...firefoxPlaces])
  return executablePath === undefined ? undefined : { executablePath, channel: 'moz-firefox' }
}
