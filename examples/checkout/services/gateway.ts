// The shop's door: Fastify in front of the orders service. No tracing code.
import Fastify from 'fastify';

const ordersUrl = process.env['ORDERS_URL'];

const gateway = Fastify({ logger: { name: 'gateway' } });

gateway.post('/checkout', async (request, reply) => {
  const answer = await fetch(`${ordersUrl}/orders`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify(request.body),
  });
  return reply.code(answer.status).send(await answer.json());
});

gateway.get<{ Params: { customer: string } }>('/customers/:customer/orders', async (request, reply) => {
  const answer = await fetch(`${ordersUrl}/customers/${request.params.customer}/orders`);
  return reply.code(answer.status).send(await answer.json());
});

/** For probes, which come so often that they are not logged. */
gateway.get('/healthz', { logLevel: 'warn' }, () => ({ status: 'ok' }));

const url = await gateway.listen({ host: '127.0.0.1', port: 0 });
process.send?.({ url });
