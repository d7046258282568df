import { handleBatch, handleOne } from './traced-handler.ts';
import type { SqsOptions } from './aws-options.ts';

/** A record of an event of SQS in Lambda. */
export interface SqsRecord {
  readonly messageId: string;
}

/** How the records of an event are handled. */
export interface RecordsOptions extends SqsOptions {
  /**
   * Answers records that fail as such, and goes on with the others. For functions whose event source has
   * `ReportBatchItemFailures`; in others the failed records would be lost. Default: false, the first error ends it.
   */
  readonly reportFailures?: boolean;
}

/** The answer of a function that reports failures. */
export interface BatchResponse {
  batchItemFailures: { itemIdentifier: string }[];
}

/**
 * Handles the records of an event of SQS in Lambda one after the other, each in a consumer span with the context of its
 * sender.
 *
 * @example
 * export const handler = (event) => processRecords(event, async (record) => ship(JSON.parse(record.body)));
 */
export async function processRecords<Record extends SqsRecord>(
  event: { readonly Records: readonly Record[] },
  handler: (record: Record) => unknown,
  options: RecordsOptions = {},
): Promise<BatchResponse> {
  const { Records: records } = event;
  const handling = { ...options, isWithinWork: true };
  const batchItemFailures: BatchResponse['batchItemFailures'] = [];
  const attempt = async (record: Record, handle: () => unknown) => {
    try {
      await handle();
    } catch (error) {
      if (options.reportFailures !== true) throw error;
      batchItemFailures.push({ itemIdentifier: record.messageId });
    }
  };
  const [only, ...others] = records;
  if (only !== undefined && others.length === 0) {
    await attempt(only, () => handleOne(only, handling, () => handler(only)));
  } else {
    await handleBatch(records, handling, async (batch) => {
      for (const record of records) await attempt(record, () => batch.each(record, () => handler(record)));
    });
  }
  return { batchItemFailures };
}
