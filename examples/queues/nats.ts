// An order is priced by request and reply, and its mail waits in a stream of JetStream until somebody sends it. Run it with
//   nats-server -js & node --import @clew/sdk/register nats.ts
// All is one trace, `order.place`, in which the mail is sent twice: the first attempt is refused and marked as an error.
import { AckPolicy, jetstream } from '@nats-io/jetstream';
import { connect } from '@nats-io/transport-node';
import { forEachMessage } from '@clew/queues/nats';
import { span } from '@clew/spans';

const connection = await connect({ servers: process.env['NATS_URL'] ?? 'nats://127.0.0.1:4222' });
const js = jetstream(connection);
const manager = await js.jetstreamManager();
await manager.streams.add({ name: 'mails', subjects: ['mails.*'] });
await manager.consumers.add('mails', { durable_name: 'mailer', ack_policy: AckPolicy.Explicit });

connection.subscribe('price', { callback: (_error, message) => void message.respond('42') });

await span('order.place', async () => {
  const price = await connection.request('price', 'book');
  await js.publish('mails.7', `you owe us ${price.string()}`);
});

const consumer = await js.consumers.get('mails', 'mailer');
const mails = await consumer.consume();
await forEachMessage(mails, async (message) => {
  if (message.info.deliveryCount === 1) {
    message.nak();
    return;
  }
  await span('mail.send', async () => console.log(message.string()));
  message.ack();
  mails.stop();
});
await manager.streams.delete('mails');
await connection.drain();
