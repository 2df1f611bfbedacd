/** The page of a data set that is not here, was withdrawn, or cannot be shown now. */
import { plain } from '../fair/plain.ts';
import type { PageParts } from './landing-html.ts';
import { html } from './markup.ts';

const told: Readonly<Record<number, { title: string; words: string }>> = {
  404: {
    title: 'There is no such data set here',
    words: 'Either there never was one under this address, or its conditions let nobody know of it without logging in.',
  },
  406: {
    title: 'This form is not offered',
    words: 'The page of a data set is not given in the form that was asked for.',
  },
  410: {
    title: 'This data set was withdrawn',
    words: 'Its record was deleted. Whoever published it may say why, and what took its place.',
  },
};
const failed = {
  title: 'The data set cannot be shown now',
  words: 'The server could not read it. Try again in a moment.',
};

export function missingPage(status: number, id: string, hasPortal: boolean): PageParts {
  const { title, words } = told[status] ?? failed;
  return {
    title,
    head: html`<title>${title}</title>\n<meta name="robots" content="noindex">\n<link rel="stylesheet" href="../landing.css">`
      .markup,
    content: html`<main class="landing">
<h1>${title}</h1>
<p><code dir="auto">${plain(id, 200)}</code></p>
<p>${words}</p>
${hasPortal ? html`<p><a href="../catalogue">All data sets</a> · <a href="../">Start page</a></p>` : undefined}
</main>`.markup,
  };
}
