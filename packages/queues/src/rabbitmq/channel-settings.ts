import type { Destination } from '../destination.ts';
import type { Relation } from '../relation.ts';

/** How the messages of a channel are traced, with every default filled in. */
export interface ChannelSettings {
  readonly relation: Relation | undefined;
  readonly maxParentAgeMillis: number | undefined;
  readonly maxSettleMillis: number;
  readonly settleSpans: boolean;
  readonly template: RabbitTemplate | undefined;
  /** The broker, as far as the channel's connection tells. */
  server(): Destination['server'];
}

/** The name that stands on spans in the place of one that is made of ids; `undefined` leaves it as it is. */
export type RabbitTemplate = (exchange: string, routingKey: string) => string | undefined;
