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

/** The colours and shapes of the portal, in the reader's colour scheme. */
const style = `
:root{color-scheme:light dark;--text:#1a1a1a;--ground:#fff;--line:#595959;--main:#0b6b57;--on-main:#fff;--wrong:#a30000;--wrong-ground:#fff2f2}
@media (prefers-color-scheme:dark){:root{--text:#e4e6e8;--ground:#242424;--line:#9aa0a6;--main:#48aa92;--on-main:#111;--wrong:#ff8787;--wrong-ground:#3b1f1f}}
body{font:1.0625rem/1.55 system-ui,-apple-system,"Segoe UI",Roboto,"Helvetica Neue","Noto Sans",Arial,sans-serif;color:var(--text);background:var(--ground);margin:0}
main{max-width:38rem;margin:0 auto;padding:2rem 1rem}
main::before{content:"fairway";display:block;font-weight:700;color:var(--main);border-bottom:3px solid var(--main);padding-bottom:.5rem;margin-bottom:1.5rem}
h1{font-size:1.6rem;font-weight:650;line-height:1.25}
fieldset{border:1px solid var(--line);border-radius:.5rem;margin:1.25rem 0;padding:.5rem 1rem}
legend,label{font-weight:600}
.choice{display:flex;gap:.6rem;padding:.35rem 0}
.choice label{font-weight:400}
input[type=text],input[type=password]{display:block;width:100%;box-sizing:border-box;font:inherit;color:inherit;background:var(--ground);padding:.5rem;border:1px solid var(--line);border-radius:.5rem;margin:.25rem 0 1rem}
input[type=checkbox],input[type=radio]{width:1.25rem;height:1.25rem;flex:none;margin:.15rem 0 0;accent-color:var(--main)}
button{font:inherit;font-weight:600;padding:.5rem 1.25rem;border-radius:.5rem;border:2px solid var(--main);background:var(--main);color:var(--on-main);margin:0 .75rem .75rem 0;cursor:pointer}
button.second{background:var(--ground);color:var(--main)}
a{color:var(--main)}
:focus-visible{outline:2px solid var(--main);outline-offset:2px}
[role=alert]{border-left:.4rem solid var(--wrong);padding:.25rem 1rem;background:var(--wrong-ground)}
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
