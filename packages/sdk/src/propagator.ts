import { createRequire } from 'node:module';

import type { TextMapPropagator } from '@opentelemetry/api';
import { CompositePropagator, W3CBaggagePropagator, W3CTraceContextPropagator } from '@opentelemetry/core';

import type { PropagatorName, ResolvedOptions } from './options.ts';

const require = createRequire(import.meta.url);

/** The propagators of the options as one; those of other formats than W3C's are loaded when they are named. */
export function createPropagator({ propagators }: ResolvedOptions): TextMapPropagator {
  const list = propagators.map((each) => (typeof each === 'string' ? createNamed(each) : each));
  return new CompositePropagator({ propagators: list.filter((each) => each !== undefined) });
}

function createNamed(name: PropagatorName): TextMapPropagator | undefined {
  switch (name) {
    case 'tracecontext':
      return new W3CTraceContextPropagator();
    case 'baggage':
      return new W3CBaggagePropagator();
    case 'b3':
    case 'b3multi': {
      const { B3Propagator, B3InjectEncoding } =
        require('@opentelemetry/propagator-b3') as typeof import('@opentelemetry/propagator-b3');
      const injectEncoding = name === 'b3' ? B3InjectEncoding.SINGLE_HEADER : B3InjectEncoding.MULTI_HEADER;
      return new B3Propagator({ injectEncoding });
    }
    case 'xray': {
      const { AWSXRayPropagator } =
        require('@opentelemetry/propagator-aws-xray') as typeof import('@opentelemetry/propagator-aws-xray');
      return new AWSXRayPropagator();
    }
    case 'none':
      return undefined;
  }
}
