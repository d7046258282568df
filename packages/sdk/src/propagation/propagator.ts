import { createRequire } from 'node:module';

import type { TextMapPropagator } from '@opentelemetry/api';
import { CompositePropagator } from '@opentelemetry/core';

import { baggagePropagator } from './baggage-propagator.ts';
import { jaegerBaggagePropagator, jaegerTracePropagator } from './jaeger-propagator.ts';
import { guardedPropagator } from '../guarded/guarded-propagator.ts';
import type { PropagatorName, ResolvedOptions } from '../options/options.ts';
import { injectOnlyTo } from './outgoing.ts';
import { createW3CPropagator } from './w3c-propagator.ts';

/** The propagators for a name, apart by what they carry: a host may be given the trace and not the baggage. */
interface Parts {
  readonly trace?: TextMapPropagator;
  readonly baggage?: TextMapPropagator;
}

const require = createRequire(import.meta.url);

/**
 * The propagators of the options as one, each injecting only where the options let it. Those of rarer formats are
 * loaded when they are named.
 */
export function createPropagator(options: ResolvedOptions): TextMapPropagator {
  const { propagators: named, propagate } = options;
  const propagators = named.flatMap((each) => {
    const parts = typeof each === 'string' ? partsOf(each, options) : { trace: each };
    return [
      parts.trace && injectOnlyTo(propagate.trace, parts.trace),
      parts.baggage && injectOnlyTo(propagate.baggage, parts.baggage),
    ];
  });
  return new CompositePropagator({
    propagators: propagators.filter((each) => each !== undefined).map(guardedPropagator),
  });
}

function partsOf(name: PropagatorName, { idGenerator }: ResolvedOptions): Parts {
  switch (name) {
    case 'tracecontext':
      return { trace: createW3CPropagator(idGenerator === undefined) };
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
