import { SendMessageCommand } from '@aws-sdk/client-sqs';
import { expect, test } from 'vitest';

import { copyCommand } from '@clew/queues/aws/internal';

test('the copy of a command of the application’s own class has what only its instances have', () => {
  class Counted extends SendMessageCommand {
    #count = 0;
    get count() {
      return this.#count;
    }
    override resolveMiddleware() {
      this.#count += 1;
      return (() => undefined) as never;
    }
  }
  const command = new Counted({ QueueUrl: 'q', MessageBody: 'x' });

  copyCommand(command).resolveMiddleware();

  expect(command.count).toBe(1);
});

test('the copy of an input that is an instance reads as the input does', () => {
  class Input {
    readonly #url = 'q';
    readonly MessageBody = 'x';
    readonly MessageAttributes = {};
    get QueueUrl() {
      return this.#url;
    }
  }
  const input = new Input();

  const { input: copy } = copyCommand(new SendMessageCommand(input));

  expect(copy).not.toBe(input);
  expect([copy.QueueUrl, copy.MessageBody]).toEqual(['q', 'x']);
  expect(copy.MessageAttributes).not.toBe(input.MessageAttributes);
});
