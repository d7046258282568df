/// <reference lib="dom" />
// The form of page.html.
import { headersFor, type Traceparent } from '@clew/trace-context';

import { traceClick } from './trace-click.ts';

const form = document.querySelector('form') as HTMLFormElement;
const status = document.querySelector('output') as HTMLOutputElement;

form.addEventListener('submit', (event) => {
  event.preventDefault();
  const { email } = Object.fromEntries(new FormData(form)) as { email: string };
  traceClick('click Invite', (traceparent) => invite(email, traceparent)).then(
    ({ traceId }) => void (status.textContent = `${email} is invited.\nTrace ${traceId}`),
    ({ message }: Error) => void (status.textContent = `Nobody is invited: ${message}`),
  );
});

async function invite(email: string, traceparent: Traceparent): Promise<Traceparent> {
  const answer = await fetch('/invitations', {
    method: 'POST',
    headers: { ...headersFor({ traceparent }), 'content-type': 'application/json' },
    body: JSON.stringify({ email }),
  });
  if (!answer.ok) throw new Error(`the API answered ${answer.status}`);
  return traceparent;
}
