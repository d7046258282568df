/** A part of a policy that the Collector does not do, or does otherwise. Quotes keys, numbers and names of rules only. */
export interface CollectorNote {
  /** Keys and indexes, such as `rules[0].unless`; empty for the whole policy. */
  readonly path: string;
  /** Name of the rule that it is about. */
  readonly rule: string | undefined;
  /** Difference to the policy in the process; completes the sentence that starts with the path. */
  readonly loss: string;
  /** Counterpart in the configuration. */
  readonly becomes: string;
}

/** Takes notes about one rule, or about the policy. */
export type TakeNote = (key: string, loss: string, becomes: string) => void;
