// Media types of answers (RFC 9110 §8.3 and §12.5.1). Writes, reads and status queries have one rule of what JSON is.

/** Without its parameters, in lower case; empty where the header is missing. */
export const mediaTypeOf = (contentType = ''): string =>
  contentType.split(';', 1)[0]?.trim().toLowerCase() ?? ''

export const isJson = (type: string): boolean => /^(application|text)\/json$|.\+json$/.test(type)

/** XHTML too. */
export const isHtml = (type: string): boolean => type.includes('html')

/** The data of a JSON text; undefined for broken JSON. */
export function parseJson(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}

/**
 * Whether an `accept` header asks for a media type. Its most specific range decides, and q=0 refuses. JSON is asked for
 * in any case, unless it is refused. A wildcard asks for no HTML: login pages and captive portals are HTML.
 */
export function accepts(accept: string, type: string): boolean {
  const [kind] = type.split('/', 1)
  const ranges = new Map(
    accept
      .replace(/"(\\.|[^"\\])*"/g, '')
      .toLowerCase()
      .split(',')
      .map(toRange),
  )
  const wildcards = isHtml(type) ? [] : [`${kind}/*`, '*/*']
  const weight = [type, ...wildcards].map((range) => ranges.get(range)).find((known) => known !== undefined)
  return type !== '' && (weight ?? isJson(type))
}

/** A media range, and whether its weight is above zero. Parameters tell nothing here. */
function toRange(text: string): [range: string, isWanted: boolean] {
  const [range = '', ...parameters] = text.split(';').map((part) => part.replace(/\s/g, ''))
  return [range, !parameters.some((parameter) => /^q=0(\.0*)?$/.test(parameter))]
}
