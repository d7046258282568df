import type { InstrumentationScope } from '@opentelemetry/core';
import type { Resource } from '@opentelemetry/resources';

import type { ResourcePart } from './request-parts.ts';

/** How the items of one signal become the requests of one protocol. */
export interface SignalFormat<Item> {
  /** Number of the arena queue that holds such items: one of its own for each signal and encoding, the same in all threads. */
  readonly queue: number;
  /**
   * Encodes one item.
   *
   * @returns its bytes at the start of `buffer`, which the next call overwrites
   * @throws when it cannot be encoded
   */
  encode(item: Item): { readonly buffer: Buffer; readonly length: number };
  scopeOf(item: Item): InstrumentationScope;
  defineScope(scope: InstrumentationScope): Uint8Array;
  defineResource(resource: Resource): Uint8Array;
  /** @param resource for items whose own is not known */
  request(parts: readonly ResourcePart[], resource: Uint8Array): Buffer;
  /** Decodes the backend's answer to a request that it accepted, as upstream's serializers do. */
  readAnswer(answer: Uint8Array): unknown;
}
