/** Whether the server says that this user has no session, by a refusal or by an answer for somebody else. */
export const saysClosed = (error: {
  readonly reason: string
  readonly httpStatus?: number | undefined
}): boolean => error.httpStatus === 401 || error.reason === 'wrongUser'
