/** Writes only what differs: nothing is laid out again, or read out again, for the same words. */
export function setText(element: Element, text: string): void {
  if (element.textContent !== text) element.textContent = text;
}
