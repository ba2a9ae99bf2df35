// The app's place on its origin, as the page and this script tell it.
import { type Base, baseOf } from '../../core/rows/base-path.js'

/**
 * The URL of this script, from the first frame of a stack. In the output of some bundlers `import.meta.url` is a file of
 * the build machine. Test runners that turn modules into CommonJS take it for a syntax error.
 */
function findScript(): string {
  const url = /https?:\/\/[^\s)]+?(?=:\d+:\d+)/.exec(String(new Error().stack))?.[0] ?? ''
  // Written into a page it has the page's URL, which says nothing of the app's other pages.
  const isInline = typeof document === 'undefined' || url === document.URL.split('#')[0]
  return isInline ? '' : url
}

/** Found while the script is first run, when the page still has the URL that it was loaded from. */
const script = findScript()

export const appBase = (): Base => baseOf(document.baseURI, script)

/** The path of the page itself, where its script tells nothing of the app. */
export const pagePlace = (): string | undefined =>
  script.startsWith(`${location.origin}/`) ? undefined : location.pathname
