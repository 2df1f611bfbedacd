/** Pages of the authorization server: plain HTML without scripts, readable by everyone, closed to everything foreign. https://www.w3.org/TR/WCAG22/ */
import { hash } from 'node:crypto';

/** Text that is HTML already. Everything else is escaped. */
export interface Html {
  html: string;
}

/** Builds HTML; whatever is put in is escaped unless it is `Html` itself. */
export function html(
  parts: TemplateStringsArray,
  ...values: readonly (string | number | Html | readonly Html[])[]
): Html {
  let text = parts[0]!;
  for (const [at, value] of values.entries()) text += escaped(value) + parts[at + 1]!;
  return { html: text };
}

function escaped(value: string | number | Html | readonly Html[]): string {
  if (typeof value === 'object') return 'html' in value ? value.html : value.map((one) => one.html).join('');
  return String(value).replace(/[&<>"'`]/g, (one) => `&#${one.charCodeAt(0)};`);
}

export const nothing: Html = { html: '' };

const style = `
:root{color-scheme:light}
body{font:1.125rem/1.5 system-ui,sans-serif;color:#1a1a1a;background:#fff;margin:0}
main{max-width:38rem;margin:0 auto;padding:2rem 1rem}
h1{font-size:1.6rem;line-height:1.25}
fieldset{border:1px solid #595959;border-radius:.25rem;margin:1.25rem 0;padding:.5rem 1rem}
legend,label{font-weight:600}
.choice{display:flex;gap:.6rem;padding:.35rem 0}
.choice label{font-weight:400}
input[type=text],input[type=password]{display:block;width:100%;box-sizing:border-box;font:inherit;padding:.5rem;border:1px solid #595959;border-radius:.25rem;margin:.25rem 0 1rem}
input[type=checkbox],input[type=radio]{width:1.25rem;height:1.25rem;flex:none;margin:.15rem 0 0}
button{font:inherit;padding:.6rem 1.25rem;border-radius:.25rem;border:2px solid #0b4a8f;background:#0b4a8f;color:#fff;margin:0 .75rem .75rem 0;cursor:pointer}
button.second{background:#fff;color:#0b4a8f}
a{color:#0b4a8f}
:focus-visible{outline:3px solid #b34700;outline-offset:2px}
[role=alert]{border-left:.4rem solid #a30000;padding:.25rem 1rem;background:#fff2f2}
.name{overflow-wrap:anywhere}
`;
const styleHash = `'sha256-${hash('sha256', style, 'base64')}'`;

export interface Page {
  title: string;
  main: Html;
  /** said first, as something that went wrong */
  alert?: string;
}

export function pageText({ title, main, alert }: Page): string {
  const said = alert === undefined ? nothing : html`<p role="alert">${alert}</p>`;
  return html`<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>${alert === undefined ? title : `Error: ${title}`}</title>
<style>${{ html: style }}</style>
</head>
<body>
<main>
<h1>${title}</h1>
${said}
${main}
</main>
</body>
</html>
`.html;
}

/**
 * Headers of every page. `goesTo` are the addresses to which forms may lead in the end: browsers hold redirects after
 * a form to the policy too. oidc-provider adds the digest of its own submitting script where it needs one.
 */
export function pageHeaders(goesTo: readonly string[] = []): Readonly<Record<string, string>> {
  const targets = ["'self'", ...goesTo.map(sourceOf).filter((source) => source !== undefined)].join(' ');
  return {
    'content-security-policy': `default-src 'none'; style-src ${styleHash}; script-src; form-action ${targets}; frame-ancestors 'none'; base-uri 'none'`,
    'cache-control': 'no-store',
    // Browsers name no origin in forms under no-referrer, and the origin of forms is checked.
    'referrer-policy': 'same-origin',
    'x-content-type-options': 'nosniff',
    'x-frame-options': 'DENY',
    'cross-origin-opener-policy': 'same-origin-allow-popups',
    'cross-origin-resource-policy': 'same-origin',
    'permissions-policy': 'camera=(), geolocation=(), microphone=()',
  };
}

function sourceOf(address: string): string | undefined {
  const url = URL.parse(address);
  return url !== null && /^https?:$/.test(url.protocol) ? url.origin : undefined;
}
