/** A page of the dashboard, as the fragment of its address: nothing of it ever reaches the server. */
export type Route =
  | { readonly page: 'series' }
  | { readonly page: 'one'; readonly series: string }
  | { readonly page: 'models' };

/** `#/`, `#/series/NAME`, `#/models`; anything else is the list. A slash of a name is its own; other signs are percent-encoded. */
export function parseRoute(hash: string): Route {
  const path = hash.replace(/^#\/?/, '');
  if (path === 'models') return { page: 'models' };
  const [, name] = /^series\/(.+)$/.exec(path) ?? [];
  const series = name === undefined ? undefined : decoded(name);
  return series === undefined ? { page: 'series' } : { page: 'one', series };
}

export function hashOf(route: Route): string {
  if (route.page === 'models') return '#/models';
  if (route.page === 'series') return '#/';
  return `#/series/${route.series.split('/').map(encodeURIComponent).join('/')}`;
}

function decoded(name: string): string | undefined {
  try {
    return decodeURIComponent(name);
  } catch {
    return undefined;
  }
}
