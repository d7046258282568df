// An order goes to a queue of SQS, and `sqs-consumer` ships it: one trace, `order.place`. Polling makes no traces. Run it with
//   QUEUE_URL=https://sqs.eu-west-1.amazonaws.com/123456789012/orders node --import @clew/sdk/register sqs.ts
// or against a fake: `moto_server`, with AWS_ENDPOINT_URL=http://127.0.0.1:5000 beside it.
import { CreateQueueCommand, SendMessageCommand, SQSClient } from '@aws-sdk/client-sqs';
import { span } from '@clew/spans';
import { Consumer } from 'sqs-consumer';

const sqs = new SQSClient({ region: process.env['AWS_REGION'] ?? 'us-east-1' });
const queueUrl = process.env['QUEUE_URL'] ?? (await createQueue('orders'));

await span('order.place', () => sqs.send(new SendMessageCommand({ QueueUrl: queueUrl, MessageBody: 'a book' })));

const consumer = Consumer.create({
  queueUrl,
  sqs,
  async handleMessage(message) {
    await span('order.ship', async () => console.log(message.Body));
    return message;
  },
});
consumer.on('message_processed', () => consumer.stop());
consumer.start();

async function createQueue(QueueName: string): Promise<string> {
  const { QueueUrl = '' } = await sqs.send(new CreateQueueCommand({ QueueName }));
  return QueueUrl;
}
