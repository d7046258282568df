import type { JSX } from 'preact';

import type { MetricSeries } from '../../src/api/answers.ts';
import { useApp } from '../app/app.ts';
import { matchesWords } from '../list/matches-words.ts';
import { Notice, Reading } from '../shared/notice.tsx';
import { ServiceName } from '../shared/service-name.tsx';
import { useLive } from '../shared/use-live.ts';
import { inlinePairs } from '../text/format-value.ts';
import { formatClock } from '../text/format-time.ts';
import { visibleStart } from '../text/visible-text.ts';
import { formatMetric } from './format-metric.ts';

/** The last value of each series. */
export function MetricListView({ query }: { readonly query: string }): JSX.Element {
  const { source } = useApp();
  const { value: answer, problem } = useLive(() => source.metrics(), [source]);
  if (answer === undefined) {
    return problem === undefined ? (
      <Reading what="the metrics" />
    ) : (
      <Notice title="The metrics could not be read" text={problem} />
    );
  }
  if (answer.metrics.length === 0) {
    return (
      <Notice
        title="No metrics yet"
        text="The last value of each series is shown here. The SDK of Clew sends metrics when metrics.export is on; other SDKs do so by default."
      />
    );
  }
  const shown = answer.metrics.filter(({ service, name, attributes }) =>
    matchesWords(query, [service, name, inlinePairs(attributes)]),
  );
  if (shown.length === 0) {
    return <Notice title="No metric matches" text={`None of ${answer.metrics.length} series has all of: ${query}`} />;
  }
  return (
    <section class="metric-list" aria-label="Metrics">
      <div class="list-bar">
        <span class="totals">
          {shown.length.toLocaleString('en')} series
          {answer.omitted === 0 ? '' : `, ${answer.omitted} more left out`}
        </span>
      </div>
      <div class="table-scroll" tabIndex={0} role="region" aria-label="Table of metrics" data-scrolls>
        <table class="data-table">
          <thead>
            <tr>
              <th scope="col">Service</th>
              <th scope="col">Metric</th>
              <th scope="col">Attributes</th>
              <th scope="col" class="is-number">
                Last value
              </th>
              <th scope="col" class="is-number">
                Time
              </th>
            </tr>
          </thead>
          <tbody>
            {shown.map((series, index) => (
              <Series key={index} series={series} />
            ))}
          </tbody>
        </table>
      </div>
    </section>
  );
}

function Series({ series }: { readonly series: MetricSeries }): JSX.Element {
  return (
    <tr title={visibleStart(series.description, 300)}>
      <td>
        <ServiceName service={series.service} />
      </td>
      <th scope="row">
        {visibleStart(series.name, 120)} <span class="metric-type">{series.type}</span>
      </th>
      <td class="metric-attributes">{visibleStart(inlinePairs(series.attributes), 300)}</td>
      <td class="is-number">{visibleStart(formatMetric(series), 60)}</td>
      <td class="is-number time">{formatClock(series.timeUnixNano)}</td>
    </tr>
  );
}
