import type { JSX } from 'preact';

import { formatNanos, formatOffset } from '../text/format-nanos.ts';
import { selfTime } from '../trace/path-shares.ts';
import type { TraceModel } from '../trace/trace-model.ts';

/** When a span began, how long it took, and how much of that was its own. */
export function SpanTiming({ model, index }: { readonly model: TraceModel; readonly index: number }): JSX.Element {
  const critical = (model.segments.get(index) ?? []).reduce((sum, { from, to }) => sum + to - from, 0);
  const facts = [
    ['Start', formatOffset(model.spans.start[index] ?? 0), 'after the start of the trace'],
    ['Duration', formatNanos(model.spans.duration[index] ?? 0), ''],
    ['Self', formatNanos(selfTime(model, index)), 'in which none of its children ran'],
    ['On the path', formatNanos(critical), 'on the critical path of the request'],
  ] as const;
  return (
    <dl class="timing">
      {facts.map(([name, value, tip]) => (
        <div key={name} title={tip}>
          <dt>{name}</dt>
          <dd>{value}</dd>
        </div>
      ))}
    </dl>
  );
}
