import type { JSX } from 'preact';

import { IconButton } from '../shared/icon-button.tsx';
import { reveal } from '../trace/move-in-trace.ts';
import type { OpenTrace } from '../trace/open-trace.ts';
import type { TraceModel } from '../trace/trace-model.ts';
import { LogList } from './log-list.tsx';
import { SpanPanel } from './span-panel.tsx';

export interface DrawerProps {
  readonly open: OpenTrace;
  readonly model: TraceModel;
}

/** Beside the rows: the span that is selected, or the log lines of the trace. */
export function Drawer({ open, model }: DrawerProps): JSX.Element {
  const isLogs = open.drawer.value === 'logs';
  return (
    <aside class="drawer" aria-label={isLogs ? 'Log lines of the trace' : 'Span'}>
      {isLogs ? <TraceLogs open={open} model={model} /> : <SpanPanel open={open} model={model} />}
    </aside>
  );
}

function TraceLogs({ open, model }: DrawerProps): JSX.Element {
  return (
    <>
      <header class="drawer-head">
        <h2>Log lines of the trace</h2>
        <IconButton icon="close" label="Close" keys="Esc" onClick={() => void (open.drawer.value = 'closed')} />
      </header>
      <div class="drawer-body" tabIndex={0} role="region" aria-label="Log lines" data-scrolls>
        <LogList
          lines={model.answer.logs}
          since={model.answer.startUnixNano}
          onOpen={({ spanId }) => {
            const index = model.indexOf(spanId);
            if (index !== undefined) reveal(open, index);
          }}
        />
      </div>
    </>
  );
}
