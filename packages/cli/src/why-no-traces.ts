import type { RefusedRequest } from '@clew/viewer';

import { counted } from './counted.ts';
import type { RunNote } from './run-notes.ts';

/** All that is known about a run without traces. */
export interface RunFacts {
  /** Setting in the environment by which no traces are sent, e.g. `OTEL_SDK_DISABLED=true`. */
  readonly setting: string | undefined;
  /** An endpoint in the environment leads elsewhere. */
  readonly isElsewhere: boolean;
  /** The last request that the viewer refused. */
  readonly lastError: Pick<RefusedRequest, 'status' | 'problem'> | undefined;
  /** `undefined` where the processes could leave none. */
  readonly notes: readonly RunNote[] | undefined;
}

/** Says why no traces came, as far as is known, in one line; an empty text where nothing is. */
export function whyNoTraces({ setting, isElsewhere, lastError, notes }: RunFacts): string {
  if (setting !== undefined) return `${setting} is set in the environment`;
  if (isElsewhere) return 'they went to the OTLP endpoint that is set in the environment';
  if (lastError !== undefined) return `a request was refused with status ${lastError.status}: ${lastError.problem}`;
  return notes === undefined ? '' : whyByNotes(notes);
}

function whyByNotes(notes: readonly RunNote[]): string {
  const of = (wanted: string) => notes.filter(({ event }) => event === wanted);
  const started = of('start');
  const exits = of('exit');
  if (started.length === 0) return whyNothingStarted(of('tool').length, of('failed').length);
  if (exits.length > 0) return whyNothingCame(exits);
  if (started.every(({ state }) => state === 'disabled')) return 'the SDK is disabled in its configuration';
  if (started.every(({ state }) => state === 'foreign')) return 'another OpenTelemetry SDK runs in the command';
  return 'the command was killed, or ended so abruptly that nothing could be sent';
}

function whyNothingStarted(tools: number, failed: number): string {
  if (failed > 0) return 'Clew could not start in the command; see its message above';
  if (tools > 0) return 'only package managers ran, whose own traffic is left out';
  return 'the command started no Node.js process, or replaced NODE_OPTIONS';
}

/** Judges by processes that told what became of their spans. */
function whyNothingCame(exits: readonly RunNote[]): string {
  const sum = (count: (note: RunNote) => number) => exits.reduce((total, note) => total + count(note), 0);
  const [recorded, sent, dropped] = [
    sum((note) => note.recorded),
    sum((note) => note.sent),
    sum((note) => note.dropped),
  ];
  const sampledOut = sum((note) => note.sampledOut);
  const offSampler = exits.find((note) => note.offSampler !== '')?.offSampler;
  if (offSampler !== undefined) return `the sampler in the configuration is ${offSampler}`;
  const other = exits.find(({ exporters }) => !exporters.includes('otlp'))?.exporters.join(', ');
  if (other !== undefined) return `the exporter of traces in the configuration is ${other === '' ? 'none' : other}`;
  if (sent > 0)
    return `${counted(sent, 'span')} went to another OTLP endpoint, which is set in the configuration or in code`;
  if (dropped > 0) return `${counted(dropped, 'span')} could not be sent; see the message above`;
  if (sampledOut > 0) return `the sampling policy kept none of ${counted(sampledOut, 'span')}`;
  if (recorded > 0) return `${counted(recorded, 'span')} were recorded, and not sent before the end`;
  const libraries = [...new Set(exits.flatMap((note) => note.libraries))].toSorted();
  if (libraries.length === 0) return 'the command loaded nothing that Clew traces, such as http or a database client';
  const them = libraries.length === 1 ? 'it' : 'them';
  return `the command loaded ${libraries.join(', ')}, and no request, query or message passed through ${them}`;
}
