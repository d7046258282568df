/** A place in the page, as its URL names it. */
export type Route =
  | { readonly view: ListView; readonly query: string }
  | { readonly view: 'trace'; readonly traceId: string; readonly spanId?: string };

export type ListView = (typeof LIST_VIEWS)[number];

/** In the order of the tabs. */
export const LIST_VIEWS = ['traces', 'map', 'errors', 'logs', 'metrics'] as const;

/** Reads the path and the query of a URL; an address that is not known is the list of traces. */
export function parseRoute(pathname: string, search: string): Route {
  const [, first = '', traceId = '', spanId = ''] = pathname.split('/').map(decoded);
  if (first === 'trace' && traceId !== '') {
    return { view: 'trace', traceId: traceId.toLowerCase(), ...(spanId !== '' && { spanId: spanId.toLowerCase() }) };
  }
  const view = LIST_VIEWS.find((each) => each === first) ?? 'traces';
  return { view, query: new URLSearchParams(search).get('q') ?? '' };
}

/** The path and query of a place. */
export function formatRoute(route: Route): string {
  if (route.view === 'trace') {
    const path = `/trace/${encodeURIComponent(route.traceId)}`;
    return route.spanId === undefined ? path : `${path}/${encodeURIComponent(route.spanId)}`;
  }
  const path = route.view === 'traces' ? '/' : `/${route.view}`;
  return route.query === '' ? path : `${path}?${new URLSearchParams({ q: route.query }).toString()}`;
}

function decoded(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}
