/** A whole number from 1, the most urgent, to 9. */
export const isPriority = (value: unknown): value is number =>
  Number.isInteger(value) && (value as number) >= 1 && (value as number) <= 9
