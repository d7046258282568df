import { render } from 'preact';

import { AppContext, createApp } from './app/app.ts';
import { createRouter } from './app/router.ts';
import { createTheme } from './app/theme.ts';
import { createLiveSource } from './data/live-source.ts';
import { createTraceList } from './list/trace-list.ts';
import { createOpenTraces } from './trace/open-traces.ts';
import { createTraceLayout } from './trace/trace-layout.ts';
import { Page } from './shell/page.tsx';

const app = createApp({
  source: createLiveSource(),
  router: createRouter(window),
  theme: createTheme(document.documentElement),
});
const root = document.getElementById('page');
if (root !== null) {
  render(
    <AppContext.Provider value={app}>
      <Page list={createTraceList(app)} traces={createOpenTraces(app)} layout={createTraceLayout()} />
    </AppContext.Provider>,
    root,
  );
}
