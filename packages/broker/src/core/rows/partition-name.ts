// The name of a user's partition in the database. It tells nothing of the user.
import type { RandomSource } from '../platform.js'

/** The first 32 characters of a digest of the home's salt and the user. */
export const partitionName = async (
  { digest }: Pick<RandomSource, 'digest'>,
  salt: string,
  principal: string,
): Promise<string> => (await digest(salt + principal)).slice(0, 32)
