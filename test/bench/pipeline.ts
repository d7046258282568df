// What becomes of a span between its start and the bytes of a request, by OpenTelemetry's batches and by encoding each span
// when it ends. Each way is three processes of its own: what one has the compiler learn costs another.
import { inNanos, startSpanProcesses, takeTurns, TURNS } from './turn-process.ts';
import { machine } from './machine.ts';
import type { WAYS } from './span-works.ts';

const TITLES: Readonly<Record<keyof typeof WAYS, string>> = {
  opentelemetry: 'OpenTelemetry: batch, then serialize',
  clew: 'Clew: redacted, encoded at end and queued',
  'clew-guards': "the same with OpenTelemetry's tracer behind guards",
  'encode-at-end': "OpenTelemetry's span, encoded at end, nothing else",
  'spans-alone': "neither: OpenTelemetry's spans alone",
};
/** Of 512. */
const BATCHES = 40;
const SPANS = BATCHES * 512;

/** Runs the benchmark and returns its table in Markdown. */
export async function run(): Promise<string> {
  await using processes = await startSpanProcesses(Object.keys(TITLES));
  const costs = await takeTurns(processes.groups, SPANS);
  const [first = []] = costs;
  return [
    `${machine()}; medians of ${TURNS.measured} interleaved rounds of ${SPANS} spans in each of three processes`,
    '',
    '| from start to bytes | CPU ns a span | × the first |',
    '| --- | --: | --: |',
    ...Object.values(TITLES).map((title, index) => `| ${title} | ${inNanos(costs[index] ?? [], first)} |`),
  ].join('\n');
}
