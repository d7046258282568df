import { createHash } from 'node:crypto';
import { extname } from 'node:path';

import type { SavedTrace } from './answers.ts';
import type { PageFiles } from './page-files.ts';

const SCRIPT = /<script\b[^>]*\bsrc="([^"]+)"[^>]*><\/script>/g;
const STYLE = /<link\b[^>]*\brel="stylesheet"[^>]*>/g;
const LINK = /<link\b[^>]*>/g;
const HREF = /\bhref="([^"]+)"/;

/**
 * The page as one file with a trace in it: its script, style and icon stand in the file itself, and its content security
 * policy allows nothing else, by their hashes.
 */
export function savedPage(files: PageFiles, saved: SavedTrace): string {
  const html = files.get('/index.html')?.body.toString() ?? '';
  const scripts = Array.from(html.matchAll(SCRIPT), ([, source = '']) => inlineScript(textOf(files, source)));
  const styles: string[] = [];
  const head = html
    .replaceAll(SCRIPT, '')
    .replaceAll(STYLE, (link) => {
      styles.push(inlineStyle(textOf(files, HREF.exec(link)?.[1] ?? '')));
      return '';
    })
    .replaceAll(LINK, (link) => link.replace(HREF, (_, source: string) => `href="${dataUrl(files, source)}"`));
  const policy = [
    "default-src 'none'",
    `script-src ${scripts.map(hashOf).join(' ')}`,
    `style-src ${styles.map(hashOf).join(' ')}`,
    'img-src data:',
    "base-uri 'none'",
    "form-action 'none'",
  ].join('; ');
  const inHead = [
    `<meta http-equiv="content-security-policy" content="${policy}">`,
    ...styles.map((style) => `<style>${style}</style>`),
  ];
  const inBody = [
    `<script type="application/json" id="clew-saved">${inlineJson(saved)}</script>`,
    ...scripts.map((script) => `<script type="module">${script}</script>`),
  ];
  // As functions: a replacement text has patterns of its own.
  return head
    .replace(/<head>/, (tag) => `${tag}<meta charset="utf-8">${inHead.join('\n')}`)
    .replace(/<\/body>/, (tag) => `${inBody.join('\n')}${tag}`);
}

/** A text of the page by the path in its own tags, which may be relative. */
function textOf(files: PageFiles, source: string): string {
  return files.get(pathOf(source))?.body.toString() ?? '';
}

function pathOf(source: string): string {
  return `/${source.replace(/^\.?\//, '')}`;
}

function dataUrl(files: PageFiles, source: string): string {
  const file = files.get(pathOf(source));
  if (file === undefined || extname(source) !== '.svg') return 'data:,';
  return `data:${file.contentType.split(';', 1)[0]};base64,${file.body.toString('base64')}`;
}

/** JSON that holds no `<`, and so no end of the element that it stands in. */
function inlineJson(value: unknown): string {
  return JSON.stringify(value).replaceAll('<', String.raw`\u003c`);
}

/** The text of a script without what would end its element: these stand in its strings and patterns only. */
function inlineScript(text: string): string {
  return text.replaceAll(/<(?=\/?script|!--)/gi, String.raw`\x3c`);
}

function inlineStyle(text: string): string {
  return text.replaceAll(/<(?=\/)/g, String.raw`\3c `);
}

function hashOf(text: string): string {
  return `'sha256-${createHash('sha256').update(text).digest('base64')}'`;
}
