import { createRequire } from 'node:module';

import type { TextMapPropagator } from '@opentelemetry/api';
import { CompositePropagator } from '@opentelemetry/core';

import { baggagePropagator } from './baggage-propagator.ts';
import { jaegerBaggagePropagator, jaegerTracePropagator } from './jaeger-propagator.ts';
import { guardedPropagator } from '../guarded/guarded-propagator.ts';
import { injectOnlyTo, type Hosts } from './outgoing.ts';
import { createW3CPropagator } from './w3c-propagator.ts';

export type PropagatorName = 'tracecontext' | 'baggage' | 'b3' | 'b3multi' | 'xray' | 'jaeger' | 'none';

/** Propagators by name or as they are, and the hosts that each part is sent to. */
interface PropagatorOptions {
  readonly propagators: readonly (PropagatorName | TextMapPropagator)[];
  readonly propagate: { readonly trace: Hosts; readonly baggage: Hosts };
}

/** The propagators for a name, apart by what they carry: a host may be given the trace and not the baggage. */
interface Parts {
  readonly trace?: TextMapPropagator;
  readonly baggage?: TextMapPropagator;
}

const require = createRequire(import.meta.url);

/**
 * The propagators of the options as one, each injecting only where the options let it. Those of rarer formats are
 * loaded when they are named.
 *
 * @param makesRandomIds whether the ids of traces that start here are random
 */
export function createPropagator(
  { propagators: named, propagate }: PropagatorOptions,
  makesRandomIds: boolean,
): TextMapPropagator {
  const propagators = named.flatMap((each) => {
    const parts = typeof each === 'string' ? partsOf(each, makesRandomIds) : { trace: each };
    return [
      parts.trace && injectOnlyTo(propagate.trace, parts.trace),
      parts.baggage && injectOnlyTo(propagate.baggage, parts.baggage),
    ];
  });
  return new CompositePropagator({
    propagators: propagators.filter((each) => each !== undefined).map(guardedPropagator),
  });
}

function partsOf(name: PropagatorName, makesRandomIds: boolean): Parts {
  switch (name) {
    case 'tracecontext':
      return { trace: createW3CPropagator(makesRandomIds) };
    case 'baggage':
      return { baggage: baggagePropagator };
    case 'b3':
    case 'b3multi': {
      const { B3Propagator, B3InjectEncoding } =
        require('@opentelemetry/propagator-b3') as typeof import('@opentelemetry/propagator-b3');
      const injectEncoding = name === 'b3' ? B3InjectEncoding.SINGLE_HEADER : B3InjectEncoding.MULTI_HEADER;
      return { trace: new B3Propagator({ injectEncoding }) };
    }
    case 'xray': {
      const { AWSXRayPropagator } =
        require('@opentelemetry/propagator-aws-xray') as typeof import('@opentelemetry/propagator-aws-xray');
      return { trace: new AWSXRayPropagator() };
    }
    case 'jaeger':
      return { trace: jaegerTracePropagator, baggage: jaegerBaggagePropagator };
    case 'none':
      return {};
  }
}
