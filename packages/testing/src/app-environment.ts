/** Variables that an application must not inherit from the test: settings of an SDK, and the test's own trace. */
const NOT_INHERITED = /^(?:OTEL_.*|CLEW_.*|NODE_OPTIONS|TRACEPARENT|TRACESTATE|BAGGAGE)$/i;

const BATCH_DELAY_MILLIS = 100;

/**
 * The environment of an application under test: the one of this process without what would change its telemetry, with
 * `endpoint` as the backend and short batches, and on top of that `own`; a variable that is `undefined` there is unset.
 */
export function appEnvironment(
  inherited: NodeJS.ProcessEnv,
  endpoint: string,
  own: NodeJS.ProcessEnv = {},
): NodeJS.ProcessEnv {
  const kept = Object.entries(inherited).filter(([name]) => !NOT_INHERITED.test(name));
  return {
    ...Object.fromEntries(kept),
    OTEL_EXPORTER_OTLP_ENDPOINT: endpoint,
    OTEL_BSP_SCHEDULE_DELAY: String(BATCH_DELAY_MILLIS),
    ...own,
  };
}
