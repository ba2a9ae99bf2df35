// The origin of a URL.

/** Of an absolute http URL; empty for any other. */
export const originOfUrl = (url: string): string => /^https?:\/\/[^/?#]+/.exec(url)?.[0] ?? ''
