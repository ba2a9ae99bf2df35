// Places the keyboard after its element is gone. Browsers send it back to the top of the page.

/** Gone, or switched off, since a browser blurs a disabled button a frame later. */
export function isFocusLost(): boolean {
  const { activeElement } = document
  return activeElement === null || activeElement === document.body || activeElement.matches(':disabled')
}

/** To the page's heading, from which the content is a step away, unless the user is somewhere already. */
export function rescueFocus(): void {
  // A hidden heading must not scroll the page to itself.
  if (isFocusLost()) document.querySelector<HTMLElement>('#main h1')?.focus({ preventScroll: true })
}
