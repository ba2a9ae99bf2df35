// A GraphQL server of another origin, as the quick start of graphql-yoga shows it, with its default CORS.
import { createSchema, createYoga } from 'graphql-yoga'
import { listen } from '../fixtures/servers/listen.js'
import type { BackEnd } from './back-end.js'

export async function startYoga(): Promise<BackEnd> {
  const liked: string[] = []
  const notes: string[] = []
  const yoga = createYoga({
    schema: createSchema({
      typeDefs: /* GraphQL */ `
        type Query {
          liked: [String!]!
        }
        type Mutation {
          like(id: String!): Boolean!
          note(text: String!): Boolean!
        }
      `,
      resolvers: {
        Query: { liked: () => liked },
        Mutation: {
          like: (_: unknown, { id }: { id: string }) => liked.push(id) > 0,
          note: (_: unknown, { text }: { text: string }) => notes.push(text) > 0,
        },
      },
    }),
    logging: false,
  })
  const mutation = (field: string) => ({
    method: 'POST',
    url: '/graphql',
    body: { query: `mutation ($id: String!) { ${field} }`, variables: { id: ':id' } },
  })
  return {
    ...(await listen(yoga)),
    config: {
      like: mutation('like(id: $id)'),
      note: mutation('note(text: $id)'),
      refusedWhen: { path: '/errors' },
    },
    liked: () => liked,
    notes: () => notes,
  }
}
