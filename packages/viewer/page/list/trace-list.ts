import { batch, computed, type ReadonlySignal, signal } from '@preact/signals';

import type { TraceSummary } from '../../src/api/answers.ts';
import type { App } from '../app/app.ts';
import { throttle } from '../shared/throttle.ts';
import { appendPage, mergeList, updated } from './merge-list.ts';

/** The list of traces: what is shown of it, what waits, and what holds it still. */
export interface TraceList {
  readonly shown: ReadonlySignal<readonly TraceSummary[]>;
  /** New traces that are not shown, while the list is held still. */
  readonly waiting: ReadonlySignal<number>;
  /** Traces that the viewer has, whether they match or not. */
  readonly held: ReadonlySignal<number>;
  readonly status: ReadonlySignal<'loading' | 'ready' | 'failed'>;
  readonly problem: ReadonlySignal<string>;
  /** Trace that the keyboard is on. */
  readonly active: ReadonlySignal<string | undefined>;
  /** Place to which the list was scrolled when it was left. */
  scrollTop: number;
  setQuery(query: string): void;
  setActive(traceId: string | undefined): void;
  setScrolled(isScrolled: boolean): void;
  /** Leaves all rows in their places until the promise resolves: a click must not miss what it was meant for. */
  holdUntil(released: Promise<void>): void;
  /** Reads the next page, if there is one. */
  more(): Promise<void>;
  /** Shows what waits and lets the list run on. */
  showNew(): void;
}

const REFRESH_MILLIS = 200;

// oxlint-disable-next-line max-lines-per-function -- its functions close over one list; none is long
export function createTraceList(app: App): TraceList {
  const shown = signal<readonly TraceSummary[]>([]);
  const waiting = signal(0);
  const held = signal(0);
  const status = signal<'loading' | 'ready' | 'failed'>('loading');
  const problem = signal('');
  const active = signal<string>();
  const scrolled = signal(false);
  const isHeld = computed(() => app.paused.value || scrolled.value || active.value !== undefined);
  let query = '';
  let next: string | undefined;
  let isReadingMore = false;
  let released: Promise<void> | undefined;

  async function read(): Promise<void> {
    const asked = query;
    try {
      const answer = await app.source.traces(asked);
      await released;
      if (asked !== query) return;
      batch(() => {
        const isFirst = status.value !== 'ready';
        const merged = mergeList(shown.value, answer.traces, isHeld.value && !isFirst);
        if (!isHeld.value || isFirst) next = answer.next;
        shown.value = merged.shown;
        waiting.value = merged.waiting;
        held.value = answer.held;
        status.value = 'ready';
      });
    } catch (error) {
      if (asked !== query) return;
      problem.value = (error as Error).message;
      status.value = shown.value.length > 0 && status.value === 'ready' ? 'ready' : 'failed';
    }
  }

  const refresh = throttle(REFRESH_MILLIS, read);
  app.listen({
    tracesChanged(changed) {
      shown.value = updated(shown.value, changed.traces);
      refresh();
    },
    cleared() {
      batch(() => {
        shown.value = [];
        waiting.value = 0;
        active.value = undefined;
        scrolled.value = false;
      });
      refresh();
    },
    connected: (isConnected) => isConnected && refresh(),
  });

  return {
    shown,
    waiting,
    held,
    status,
    problem,
    active,
    scrollTop: 0,
    setQuery(nextQuery) {
      if (nextQuery === query && status.value !== 'loading') return;
      query = nextQuery;
      batch(() => {
        status.value = 'loading';
        active.value = undefined;
        scrolled.value = false;
        waiting.value = 0;
      });
      this.scrollTop = 0;
      void read();
    },
    setActive: (traceId) => void (active.value = traceId),
    holdUntil: (promise) => void (released = promise),
    setScrolled: (isScrolled) => void (scrolled.value = isScrolled),
    async more() {
      if (next === undefined || isReadingMore) return;
      isReadingMore = true;
      const asked = query;
      const answer = await app.source.traces(asked, next).catch(() => undefined);
      isReadingMore = false;
      if (answer === undefined || asked !== query) return;
      next = answer.next;
      shown.value = appendPage(shown.value, answer.traces);
    },
    showNew() {
      batch(() => {
        active.value = undefined;
        scrolled.value = false;
        app.paused.value = false;
      });
      this.scrollTop = 0;
      refresh();
    },
  };
}
