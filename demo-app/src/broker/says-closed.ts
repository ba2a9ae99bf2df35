/** The server's word that this user has no session: a refusal, or an answer for somebody else. */
export const saysClosed = (error: {
  readonly reason: string
  readonly httpStatus?: number | undefined
}): boolean => error.httpStatus === 401 || error.reason === 'wrongUser'
