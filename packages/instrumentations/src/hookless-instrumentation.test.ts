import { channel } from 'node:diagnostics_channel';

import { recordSpans } from '@clew/testing';
import { ProxyTracerProvider, trace } from '@opentelemetry/api';
import { expect, test, vi } from 'vitest';

import { HooklessInstrumentation } from './hookless-instrumentation.ts';

const NAME = 'dummy.called';
const CHANNEL = channel(NAME);

/** Makes a span of each message. */
class DummyInstrumentation extends HooklessInstrumentation {
  readonly attached: string[] = [];

  constructor(config: { enabled?: boolean } = {}) {
    super('dummy', config);
    this.subscribe(NAME, (message) => this.tracer.startSpan((message as { name: string }).name).end());
    this.whileEnabled(() => {
      this.attached.push('on');
      return () => void this.attached.push('off');
    });
  }
}

test('its spans are those of the provider that was set last', () => {
  using recorded = recordSpans();
  const instrumentation = new DummyInstrumentation();

  CHANNEL.publish({ name: 'of the global provider' });
  instrumentation.setTracerProvider(new ProxyTracerProvider()); // it has nobody to make spans
  CHANNEL.publish({ name: 'of nobody' });
  instrumentation.setTracerProvider(trace.getTracerProvider());
  CHANNEL.publish({ name: 'of the one that was set' });
  instrumentation.disable();

  expect(recorded.spans.map(({ name }) => name)).toEqual(['of the global provider', 'of the one that was set']);
  expect(recorded.spans[0]?.instrumentationScope.name).toBe('dummy');
});

test('it gets messages while it is enabled, each once however often it is enabled', () => {
  using recorded = recordSpans();
  const instrumentation = new DummyInstrumentation({ enabled: false });

  CHANNEL.publish({ name: 'before' });
  instrumentation.enable();
  instrumentation.enable();
  CHANNEL.publish({ name: 'enabled' });
  instrumentation.disable();
  instrumentation.disable();
  CHANNEL.publish({ name: 'after' });
  instrumentation.enable();
  CHANNEL.publish({ name: 'again' });
  instrumentation.disable();

  expect(recorded.spans.map(({ name }) => name)).toEqual(['enabled', 'again']);
  expect(instrumentation.attached).toEqual(['on', 'off', 'on', 'off']);
  expect(CHANNEL.hasSubscribers).toBe(false);
});

test('a message that it cannot read throws nothing into the application', async () => {
  const uncaught = vi.fn<() => void>();
  process.once('uncaughtException', uncaught);
  const instrumentation = new DummyInstrumentation();

  CHANNEL.publish(undefined);
  await new Promise((resolve) => setImmediate(resolve)); // Node throws what a subscriber threw in a later tick
  instrumentation.disable();
  process.off('uncaughtException', uncaught);

  expect(uncaught).not.toHaveBeenCalled();
});
