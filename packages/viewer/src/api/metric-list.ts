import type { KeptSeries, MetricSnapshot } from '../store/create-metric-store.ts';
import type { MetricListAnswer, MetricSeries } from './answers.ts';
import { detailPairs } from './detail-value.ts';

/** The kept series of metrics as the API tells them. */
export function metricList({ metrics, omitted }: MetricSnapshot): Omit<MetricListAnswer, 'api'> {
  return { metrics: metrics.map(seriesOf), omitted };
}

function seriesOf({
  service,
  name,
  unit,
  description,
  type,
  attributes,
  timeUnixNano,
  value,
  count,
  sum,
}: KeptSeries): MetricSeries {
  return {
    service,
    name,
    unit,
    description,
    type,
    attributes: detailPairs(attributes),
    timeUnixNano: String(timeUnixNano),
    ...(Number.isFinite(value) && value !== undefined && { value }),
    ...(count !== undefined && { count }),
    ...(Number.isFinite(sum) && sum !== undefined && { sum }),
  };
}
