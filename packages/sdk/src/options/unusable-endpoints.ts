import type { Signal } from '../sending/otlp-settings.ts';
import { logExporters } from './other-signals.ts';
import { isHost } from './option-kind.ts';
import type { ResolvedOptions } from './options.ts';

/** An endpoint that was given and cannot be used. */
export interface UnusableEndpoint {
  /** Path of its option. */
  readonly path: string;
  /** Says that it lacks nothing but a scheme, which only gRPC does without. */
  readonly lacksScheme: boolean;
  /** Tells which signals are not exported, where there are any. */
  readonly consequence: string | undefined;
}

/** One exporter, and the endpoint that its options lead to. */
interface Exporter {
  readonly path: string;
  readonly signal: Signal;
  readonly name: 'otlp' | 'zipkin';
  readonly lacksScheme: boolean;
}

/**
 * Takes from the exporters those whose endpoint was given and cannot be used. The default endpoint is no substitute:
 * whoever listens there would get the data, and the API key in the headers.
 *
 * @param isRefused whether an option was given, and wrong in every source
 */
export function withoutUnusableEndpoints(
  options: ResolvedOptions,
  isRefused: (path: string) => boolean,
): { options: ResolvedOptions; unusable: UnusableEndpoint[] } {
  const stopped: Exporter[] = [];
  const unusable: UnusableEndpoint[] = [];
  const all = exportersIn(options, isRefused);
  for (const path of new Set(all.map((exporter) => exporter.path))) {
    const exporters = all.filter((exporter) => exporter.path === path);
    const bad = exporters.filter(({ lacksScheme }) => isRefused(path) || lacksScheme);
    const used = bad.filter((exporter) => namesOf(options, exporter.signal).includes(exporter.name));
    if (used.length === 0 && bad.length < exporters.length) continue; // nobody asks for what it is wrong for
    stopped.push(...used);
    const consequence = used.length > 0 ? consequenceOf(used) : undefined;
    unusable.push({ path, lacksScheme: !isRefused(path), consequence });
  }
  return { options: { ...options, exporters: exportersWithout(options, stopped) }, unusable };
}

function exportersIn({ otlp }: ResolvedOptions, isRefused: (path: string) => boolean): Exporter[] {
  const ofOtlp = (['traces', 'metrics', 'logs'] as const).map((signal): Exporter => {
    const own = `otlp.${signal}.endpoint`;
    const { endpoint = otlp.endpoint, protocol = otlp.protocol } = otlp[signal];
    const path = otlp[signal].endpoint !== undefined || isRefused(own) ? own : 'otlp.endpoint';
    return { path, signal, name: 'otlp', lacksScheme: protocol !== 'grpc' && isHost(endpoint) };
  });
  return [...ofOtlp, { path: 'zipkin.endpoint', signal: 'traces', name: 'zipkin', lacksScheme: false }];
}

function exportersWithout(options: ResolvedOptions, stopped: readonly Exporter[]): ResolvedOptions['exporters'] {
  const exporters: Record<Signal, readonly unknown[]> = { ...options.exporters };
  for (const { signal } of stopped) {
    const isStopped = (name: unknown) => stopped.some((each) => each.signal === signal && each.name === name);
    const left = namesOf(options, signal).filter((name) => !isStopped(name));
    exporters[signal] = left.length > 0 ? left : ['none'];
  }
  return exporters as ResolvedOptions['exporters'];
}

function namesOf(options: ResolvedOptions, signal: Signal): readonly unknown[] {
  return signal === 'logs' ? logExporters(options) : options.exporters[signal];
}

function consequenceOf(stopped: readonly Exporter[]): string {
  const signals = stopped.map(({ signal }) => signal);
  const list = [signals.slice(0, -1).join(', '), signals.at(-1)].filter((part) => part !== '').join(' and ');
  return `${list} are not exported ${stopped[0]?.name === 'zipkin' ? 'to Zipkin' : 'over OTLP'}`;
}
