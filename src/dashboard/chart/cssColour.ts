/** A colour of styles/tokens.css as it is now, for what is painted rather than styled. */
export const cssColour = (name: string): string =>
  getComputedStyle(document.documentElement).getPropertyValue(`--${name}`).trim();
