import type { JSX } from 'preact';

import { plural } from '../shared/plural.ts';
import { extentOf } from './move-in-trace.ts';
import type { OpenTrace } from './open-trace.ts';
import type { TraceModel } from './trace-model.ts';

/** Says what is odd about the trace as a whole, and what of it is not shown. */
export function TraceNotices({
  open,
  model,
}: {
  readonly open: OpenTrace;
  readonly model: TraceModel;
}): JSX.Element | null {
  const { spansOutside } = open.main.value;
  const omitted = omittedOf(model);
  const isForgotten = open.isForgotten.value;
  if (spansOutside === 0 && omitted === '' && !isForgotten) return null;
  return (
    <div class="trace-notices" role="note">
      {isForgotten ? <p>The viewer has forgotten this trace. What you see stays until you leave it.</p> : null}
      {spansOutside === 0 ? null : (
        <p>
          {plural(spansOutside, 'span')} {spansOutside === 1 ? 'lies' : 'lie'} hours or more away from the others:
          clocks may differ.{' '}
          <button
            type="button"
            class="text-button"
            onClick={() => void (open.zoom.value = open.zoom.peek() === undefined ? extentOf(model) : undefined)}
          >
            {open.zoom.value === undefined ? 'Show all of the time' : 'Show the others'}
          </button>
        </p>
      )}
      {omitted === '' ? null : <p>{omitted}</p>}
    </div>
  );
}

function omittedOf({ answer }: TraceModel): string {
  const { omitted } = answer;
  if (omitted === undefined) return '';
  const parts = [
    ...(omitted.notes > 0 ? [plural(omitted.notes, 'note')] : []),
    ...(omitted.links > 0 ? [plural(omitted.links, 'link')] : []),
    ...(omitted.logs > 0 ? [plural(omitted.logs, 'log line')] : []),
  ];
  return parts.length === 0 ? '' : `${parts.join(', ')} of this trace are not in its rows, but with their spans.`;
}
