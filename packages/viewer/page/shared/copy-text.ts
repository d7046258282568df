import type { App } from '../app/app.ts';

/** Copies a text and says so, e.g. `trace id copied`. */
export async function copyText(app: App, text: string, what: string): Promise<void> {
  const isCopied = await writeClipboard(text);
  app.message.value = isCopied ? `${what} copied` : `${what} could not be copied: the browser refused`;
}

async function writeClipboard(text: string): Promise<boolean> {
  try {
    await navigator.clipboard.writeText(text);
    return true;
  } catch {
    return copyBySelection(text); // the clipboard is for secure contexts alone, and a name of this machine is none
  }
}

function copyBySelection(text: string): boolean {
  const field = document.createElement('textarea');
  field.value = text;
  field.className = 'off-screen';
  document.body.append(field);
  field.select();
  const isCopied = document.execCommand('copy');
  field.remove();
  return isCopied;
}
