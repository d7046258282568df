import type { JSX } from 'preact';

import { type App, useApp, useCommands } from '../app/app.ts';
import { formatRoute, LIST_VIEWS, type ListView, type Route } from '../app/route.ts';
import { IconButton } from '../shared/icon-button.tsx';
import { onLinkClick } from '../shared/on-link-click.ts';
import { Brand } from './brand.tsx';
import { HelpButton } from './help-button.tsx';
import { SearchBox } from './search-box.tsx';
import { ThemeButton } from './theme-button.tsx';

export interface TopBarProps {
  readonly route: Route;
  /** Query of the view that was shown last. */
  readonly query: string;
}

/** Name, views, search, and what concerns the whole page. */
export function TopBar({ route, query }: TopBarProps): JSX.Element {
  const app = useApp();
  const { router } = app;
  const view = route.view === 'trace' ? 'traces' : route.view;
  useCommands({
    map: () => router.go({ view: 'map', query }),
    logs: () => router.go({ view: 'logs', query }),
    pause: () => togglePause(app),
    clear: () => clearByKey(app),
    help: () => void (app.helpIsOpen.value = true),
    back: () => router.back(),
  });
  return (
    <header class="top-bar">
      <a class="plain" href="/" title="All traces" onClick={(event) => onLinkClick(event, () => router.go(HOME))}>
        <Brand />
      </a>
      <nav class="tabs" aria-label="Views">
        {LIST_VIEWS.map((each) => (
          <Tab key={each} view={each} query={query} isCurrent={each === view} />
        ))}
      </nav>
      <SearchBox
        query={query}
        onQuery={(next) =>
          router.go({ view: SEARCHED.has(view) ? view : 'traces', query: next }, { replace: route.view === view })
        }
      />
      <div class="top-actions">
        <LiveButton />
        <IconButton icon="trash" label="Forget everything that was received" keys="x" onClick={() => void clear(app)} />
        <ThemeButton />
        <HelpButton />
      </div>
    </header>
  );
}

const HOME: Route = { view: 'traces', query: '' };
const LABELS: Readonly<Record<ListView, string>> = {
  traces: 'Traces',
  map: 'Map',
  errors: 'Errors',
  logs: 'Logs',
  metrics: 'Metrics',
};
/** Views that show what is searched for; the others go to the traces. */
const SEARCHED = new Set<ListView>(['traces', 'errors', 'logs', 'metrics']);

function Tab({
  view,
  query,
  isCurrent,
}: {
  readonly view: ListView;
  readonly query: string;
  readonly isCurrent: boolean;
}) {
  const { router } = useApp();
  const route = { view, query } as const;
  return (
    <a
      class="tab"
      href={formatRoute(route)}
      aria-current={isCurrent ? 'page' : undefined}
      onClick={(event) => onLinkClick(event, () => router.go(route))}
    >
      {LABELS[view]}
    </a>
  );
}

function LiveButton(): JSX.Element {
  const app = useApp();
  const isLost = app.connection.value === 'lost';
  const isPaused = app.paused.value;
  const [state, text] = isLost ? ['lost', 'Offline'] : isPaused ? ['paused', 'Paused'] : ['live', 'Live'];
  return (
    <button
      type="button"
      class={`live-button live-${state}`}
      aria-pressed={isPaused}
      title={isPaused ? 'Let the list run on (p)' : 'Hold the list still (p)'}
      onClick={() => togglePause(app)}
    >
      <span class="live-dot" aria-hidden="true" />
      {text}
    </button>
  );
}

function togglePause({ paused }: App): void {
  paused.value = !paused.value;
}

/** A single letter is pressed by mistake; pressed twice, it is meant. */
function clearByKey(app: App): void {
  if (app.message.peek() === PRESS_AGAIN) void clear(app);
  else app.message.value = PRESS_AGAIN;
}

const PRESS_AGAIN = 'press x again to forget everything';

async function clear(app: App): Promise<void> {
  try {
    await app.source.clear();
    app.message.value = 'everything was forgotten';
  } catch (error) {
    app.message.value = `nothing was forgotten: ${(error as Error).message}`;
  }
}
