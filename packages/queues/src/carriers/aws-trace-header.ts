import { isSampled, parseTraceparent } from '@clew/trace-context';

import { fieldOf, textOf, type Carrier } from './carrier.ts';

const NAME = 'AWSTraceHeader';
const ROOT = /^1-([\da-f]{8})-([\da-f]{24})$/;
const PARENT = /^[\da-f]{16}$/;
const MAX_LENGTH = 1024;

/**
 * The system attribute `AWSTraceHeader` of SQS, which is not counted among the ten attributes: it carries the
 * `traceparent` in the format of X-Ray, and nothing else.
 *
 * @see https://docs.aws.amazon.com/xray/latest/devguide/xray-services-sqs.html
 */
export const awsTraceHeader: Carrier<Readonly<Record<string, unknown>> | null | undefined> = {
  get(attributes, name) {
    if (name !== 'traceparent') return undefined;
    const attribute = fieldOf(attributes, NAME);
    return toTraceparent(textOf(attribute) ?? textOf(fieldOf(attribute, 'StringValue')));
  },
  keys: (attributes) => (awsTraceHeader.get(attributes, 'traceparent') === undefined ? [] : ['traceparent']),
  set(attributes, { traceparent = '' }) {
    const parsed = parseTraceparent(traceparent);
    if (parsed === undefined) return attributes;
    const { traceId, parentId } = parsed;
    const root = `Root=1-${traceId.slice(0, 8)}-${traceId.slice(8)}`;
    const header = `${root};Parent=${parentId};Sampled=${isSampled(parsed) ? 1 : 0}`;
    return { ...attributes, [NAME]: { DataType: 'String', StringValue: header } };
  },
  room: () => ({ fields: 1, bytes: MAX_LENGTH }),
};

function toTraceparent(header: string | undefined): string | undefined {
  if (header === undefined || header.length > MAX_LENGTH) return undefined;
  const members = new Map(header.split(';').map((part) => splitAt(part.trim(), '=')));
  const [, epoch, rest] = ROOT.exec(members.get('Root') ?? '') ?? [];
  const parent = members.get('Parent') ?? '';
  if (epoch === undefined || rest === undefined || !PARENT.test(parent)) return undefined;
  return `00-${epoch}${rest}-${parent}-0${members.get('Sampled') === '1' ? 1 : 0}`;
}

function splitAt(text: string, mark: string): [string, string] {
  const at = text.indexOf(mark);
  return at === -1 ? [text, ''] : [text.slice(0, at), text.slice(at + 1)];
}
