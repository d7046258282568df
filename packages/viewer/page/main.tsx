import { type ComponentChild, render } from 'preact';

import type { SavedTrace } from '../src/api/answers.ts';
import { type App, AppContext, createApp } from './app/app.ts';
import { createFixedRouter, createRouter } from './app/router.ts';
import { createTheme } from './app/theme.ts';
import { createLiveSource } from './data/live-source.ts';
import { createSavedSource, readSaved } from './data/saved-source.ts';
import { createTraceList } from './list/trace-list.ts';
import { Page } from './shell/page.tsx';
import { SavedPage } from './shell/saved-page.tsx';
import { createOpenTrace } from './trace/open-trace.ts';
import { createOpenTraces } from './trace/open-traces.ts';
import { createTraceLayout } from './trace/trace-layout.ts';

const saved = readSaved(document);
if (saved === undefined) showLive();
else showSaved(saved);

function showLive(): void {
  const theme = createTheme(document.documentElement);
  const app = createApp({ source: createLiveSource(), router: createRouter(window), theme });
  show(app, <Page list={createTraceList(app)} traces={createOpenTraces(app)} layout={createTraceLayout()} />);
}

function showSaved(saved: SavedTrace): void {
  const theme = createTheme(document.documentElement);
  const { traceId } = saved.trace.summary;
  const app = createApp({ source: createSavedSource(saved), router: createFixedRouter(traceId), theme });
  show(app, <SavedPage saved={saved} open={createOpenTrace(app, traceId)} layout={createTraceLayout()} />);
}

function show(app: App, page: ComponentChild): void {
  const root = document.getElementById('page');
  if (root !== null) render(<AppContext.Provider value={app}>{page}</AppContext.Provider>, root);
}
