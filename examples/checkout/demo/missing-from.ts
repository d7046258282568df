import { firstLocalRoot, hasError, serviceName, type Trace } from '@clew/viewer';

import type { Scenario } from './scenarios.ts';

/** Lists what keeps a trace from being the whole trace of a scenario; empty if nothing does. */
export function missingFrom(trace: Trace, scenario: Scenario): string[] {
  return [
    ...treeProblems(trace, scenario),
    ...spanProblems(trace, scenario),
    ...errorProblems(trace, scenario),
    ...logProblems(trace, scenario),
  ];
}

function treeProblems(trace: Trace, { root }: Scenario): string[] {
  const known = new Set(trace.spans.map(({ spanId }) => spanId));
  const roots = trace.spans.filter(({ parentSpanId }) => parentSpanId === undefined);
  const orphans = trace.spans.filter(({ parentSpanId }) => parentSpanId !== undefined && !known.has(parentSpanId));
  const name = firstLocalRoot(trace)?.name;
  return [
    ...(roots.length === 1 ? [] : [`it has ${roots.length} roots, not 1`]),
    ...(name === root ? [] : [`its root is ${name}, not ${root}`]),
    ...orphans.map((span) => `the parent of ${span.name} did not arrive`),
  ];
}

function spanProblems(trace: Trace, { services, spans }: Scenario): string[] {
  const seen = new Set(trace.spans.map(({ resource }) => serviceName(resource)));
  const count = (name: string) => trace.spans.filter((span) => span.name === name).length;
  return [
    ...services.filter((service) => !seen.has(service)).map((service) => `no span of ${service} arrived`),
    ...Object.entries(spans)
      .filter(([name, atLeast]) => count(name) < atLeast)
      .map(([name, atLeast]) => `${count(name)} of ${atLeast} spans named ${name} arrived`),
  ];
}

function errorProblems(trace: Trace, { error }: Scenario): string[] {
  const messages = trace.spans.filter(hasError).map(({ status }) => status.message);
  if (error === undefined) return messages.map((message) => `it has an error: ${message ?? 'without a message'}`);
  return messages.includes(error) ? [] : [`no span has the error ${error}`];
}

function logProblems(trace: Trace, { services, error }: Scenario): string[] {
  const writers = loggers(trace);
  const hasDebugLines = trace.logs.some(({ severityText }) => severityText?.toLowerCase() === 'debug');
  const shouldHave = error !== undefined; // they wait for an error, and are discarded without one
  return [
    ...services
      .filter((service) => !writers.includes(service))
      .map((service) => `no log line of ${service} carries its id`),
    ...(hasDebugLines === shouldHave ? [] : [`it comes ${hasDebugLines ? 'with' : 'without'} debug lines`]),
  ];
}

/** The services whose log lines carry the trace's id. */
export function loggers({ logs }: Trace): string[] {
  const names = logs.map(({ attributes }) => attributes['name']).filter((name) => typeof name === 'string');
  return [...new Set(names)].toSorted();
}
