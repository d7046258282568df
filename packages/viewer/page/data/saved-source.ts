import type { SavedTrace } from '../../src/api/answers.ts';
import { type DataSource, SourceProblem } from './data-source.ts';

/** The trace that a saved page has in itself; `undefined` in the page of a running viewer. */
export function readSaved(page: Document): SavedTrace | undefined {
  const text = page.getElementById('clew-saved')?.textContent;
  return text ? (JSON.parse(text) as SavedTrace) : undefined;
}

/** Answers out of a saved trace; nothing else is there. */
export function createSavedSource(saved: SavedTrace): DataSource {
  const nothing = () => Promise.reject(new SourceProblem(404, 'this is a saved trace; it has nothing else'));
  const { traceId } = saved.trace.summary;
  const ours = <T>(wanted: string, answer: T | undefined): Promise<T> =>
    wanted === traceId && answer !== undefined ? Promise.resolve(answer) : nothing();

  return {
    kind: 'saved',
    traces: nothing,
    trace: (wanted) => ours(wanted, saved.trace),
    span(wanted, spanId) {
      const span = saved.details[spanId];
      return ours(wanted, span && { api: 1, span });
    },
    find: (wanted, text) => ours(wanted, { api: 1, spans: spansWith(saved, text) }),
    text: (wanted) => ours(wanted, saved.text),
    errors: nothing,
    map: nothing,
    logs: nothing,
    metrics: nothing,
    clear: nothing,
    subscribe: () => () => {},
  };
}

function spansWith({ details }: SavedTrace, text: string): string[] {
  const wanted = text.toLowerCase();
  return Object.values(details)
    .filter(({ attributes, events, logs }) => [attributes, events, logs].some((part) => contains(part, wanted)))
    .map(({ spanId }) => spanId);
}

function contains(part: object, wanted: string): boolean {
  return JSON.stringify(part).toLowerCase().includes(wanted);
}
