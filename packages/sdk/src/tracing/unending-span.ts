import type { Span } from '@opentelemetry/api';

/**
 * A span that hands on what is said of a request, its route for one, and does not end it. It counts as one that is not recorded, so
 * that it is taken for no span of the SDK.
 */
export function unendingSpan(span: Span): Span {
  const handingOn =
    <Args extends unknown[]>(method: (...args: Args) => unknown) =>
    (...args: Args) => {
      method(...args);
      return standIn;
    };
  const standIn: Span = {
    spanContext: () => span.spanContext(),
    setAttribute: handingOn((...args: Parameters<Span['setAttribute']>) => span.setAttribute(...args)),
    setAttributes: handingOn((...args: Parameters<Span['setAttributes']>) => span.setAttributes(...args)),
    addEvent: handingOn((...args: Parameters<Span['addEvent']>) => span.addEvent(...args)),
    addLink: handingOn((...args: Parameters<Span['addLink']>) => span.addLink(...args)),
    addLinks: handingOn((...args: Parameters<Span['addLinks']>) => span.addLinks(...args)),
    setStatus: handingOn((...args: Parameters<Span['setStatus']>) => span.setStatus(...args)),
    updateName: handingOn((...args: Parameters<Span['updateName']>) => span.updateName(...args)),
    recordException: (...args) => span.recordException(...args),
    isRecording: () => false,
    end: () => {},
  };
  return standIn;
}
