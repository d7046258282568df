import type { JSX } from 'preact';

import type { SpanDetails } from '../../src/api/answers.ts';
import { formatDateTime } from '../text/format-time.ts';
import { PairList } from './pair-list.tsx';

/** Ids, exact times and where the span comes from, as they were sent. */
export function SpanIds({ details }: { readonly details: SpanDetails }): JSX.Element {
  const { scope, flags } = details;
  const pairs: [string, string | undefined][] = [
    ['trace id', details.traceId],
    ['span id', details.spanId],
    ['parent id', details.parentSpanId],
    ['name', details.name],
    ['trace state', details.traceState],
    ['flags', flags === undefined ? undefined : `0x${flags.toString(16)}`],
    ['start', `${formatDateTime(details.startUnixNano)} (${details.startUnixNano})`],
    ['end', `${formatDateTime(details.endUnixNano)} (${details.endUnixNano})`],
    ['scope', scope.name === '' ? undefined : `${scope.name}${scope.version === '' ? '' : `@${scope.version}`}`],
  ];
  return <PairList pairs={pairs.filter((pair): pair is [string, string] => Boolean(pair[1]))} />;
}
