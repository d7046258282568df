import { criticalPath } from '../reading/critical-path.ts';
import { spanTable } from '../reading/span-table.ts';
import { firstLocalRoot, type Trace } from '../trace.ts';
import type { Stretch } from './bar.ts';

/**
 * Stretches of spans on the critical path of the root's request, by span id, as shares of an axis from the start of the
 * trace on. `undefined` while the root has not arrived.
 *
 * @param length nanoseconds of the axis
 */
export function criticalStretches(trace: Trace, length: bigint): Map<string, Stretch[]> | undefined {
  const root = firstLocalRoot(trace);
  if (root === undefined) return undefined;
  const table = spanTable(trace);
  const stretches = new Map<string, Stretch[]>();
  for (const { span, from, to } of criticalPath(table, table.spans.indexOf(root))) {
    const spanId = table.spans[span]?.spanId ?? '';
    const stretch = { from: from / Number(length), to: to / Number(length) };
    const known = stretches.get(spanId);
    if (known === undefined) stretches.set(spanId, [stretch]);
    else known.push(stretch);
  }
  return stretches;
}
