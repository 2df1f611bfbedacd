/** The list of landing pages names no record that was closed, from the next request on. See docs/reference/landing-pages.md */
import { expect, test } from 'vitest';
import { startServer } from '../server.ts';
import { confidential } from './statements.ts';
import { library, licence } from './world.ts';

test('a data set whose record is closed or deleted is gone at once, and one that comes is there', async () => {
  const server = await startServer();
  try {
    const site = new URL(server.base).origin;
    const listed = async (): Promise<string[]> => {
      const { text } = await server.ask('GET', `${site}/sitemap.xml`, { as: '' });
      return [...text.matchAll(/data-set\/([a-z]+)</g)].map(([, id]) => id!).sort();
    };
    const put = (id: string, more: object = {}) =>
      server.ask('PUT', `Library/${id}`, { body: library(id, [licence('CC0-1.0')], more) });
    for (const id of ['one', 'two']) await put(id);
    expect(await listed()).toEqual(['one', 'two']);
    const [system, code] = confidential('V').split('|');
    await put('one', { meta: { security: [{ system, code }] } });
    expect(await listed()).toEqual(['two']);
    await put('one');
    expect(await listed()).toEqual(['one', 'two']);
    await server.ask('DELETE', 'Library/two');
    await put('three');
    expect(await listed()).toEqual(['one', 'three']);
  } finally {
    await server.close();
  }
});
