import type { JSX } from 'preact';
import { useEffect, useRef } from 'preact/hooks';

import { useApp } from '../app/app.ts';
import type { Route } from '../app/route.ts';
import type { TraceList } from '../list/trace-list.ts';
import { TraceListView } from '../list/trace-list-view.tsx';
import type { OpenTraces } from '../trace/open-traces.ts';
import type { TraceLayout } from '../trace/trace-layout.ts';
import { TraceView } from '../trace/trace-view.tsx';
import { ErrorListView } from '../errors/error-list-view.tsx';
import { LogListView } from '../logs/log-list-view.tsx';
import { MapView } from '../map/map-view.tsx';
import { visibleStart } from '../text/visible-text.ts';
import { MetricListView } from '../metrics/metric-list-view.tsx';
import { Banner } from './banner.tsx';
import { Help } from './help.tsx';
import { Message } from './message.tsx';
import { TopBar } from './top-bar.tsx';
import { useKeyListener } from './use-key-listener.ts';

export interface PageProps {
  readonly list: TraceList;
  readonly traces: OpenTraces;
  readonly layout: TraceLayout;
}

/** The page of a running viewer. */
export function Page({ list, traces, layout }: PageProps): JSX.Element {
  const { router } = useApp();
  const route = router.route.value;
  const lastQuery = useRef('');
  if (route.view !== 'trace') lastQuery.current = route.query;
  useKeyListener();
  useTitle(route, traces);
  return (
    <>
      <Banner />
      <TopBar route={route} query={lastQuery.current} />
      <main class="view">
        <View route={route} list={list} traces={traces} layout={layout} />
      </main>
      <Message />
      <Help />
    </>
  );
}

/** Names the view in the tab of the browser. */
function useTitle(route: Route, traces: OpenTraces): void {
  const name = route.view === 'trace' ? traces.open(route.traceId).model.value?.answer.summary.name : route.query;
  const view = route.view === 'trace' ? 'trace' : route.view;
  useEffect(() => {
    document.title = `${visibleStart(name || view, 100)} · Clew`;
  }, [name, view]);
}

function View({ route, list, traces, layout }: PageProps & { readonly route: Route }): JSX.Element {
  switch (route.view) {
    case 'traces':
      return <TraceListView list={list} query={route.query} />;
    case 'trace':
      return <TraceView key={route.traceId} open={traces.open(route.traceId)} layout={layout} spanId={route.spanId} />;
    case 'map':
      return <MapView />;
    case 'errors':
      return <ErrorListView query={route.query} />;
    case 'logs':
      return <LogListView query={route.query} />;
    case 'metrics':
      return <MetricListView query={route.query} />;
  }
}
