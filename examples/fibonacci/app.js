// node --import @clew/sdk/register app.js, then: curl http://127.0.0.1:3000/fib/30
import { trace } from '@opentelemetry/api';
import Fastify from 'fastify';

const tracer = trace.getTracer('fibonacci');
const app = Fastify();
const params = { type: 'object', properties: { n: { type: 'integer', maximum: 40 } } };

app.get('/fib/:n', { schema: { params } }, ({ params: { n } }) =>
  tracer.startActiveSpan('fibonacci', { attributes: { 'fibonacci.n': n } }, (span) => {
    const result = fibonacci(n);
    span.end();
    return { n, result };
  }),
);

function fibonacci(n) {
  return n < 2 ? n : fibonacci(n - 1) + fibonacci(n - 2);
}

console.log(`listening on ${await app.listen({ port: Number(process.env.PORT ?? 3000) })}`);
