// The seed of a fresh database and of a reset. It has three users and twelve posts with likes, claps and comments.
import type { SqlWriter } from './database.js'

export type UserId = 'ada' | 'grace' | 'linus'

export interface Group {
  readonly id: string
  readonly name: string
}

export const users: readonly {
  readonly id: UserId
  readonly name: string
  readonly groups: readonly Group[]
}[] = [
  { id: 'ada', name: 'Ada', groups: [group('g1', 'Engine makers'), group('g2', 'Sunday hikers')] },
  { id: 'grace', name: 'Grace', groups: [group('g1', 'Engine makers'), group('g3', 'Harbour sailors')] },
  { id: 'linus', name: 'Linus', groups: [group('g2', 'Sunday hikers'), group('g4', 'Reef divers')] },
]

interface SeedPost {
  readonly id: string
  readonly author: UserId
  readonly text: string
  /** Likes of people who are no users of the demo. The likes of its three users stand in `likedBy`. */
  readonly likesBefore: number
  readonly likedBy: readonly UserId[]
  readonly claps: number
  readonly comments: readonly (readonly [UserId, string])[]
}

// biome-ignore format: one post reads as one block, its comments as a list
const posts: readonly SeedPost[] = [
  { id: 'p01', author: 'ada', likesBefore: 41, likedBy: ['grace'], claps: 128,
    text: 'The train lost its signal for forty minutes. I kept writing, and every word arrived when the tunnel ended.',
    comments: [['grace', 'That is how it should always be.'], ['linus', 'Which line was it?']] },
  { id: 'p02', author: 'grace', likesBefore: 27, likedBy: ['ada', 'linus'], claps: 64,
    text: 'Found a moth in the kitchen lamp this morning. Some jokes follow you through life.',
    comments: [['ada', 'Did you tape it into the notebook?'], ['linus', 'First actual bug of the day.'], ['grace', 'Of course I did.']] },
  { id: 'p03', author: 'linus', likesBefore: 19, likedBy: [], claps: 33,
    text: 'Forty metres down, visibility thirty. The reef is doing better than last year.',
    comments: [['grace', 'Please show us a picture!']] },
  { id: 'p04', author: 'grace', likesBefore: 52, likedBy: ['linus'], claps: 210,
    text: 'A ship in port is safe, but that is not what ships are built for. Sailing at six, who comes along?',
    comments: [['linus', 'Me, if there is coffee.'], ['ada', 'Saving you a seat at the finish.']] },
  { id: 'p05', author: 'ada', likesBefore: 12, likedBy: [], claps: 17,
    text: 'Looking for somebody to play cello on Thursday evenings. Patience with a beginner on the harp is a must.',
    comments: [] },
  { id: 'p06', author: 'linus', likesBefore: 33, likedBy: ['ada', 'grace'], claps: 91,
    text: 'Threw away two thousand lines today and nothing is missing. Best day of the month.',
    comments: [['ada', 'The finest code is the code you no longer need.']] },
  { id: 'p07', author: 'grace', likesBefore: 8, likedBy: ['ada'], claps: 25,
    text: 'I keep a piece of wire as long as light travels in a nanosecond. It explains the world better than I do.',
    comments: [['linus', 'Mine is a coil. It explains the network.'], ['ada', 'May I borrow it for a class?']] },
  { id: 'p08', author: 'ada', likesBefore: 64, likedBy: ['grace', 'linus'], claps: 302,
    text: 'Wrote down instructions for a machine that does not exist yet. I have a good feeling about it.',
    comments: [['grace', 'It will exist.'], ['linus', 'Send patches.'], ['grace', 'And it will have a lamp with a moth.'], ['ada', 'Noted.']] },
  { id: 'p09', author: 'linus', likesBefore: 15, likedBy: [], claps: 40,
    text: 'The penguins at the aquarium stole my glove. I am not even angry.',
    comments: [['ada', 'One bit you once, did it not?']] },
  { id: 'p10', author: 'grace', likesBefore: 22, likedBy: [], claps: 58,
    text: 'It is easier to ask forgiveness than permission, and it is easier still to ask for cake.',
    comments: [] },
  { id: 'p11', author: 'ada', likesBefore: 5, likedBy: ['linus'], claps: 9,
    text: 'First frost on the heath. The ponies look like they were drawn with chalk.',
    comments: [['linus', 'Ours are still green. Sigh.'], ['grace', 'Beautiful.']] },
  { id: 'p12', author: 'linus', likesBefore: 47, likedBy: ['grace'], claps: 155,
    text: 'Talk is cheap, so here are the photos: the new bike rack holds four bikes and one very proud builder.',
    comments: [['grace', 'Does it hold a kayak?']] },
]

/** Puts the seed into empty tables. As the newest post, p01 stands at the top of the feed. */
export function seed(tx: SqlWriter): void {
  const insertUser = tx.prepare('INSERT INTO users (id, name) VALUES (?, ?)')
  for (const user of users) insertUser.run(user.id, user.name)
  for (const post of posts.toReversed()) seedPost(tx, post)
}

function seedPost(tx: SqlWriter, post: SeedPost): void {
  tx.prepare(
    'INSERT INTO posts (id, author, text, likes_before, claps, version) VALUES (?, ?, ?, ?, ?, 1)',
  ).run(post.id, post.author, post.text, post.likesBefore, post.claps)
  const insertLike = tx.prepare('INSERT INTO likes (post, user) VALUES (?, ?)')
  for (const user of post.likedBy) insertLike.run(post.id, user)

  const insertComment = tx.prepare('INSERT INTO comments (id, post, author, text) VALUES (?, ?, ?, ?)')
  for (const [index, [author, text]] of post.comments.entries()) {
    insertComment.run(`${post.id}-c${index + 1}`, post.id, author, text)
  }
}

function group(id: string, name: string): Group {
  return { id, name }
}
