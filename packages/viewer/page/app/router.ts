import { type ReadonlySignal, signal } from '@preact/signals';

import { formatRoute, parseRoute, type Route } from './route.ts';

/** The place that is shown, and the ways to another. */
export interface Router {
  readonly route: ReadonlySignal<Route>;
  /** Goes to a place; `replace` leaves no way back to the present one. */
  go(route: Route, options?: { readonly replace?: boolean }): void;
  back(): void;
}

/** Follows the URL of the window. */
export function createRouter(window: Window): Router {
  const { history, location } = window;
  const current = () => parseRoute(location.pathname, location.search);
  const route = signal(current());

  window.addEventListener('popstate', () => void (route.value = current()));
  return {
    route,
    go(next, { replace = false } = {}) {
      const url = formatRoute(next);
      if (url === formatRoute(route.value)) return;
      const behind = placesBehind(history.state);
      if (replace) history.replaceState({ behind }, '', url);
      else history.pushState({ behind: behind + 1 }, '', url);
      route.value = next;
    },
    back() {
      if (placesBehind(history.state) > 0) history.back();
      else this.go({ view: 'traces', query: '' });
    },
  };
}

/** A router for a page that is a file: it has one place, and its URL stays as it is. */
export function createFixedRouter(traceId: string): Router {
  const route = signal<Route>({ view: 'trace', traceId });
  return {
    route,
    go(next) {
      if (next.view === 'trace' && next.traceId === traceId) route.value = next;
    },
    back: () => {},
  };
}

/** Number of places of ours that lie behind an entry of the history; what lies before them is another site. */
function placesBehind(state: unknown): number {
  const behind = (state as { behind?: unknown } | null)?.behind;
  return typeof behind === 'number' ? behind : 0;
}
