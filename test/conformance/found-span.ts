/** A value of an attribute as JavaScript has it; bytes are `bytes` and hex, `NaN` is a text. */
export type FoundValue =
  | string
  | number
  | boolean
  | null
  | readonly FoundValue[]
  | { readonly [key: string]: FoundValue };
export type FoundAttributes = Readonly<Record<string, FoundValue>>;

/** A span as a receiver found it, or as the application recorded it; what is absent is empty. */
export interface FoundSpan {
  readonly traceId: string;
  readonly spanId: string;
  readonly parentSpanId: string;
  readonly traceState: string;
  readonly flags: number;
  readonly name: string;
  readonly kind: number;
  readonly startTimeUnixNano: string;
  readonly endTimeUnixNano: string;
  readonly attributes: FoundAttributes;
  readonly droppedAttributesCount: number;
  readonly events: readonly { name: string; timeUnixNano: string; attributes: FoundAttributes }[];
  readonly links: readonly {
    traceId: string;
    spanId: string;
    traceState: string;
    flags: number;
    attributes: FoundAttributes;
  }[];
  readonly status: { readonly code: number; readonly message: string };
  readonly scope: { readonly name: string; readonly version: string };
  readonly resource: FoundAttributes;
}
