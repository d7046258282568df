import { serviceOf, timesOf, type TraceModel } from './trace-model.ts';

/** Part of the critical path that a service takes. */
export interface PathShare {
  readonly service: string;
  /** 0 to 1; 0 for a service that is not on the path. */
  readonly share: number;
}

/** Services of a trace with their shares of the critical path, the largest first. */
export function pathShares(model: TraceModel): PathShare[] {
  const nanos = new Map<string, number>(model.answer.services.map((service) => [service, 0]));
  let total = 0;
  for (const { span, from, to } of model.answer.critical) {
    const length = Math.max(0, to - from);
    const service = serviceOf(model, span);
    nanos.set(service, (nanos.get(service) ?? 0) + length);
    total += length;
  }
  const shares = Array.from(nanos, ([service, length]) => ({ service, share: total === 0 ? 0 : length / total }));
  return shares.sort((a, b) => b.share - a.share);
}

/** Nanoseconds of a span in which none of its children ran. */
export function selfTime(model: TraceModel, index: number): number {
  const { start, end } = timesOf(model, index);
  const last = model.subtreeEnd[index] ?? index + 1;
  const children: { start: number; end: number }[] = [];
  for (let child = index + 1; child < last; child = model.subtreeEnd[child] ?? last)
    children.push(timesOf(model, child));
  children.sort((a, b) => a.start - b.start);
  let self = 0;
  let covered = start; // everything before is a child's or counted
  for (const child of children) {
    if (child.start >= end) break;
    self += Math.max(0, child.start - covered);
    covered = Math.max(covered, child.end);
  }
  return self + Math.max(0, end - covered);
}
