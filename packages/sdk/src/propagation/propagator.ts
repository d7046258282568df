import { createRequire } from 'node:module';

import type { TextMapPropagator } from '@opentelemetry/api';
import { withTarget } from '@clew/spans';
import { CompositePropagator } from '@opentelemetry/core';

import { baggagePropagator } from './baggage-propagator.ts';
import { jaegerBaggagePropagator, jaegerTracePropagator } from './jaeger-propagator.ts';
import { guardedPropagator } from '../guarded/guarded-propagator.ts';
import { partsByTarget, type Parts, type Propagate } from './share.ts';
import { injectionTarget } from './target-notes.ts';
import { createW3CPropagator } from './w3c-propagator.ts';

export type PropagatorName = 'tracecontext' | 'baggage' | 'b3' | 'b3multi' | 'xray' | 'jaeger' | 'none';

/** Propagators by name or as they are, and who is sent which part of our context. */
interface PropagatorOptions {
  readonly propagators: readonly (PropagatorName | TextMapPropagator)[];
  readonly propagate: Propagate;
}

/** A propagator of one part of our context: a target may be given the trace and not the baggage. */
interface Part {
  readonly carries: keyof Parts;
  readonly propagator: TextMapPropagator;
}

const require = createRequire(import.meta.url);

/**
 * The propagators of the options as one, which injects into each target what the options let it have. Those of rarer
 * formats are loaded when they are named.
 *
 * @param makesRandomIds whether the ids of traces that start here are random
 */
export function createPropagator(
  { propagators: named, propagate }: PropagatorOptions,
  makesRandomIds: boolean,
): TextMapPropagator & { toString(): string } {
  const parts = named
    .flatMap((each) => (typeof each === 'string' ? partsOf(each, makesRandomIds) : [carriesTrace(each)]))
    .map(({ carries, propagator }) => ({ carries, propagator: guardedPropagator(propagator) }));
  const composite = new CompositePropagator({ propagators: parts.map(({ propagator }) => propagator) });
  const whole = Object.values(propagate).every((share) => share === 'all')
    ? composite
    : injectByTarget(composite, parts, propagate);
  return Object.assign(whole, { toString: () => inWords(named, propagate) });
}

/** `propagator(tracecontext, baggage)`, with the shares that are not `all`: `…; trace to a.example, children none)`. */
function inWords(named: PropagatorOptions['propagators'], propagate: Propagate): string {
  const names = named.map((each) => (typeof each === 'string' ? each : 'own')).join(', ');
  const shares = Object.entries(propagate).flatMap(([part, share]: [string, unknown]) => {
    if (share === 'all') return [];
    if (Array.isArray(share)) return [`${part} to ${share.length === 0 ? 'no host' : share.join(' ')}`];
    return [`${part} ${typeof share === 'string' ? share : 'by function'}`];
  });
  return `propagator(${names}${shares.length === 0 ? '' : `; ${shares.join(', ')}`})`;
}

/** The target is asked for once for all parts: a function of the user decides by it. */
function injectByTarget(whole: TextMapPropagator, parts: readonly Part[], propagate: Propagate): TextMapPropagator {
  const partsFor = partsByTarget(propagate);
  return {
    fields: () => whole.fields(),
    extract: (context, carrier, getter) => whole.extract(context, carrier, getter),
    inject(context, carrier, setter) {
      const target = injectionTarget(context);
      const allowed = partsFor(target);
      const addressed = target === undefined ? context : withTarget(context, target);
      for (const { carries, propagator } of parts) {
        if (allowed[carries]) propagator.inject(addressed, carrier, setter);
      }
    },
  };
}

const carriesTrace = (propagator: TextMapPropagator): Part => ({ carries: 'trace', propagator });
const carriesBaggage = (propagator: TextMapPropagator): Part => ({ carries: 'baggage', propagator });

function partsOf(name: PropagatorName, makesRandomIds: boolean): Part[] {
  switch (name) {
    case 'tracecontext':
      return [carriesTrace(createW3CPropagator(makesRandomIds))];
    case 'baggage':
      return [carriesBaggage(baggagePropagator)];
    case 'b3':
    case 'b3multi': {
      const { B3Propagator, B3InjectEncoding } =
        require('@opentelemetry/propagator-b3') as typeof import('@opentelemetry/propagator-b3');
      const injectEncoding = name === 'b3' ? B3InjectEncoding.SINGLE_HEADER : B3InjectEncoding.MULTI_HEADER;
      return [carriesTrace(new B3Propagator({ injectEncoding }))];
    }
    case 'xray': {
      const { AWSXRayPropagator } =
        require('@opentelemetry/propagator-aws-xray') as typeof import('@opentelemetry/propagator-aws-xray');
      return [carriesTrace(new AWSXRayPropagator())];
    }
    case 'jaeger':
      return [carriesTrace(jaegerTracePropagator), carriesBaggage(jaegerBaggagePropagator)];
    case 'none':
      return [];
  }
}
