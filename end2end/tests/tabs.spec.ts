import { type Page } from '@playwright/test';
import { go, people } from '../support/people';
import { expect, test, world } from '../support/test';
import { fileMany } from '../support/vpn';

const here = world();

const mark = (page: Page) => page.locator('.split__list .live');

test('with more tabs than a browser has connections, each goes on answering', async ({ visit }) => {
  const { docket } = here;
  const lena = await visit(docket, people.lena);
  await fileMany(lena, docket.url, 2);
  const first = await visit(docket, people.bea);
  await go(first, `${docket.url}/inbox`);
  await expect(mark(first)).toHaveAttribute('data-state', 'live');
  for (let tab = 2; tab <= 8; tab++) {
    const next = await first.context().newPage();
    await go(next, `${docket.url}/inbox`);
    await expect(mark(next)).toHaveAttribute('data-state', 'live');
  }
  // What others took the place of comes back where it is looked at, and asks what it likes.
  await expect(mark(first)).toHaveAttribute('data-state', 'live');
  const shown = first.locator('.inbox__view .serial');
  const before = await shown.innerText();
  await first.keyboard.press('j');
  await expect(shown).not.toHaveText(before);
});

test('a tab that nobody looks at asks for no stream until it is shown', async ({ visit }) => {
  const { docket } = here;
  const bea = await visit(docket, people.bea);
  const streams: string[] = [];
  bea.on('request', (request) => new URL(request.url()).pathname === '/live' && streams.push(request.url()));
  await bea.addInitScript(() => Object.defineProperty(document, 'hidden', { get: () => !('shown' in window) }));
  await go(bea, `${docket.url}/inbox`);
  await expect(mark(bea)).toHaveAttribute('data-state', 'connecting');
  // A question that is answered after the page came alive: the stream would have been asked for before it.
  await bea.evaluate(() => fetch('/health/live'));
  expect(streams).toEqual([]);
  await bea.evaluate(() => {
    Object.assign(window, { shown: true });
    document.dispatchEvent(new Event('visibilitychange', { bubbles: true }));
  });
  await expect(mark(bea)).toHaveAttribute('data-state', 'live');
  expect(streams).toHaveLength(1);
});
