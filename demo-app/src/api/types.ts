// The answers of the API, parsed at the border. An answer that does not fit is an error there, never a surprise in a
// component.

export const userIds = ['ada', 'grace', 'linus'] as const
export type UserId = (typeof userIds)[number]

export interface Me {
  readonly id: string
  readonly name: string
}

/** Good for calls of the API, for so long. */
export interface GivenToken {
  readonly token: string
  readonly lifetimeMs: number
}

export interface ServerPost {
  readonly id: string
  readonly author: string
  readonly text: string
  readonly likes: number
  readonly likedByMe: boolean
  readonly claps: number
  readonly comments: number
}

export interface ServerComment {
  readonly id: string
  readonly author: string
  readonly text: string
}

export interface Group {
  readonly id: string
  readonly name: string
}

export type LikeAnswer = Pick<ServerPost, 'id' | 'likes' | 'likedByMe'>
export type ClapAnswer = Pick<ServerPost, 'id' | 'claps'>

type Kind = 'string' | 'number' | 'boolean'
type Shape<T> = { readonly [K in keyof T]: Kind }

/** A parser of flat objects. @throws TypeError that names the field */
const parser =
  <T>(shape: Shape<T>) =>
  (body: unknown): T => {
    if (typeof body !== 'object' || body === null) throw new TypeError('The answer is not an object.')
    const fields = body as Record<string, unknown>
    for (const [name, kind] of Object.entries(shape))
      if (typeof fields[name] !== kind)
        throw new TypeError(`The answer's \`${name}\` is not a ${String(kind)}.`)
    return body as T
  }

const listOf =
  <T>(parse: (body: unknown) => T) =>
  (body: unknown): readonly T[] => {
    if (!Array.isArray(body)) throw new TypeError('The answer is not a list.')
    return body.map(parse)
  }

export const parseMe = parser<Me>({ id: 'string', name: 'string' })
export const parseCount = parser<{ readonly count: number }>({ count: 'number' })
export const parseToken = parser<GivenToken>({ token: 'string', lifetimeMs: 'number' })
export const parsePost = parser<ServerPost>({
  id: 'string',
  author: 'string',
  text: 'string',
  likes: 'number',
  likedByMe: 'boolean',
  claps: 'number',
  comments: 'number',
})
export const parseComment = parser<ServerComment>({ id: 'string', author: 'string', text: 'string' })
export const parseLike = parser<LikeAnswer>({ id: 'string', likes: 'number', likedByMe: 'boolean' })
export const parseClaps = parser<ClapAnswer>({ id: 'string', claps: 'number' })
export const parsePosts = listOf(parsePost)
export const parseComments = listOf(parseComment)
export const parseGroups = listOf(parser<Group>({ id: 'string', name: 'string' }))
