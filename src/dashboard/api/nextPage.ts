/** The address of the next page in a `Link` header, or none. */
export function nextPage(link: string | null): string | undefined {
  const [, address] = /<([^>]*)>\s*;[^,]*\brel="?next"?/.exec(link ?? '') ?? [];
  return address;
}
