/** The page around a landing page where no portal was built: a document, a style sheet, a policy that lets nothing run. https://www.w3.org/TR/CSP3/ */
import { html, type Markup } from './markup.ts';

/** What stands in the page, whoever sends it. */
export interface Framed {
  status: number;
  /** HTML between `<head>` and `</head>`, with the title */
  head: string;
  content: string;
  headers: Readonly<Record<string, string>>;
}

const policy = [
  "default-src 'none'",
  "style-src 'self'",
  "img-src 'self'",
  "form-action 'none'",
  "base-uri 'none'",
  "frame-ancestors 'none'",
].join('; ');

export const plainHeaders: Readonly<Record<string, string>> = {
  'content-type': 'text/html; charset=utf-8',
  'content-security-policy': policy,
  'referrer-policy': 'same-origin',
  'x-content-type-options': 'nosniff',
};

export function plainDocument({ head, content }: Pick<Framed, 'head' | 'content'>): string {
  const made: Markup = { markup: content };
  return `<!doctype html>\n${
    html`<html lang="en" dir="ltr">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
${{ markup: head }}
</head>
<body>
${made}
</body>
</html>
`.markup
  }`;
}

/** For what stands in the page before scripts run, and for nothing else. */
export const landingStyle = `.landing {
  max-width: 52rem;
  margin: 0 auto;
  padding: 1.5rem 1rem 4rem;
  font: 1rem/1.55 system-ui, sans-serif;
  overflow-wrap: anywhere;
}
.landing h1 { font-size: 1.75rem; line-height: 1.25; margin: 0.25rem 0 0.5rem; }
.landing h2 { font-size: 1.25rem; margin: 2rem 0 0.5rem; }
.landing h3 { font-size: 1.05rem; margin: 1.5rem 0 0.5rem; }
.landing dl { display: grid; grid-template-columns: minmax(7rem, max-content) 1fr; gap: 0.25rem 1rem; margin: 0; }
.landing dt { font-weight: 600; }
.landing dd { margin: 0; }
.landing ul { padding-inline-start: 1.25rem; }
.landing table { border-collapse: collapse; width: 100%; margin: 0.75rem 0; font-variant-numeric: tabular-nums; }
.landing caption { text-align: start; font-weight: 600; padding: 0.25rem 0; }
.landing th, .landing td { text-align: start; vertical-align: top; padding: 0.25rem 0.75rem 0.25rem 0; border-bottom: 1px solid #8886; }
.landing tbody th { font-weight: 400; }
.landing a[href] { color: light-dark(#0b6b57, #72c0ac); }
.landing code { font-family: ui-monospace, monospace; font-size: 0.9em; }
@media (max-width: 30rem) { .landing dl { grid-template-columns: 1fr; } .landing dd { margin-bottom: 0.5rem; } }
`;
