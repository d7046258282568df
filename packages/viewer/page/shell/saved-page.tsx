import type { JSX } from 'preact';

import type { SavedTrace } from '../../src/api/answers.ts';
import { useApp, useCommands } from '../app/app.ts';
import { plural } from '../shared/plural.ts';
import { formatDateTime } from '../text/format-time.ts';
import { visibleStart } from '../text/visible-text.ts';
import type { OpenTrace } from '../trace/open-trace.ts';
import type { TraceLayout } from '../trace/trace-layout.ts';
import { TraceView } from '../trace/trace-view.tsx';
import { Brand } from './brand.tsx';
import { Help } from './help.tsx';
import { HelpButton } from './help-button.tsx';
import { Message } from './message.tsx';
import { ThemeButton } from './theme-button.tsx';
import { useKeyListener } from './use-key-listener.ts';

export interface SavedPageProps {
  readonly saved: SavedTrace;
  readonly open: OpenTrace;
  readonly layout: TraceLayout;
}

/** The page of a file: one trace, and nothing else. */
export function SavedPage({ saved, open, layout }: SavedPageProps): JSX.Element {
  const { helpIsOpen, router } = useApp();
  useKeyListener();
  useCommands({ help: () => void (helpIsOpen.value = true) });
  const route = router.route.value;
  const omitted = saved.omittedDetails ?? 0;
  return (
    <>
      <header class="top-bar">
        <Brand />
        <p class="saved-facts">
          One trace, saved {formatDateTime(`${saved.savedUnixMillis}000000`)} by version{' '}
          {visibleStart(saved.version, 40)}
          {omitted === 0 ? '' : `; without the details of ${plural(omitted, 'span')}, for the size of the file`}
        </p>
        <div class="top-actions">
          <ThemeButton />
          <HelpButton />
        </div>
      </header>
      <main class="view">
        <TraceView open={open} layout={layout} spanId={route.view === 'trace' ? route.spanId : undefined} />
      </main>
      <Message />
      <Help />
    </>
  );
}
