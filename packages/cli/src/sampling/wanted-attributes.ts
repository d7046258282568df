import type { Condition, Policy } from '@clew/sampling/policy';

/** The attribute that tells the routes of a report apart. */
export const ROUTE = 'http.route';

/** Names of the attributes of spans that a policy asks about, and of those that reports are about. */
export function wantedAttributes({ head, rules }: Policy): ReadonlySet<string> {
  const wanted = new Set([ROUTE]);
  const collect = (conditions: readonly Condition[]): void => {
    for (const condition of conditions) {
      if (condition.on === 'attribute') wanted.add(condition.key);
      else if (condition.on === 'slowerThan') wanted.add(condition.per);
      else if (condition.on === 'anySpan') collect(condition.allOf);
    }
  };
  for (const { match, unless } of [...head, ...rules]) {
    for (const each of [match, unless]) if (Array.isArray(each)) collect(each as readonly Condition[]);
  }
  return wanted;
}
