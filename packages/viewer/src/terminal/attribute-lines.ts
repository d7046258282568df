import type { AttributeValue } from '../attribute-value.ts';
import { formatValue } from '../reading/format-value.ts';
import type { SpanRecord } from '../span-record.ts';
import type { Paint } from './paint.ts';
import { printableStart } from './printable.ts';
import { wrapText } from './wrap-text.ts';

/** As many as an SDK lets a span have by default. */
const MAX_ATTRIBUTES = 128;
/** Lines that an attribute takes at most. */
const MAX_LINES = 8;
const INDENT = '    ';

/** The attributes of a span, one after the other as `key: value`, whole where they take no more than eight lines each. */
export function attributeLines(
  { attributes, droppedAttributesCount }: SpanRecord,
  columns: number,
  paint: Paint,
): string[] {
  const pairs = Object.entries(attributes);
  const lines = pairs.slice(0, MAX_ATTRIBUTES).flatMap(([key, value]) => {
    const text = `${printableStart(key)}: ${printableStart(textOf(value))}`;
    const room = { first: columns, rest: columns - INDENT.length, lines: MAX_LINES };
    return wrapText(text, room).map((line, i) => paint('dim', i === 0 ? line : INDENT + line));
  });
  const left = pairs.length - MAX_ATTRIBUTES;
  return [
    ...lines,
    ...(left > 0 ? [paint('dim', `… ${left} more attributes`)] : []),
    ...(droppedAttributesCount > 0 ? [paint('dim', `${droppedAttributesCount} dropped by the sender`)] : []),
  ];
}

function textOf(value: AttributeValue): string {
  return typeof value === 'string' ? value : formatValue(value);
}
