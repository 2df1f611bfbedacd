/** What our own pages and endpoints answer, as data. https://www.rfc-editor.org/rfc/rfc9110 */
import { type Html, pageHeaders, pageText } from './page.ts';

export interface HttpAnswer {
  status: number;
  headers: Readonly<Record<string, string>>;
  body: string;
}

/** `goesTo`: addresses to which the page's forms lead in the end. */
export const pageAnswer = (status: number, body: string, goesTo: readonly string[] = []): HttpAnswer => ({
  status,
  headers: { ...pageHeaders(goesTo), 'content-type': 'text/html; charset=utf-8' },
  body,
});

export const redirectAnswer = (location: string, goesTo: readonly string[] = []): HttpAnswer => ({
  status: 303,
  headers: { ...pageHeaders(goesTo), location },
  body: '',
});

export const jsonAnswer = (
  status: number,
  value: unknown,
  headers: Readonly<Record<string, string>> = {},
): HttpAnswer => ({
  status,
  headers: { 'content-type': 'application/json', 'x-content-type-options': 'nosniff', ...headers },
  body: JSON.stringify(value),
});

/** A page that only says something. */
export const noticeAnswer = (status: number, title: string, main: Html, alert?: string): HttpAnswer =>
  pageAnswer(status, pageText({ title, main, ...(alert === undefined ? {} : { alert }) }));
