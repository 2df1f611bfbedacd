/** Pages show text as text. */
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { html, pageHeaders, pageText } from './page.ts';

describe('html', () => {
  test('nothing that is put in becomes markup', () => {
    fc.assert(
      fc.property(fc.string(), fc.string(), (one, other) => {
        const { html: text } = html`<p title="${one}">${other}</p>`;
        expect(text).toMatch(/^<p title="[^<>"'`]*">[^<>"'`]*<\/p>$/);
        const back = text.replace(/&#(\d+);/g, (_, code: string) => String.fromCharCode(Number(code)));
        expect(back).toBe(`<p title="${one}">${other}</p>`);
      }),
    );
  });

  test('markup stays markup, lists are joined, numbers are written', () => {
    expect(html`<ul>${[html`<li>${1}</li>`, html`<li>&</li>`]}</ul>${html`<hr>`}`.html).toBe(
      '<ul><li>1</li><li>&</li></ul><hr>',
    );
  });
});

test('an error is named in the title, and said as an alert', () => {
  const text = pageText({ title: 'A <title>', main: html`<p>x</p>`, alert: 'not <this>' });
  expect(text).toContain('<title>Error: A &#60;title&#62;</title>');
  expect(text).toContain('<p role="alert">not &#60;this&#62;</p>');
});

test('forms lead to web addresses only', () => {
  const policy = pageHeaders(['https://a.example/x?y', 'javascript:alert(1)', "https://b.example'; script-src *", ''])[
    'content-security-policy'
  ]!;
  expect(policy).toContain("form-action 'self' https://a.example; frame-ancestors");
  expect(policy).not.toContain('*');
});
