// A mail that nobody can deliver goes to a dead-letter queue. Run `node --import @clew/sdk/register amqplib.ts` with the URL
// of a RabbitMQ in RABBITMQ_URL: the refused mail is an error below `order.place`, and its burial a trace of its own, whose
// root is linked to the sender and says why it came: `clew.messaging.dead_letter_reason`.
import { span } from '@clew/spans';
import { connect } from 'amqplib';

const connection = await connect(process.env['RABBITMQ_URL'] ?? 'amqp://127.0.0.1');
const channel = await connection.createConfirmChannel();
await channel.assertQueue('undelivered', { autoDelete: true });
await channel.assertQueue('mail', {
  autoDelete: true,
  deadLetterExchange: '',
  deadLetterRoutingKey: 'undelivered',
});

await channel.consume('mail', (message) => {
  if (message !== null) channel.reject(message, false);
});
const buried = new Promise<void>((resolve) => {
  void channel.consume('undelivered', (message) => {
    if (message === null) return;
    span('mail.bury', () => console.log(`undelivered: ${message.content.toString()}`));
    channel.ack(message);
    resolve();
  });
});

await span('order.place', async () => {
  channel.sendToQueue('mail', Buffer.from('your order 7'));
  await channel.waitForConfirms();
});

await buried;
await channel.close();
await connection.close();
