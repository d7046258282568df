import { computed, type ReadonlySignal, signal } from '@preact/signals';

import type { DataSource } from '../data/data-source.ts';
import { findRows, mergedIndexes } from './find-rows.ts';
import type { TraceModel } from './trace-model.ts';

/** A search within a trace: names, services and notes at once, attributes as soon as the server has answered. */
export interface TraceFind {
  readonly text: ReadonlySignal<string>;
  /** Indexes of spans, in the order of rows. */
  readonly found: ReadonlySignal<readonly number[]>;
  readonly isFound: ReadonlySignal<ReadonlySet<number>>;
  setText(text: string): void;
}

const PAUSE_MILLIS = 200;

export function createTraceFind(
  source: DataSource,
  traceId: string,
  model: ReadonlySignal<TraceModel | undefined>,
): TraceFind {
  const text = signal('');
  const fromServer = signal<readonly string[]>([]);
  let pause: ReturnType<typeof setTimeout> | undefined;
  const found = computed(() => {
    if (model.value === undefined || text.value.trim() === '') return [];
    const { indexOf } = model.value;
    return mergedIndexes(
      findRows(model.value, text.value),
      fromServer.value.flatMap((id) => indexOf(id) ?? []),
    );
  });

  async function ask(asked: string): Promise<void> {
    const answer = await source.find(traceId, asked).catch(() => ({ spans: [] })); // names are still found here
    if (text.value === asked) fromServer.value = answer.spans;
  }

  return {
    text,
    found,
    isFound: computed(() => new Set(found.value)),
    setText(next) {
      text.value = next;
      fromServer.value = [];
      clearTimeout(pause);
      if (next.trim() !== '') pause = setTimeout(() => void ask(next), PAUSE_MILLIS);
    },
  };
}
