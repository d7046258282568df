// Two orders are shipped in one batch. Run `node --import @clew/sdk/register kafkajs.ts` with a broker of Kafka in
// KAFKA_BROKER: the batch is one trace, with a link to each `order.place` and a span for each of its messages, in which the
// sender's baggage is active.
import { inMessage } from '@clew/queues/kafkajs';
import { span } from '@clew/spans';
import { Kafka, logLevel } from 'kafkajs';

const topic = process.env['TOPIC'] ?? 'orders';
const broker = process.env['KAFKA_BROKER'] ?? '127.0.0.1:9092';
const kafka = new Kafka({ clientId: 'shop', brokers: [broker], logLevel: logLevel.NOTHING });
const admin = kafka.admin();
await admin.connect();
await admin.createTopics({ topics: [{ topic, numPartitions: 1 }] });
await admin.disconnect();

const producer = kafka.producer();
await producer.connect();
for (const order of ['a book', 'a lamp']) {
  await span('order.place', () => producer.send({ topic, messages: [{ value: order }] }));
}

const consumer = kafka.consumer({ groupId: 'shipping' });
await consumer.connect();
await consumer.subscribe({ topics: [topic], fromBeginning: true });
await new Promise<void>((resolve) => {
  void consumer.run({
    async eachBatch({ batch }) {
      for (const message of batch.messages) {
        await inMessage(message, () => span('order.ship', async () => console.log(String(message.value))));
      }
      setImmediate(resolve);
    },
  });
});

await consumer.disconnect();
await producer.disconnect();
