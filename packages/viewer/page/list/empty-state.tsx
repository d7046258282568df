import type { JSX } from 'preact';

import { useApp } from '../app/app.ts';
import { CopyButton } from '../shared/copy-button.tsx';
import { plural } from '../shared/plural.ts';
import { formatClock } from '../text/format-time.ts';
import { visibleStart } from '../text/visible-text.ts';

/** Tells how to send the first span, and what is wrong with what was sent. */
export function EmptyState(): JSX.Element {
  const stats = useApp().stats.value;
  const http = stats?.http ?? location.origin;
  return (
    <section class="empty-state" aria-labelledby="empty-title">
      <h1 id="empty-title">Waiting for the first trace</h1>
      <p class="counter" aria-live="polite">
        <span class="pulse" aria-hidden="true" />
        {plural(stats?.spans ?? 0, 'span')} received
      </p>
      <h2>An application on Node.js, as it is</h2>
      <Line text="npx @clew/cli run -- node app.js" />
      <h2>Any language with OpenTelemetry, over HTTP</h2>
      <Line text={`OTEL_EXPORTER_OTLP_ENDPOINT=${http}`} />
      {stats?.grpc === undefined ? null : (
        <>
          <h2>Or over gRPC</h2>
          <Line text={`OTEL_EXPORTER_OTLP_PROTOCOL=grpc OTEL_EXPORTER_OTLP_ENDPOINT=${stats.grpc}`} />
        </>
      )}
      <Hints />
    </section>
  );
}

function Line({ text }: { readonly text: string }): JSX.Element {
  return (
    <div class="command-line">
      <code>{text}</code>
      <CopyButton text={text} what="line" />
    </div>
  );
}

/** Something arrives, but no spans: that is worth a word. */
function Hints(): JSX.Element | null {
  const stats = useApp().stats.value;
  if (stats === undefined) return null;
  const { lastError, requests, untracedLogs, metrics } = stats;
  return (
    <div class="hints" aria-live="polite">
      {lastError === undefined ? null : (
        <p class="hint-error">
          <strong>A request was refused</strong> at {formatClock(lastError.timeUnixNano)}:{' '}
          {visibleStart(lastError.path, 100)} was answered with {lastError.status}, {visibleStart(lastError.problem)}
        </p>
      )}
      {lastError === undefined && requests > 0 ? (
        <p>
          {plural(requests, 'request')} arrived without spans ({plural(untracedLogs, 'log record')} outside of traces,{' '}
          {plural(metrics, 'metric')}). Spans are sent when they end, by most SDKs every 5 seconds.
        </p>
      ) : null}
    </div>
  );
}
