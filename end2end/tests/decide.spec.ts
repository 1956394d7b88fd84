import type { Page } from '@playwright/test';
import { accessible, fits } from '../support/axe';
import { approved } from '../support/form';
import { go, people } from '../support/people';
import { expect, test, world } from '../support/test';
import { fileMany, standing } from '../support/vpn';

const here = world();

async function openInbox(page: Page, address: string): Promise<void> {
  await go(page, address);
  await expect(page.locator('.split__list .live')).toHaveAttribute('data-state', 'live');
  await expect(page.locator('.inbox__view .docket')).toBeVisible();
}

/** The number that is shown beside the list. */
const shown = (page: Page) => page.locator('.inbox__view .serial').innerText();

/** What is held; what went against a decision is another line. */
const strip = (page: Page) => page.locator('.held__line:not(.held__line--bad)');

test('a held key decides once, the next needs a new press, and U takes it back', async ({ visit }) => {
  const { docket } = here;
  const lena = await visit(docket, people.lena);
  const [first, second] = (await fileMany(lena, docket.url, 2)) as [string, string];
  const bea = await visit(docket, people.bea);
  await openInbox(bea, `${docket.url}/inbox/${first}`);
  let sent = 0;
  bea.on('request', (request) => (sent += request.url().endsWith('/decide_many') ? 1 : 0));
  for (let repeat = 0; repeat < 30; repeat++) await bea.keyboard.down('a');
  await expect(strip(bea)).toHaveCount(1);
  await expect(bea.locator('.inrow', { hasText: first.slice(3) })).toContainText('Approving');
  await expect(bea.locator('.inbox__view .serial')).not.toHaveText(first);
  for (let repeat = 0; repeat < 30; repeat++) await bea.keyboard.down('a');
  expect(sent, 'one press decides once').toBe(1);
  await bea.keyboard.up('a');

  // Undo returns to the request; nothing has happened to it.
  await bea.keyboard.press('u');
  await expect(strip(bea)).toHaveCount(0);
  await expect(bea.locator('.inbox__view .serial')).toHaveText(first);
  await expect(bea.locator(`#row-${first}`)).toBeFocused();
  expect(await standing(bea, docket.url, first)).toBe('pending_approval');

  // A held Enter presses the button once, and what is held survives that the page is left.
  await bea.getByRole('button', { name: /^Approve/ }).focus();
  for (let repeat = 0; repeat < 30; repeat++) await bea.keyboard.down('Enter');
  await bea.keyboard.up('Enter');
  await expect(strip(bea)).toContainText(`Approving ${first}`);
  expect(sent).toBe(2);
  await go(bea, `${docket.url}/requests`);
  await openInbox(bea, `${docket.url}/inbox/${second}`);
  await expect(strip(bea)).toContainText(`Approving ${first}`);
  await expect.poll(() => standing(bea, docket.url, first), { timeout: 30_000 }).not.toBe('pending_approval');
});

test('somebody who was faster is named when the hold is over', async ({ visit }) => {
  const { docket } = here;
  const lena = await visit(docket, people.lena);
  const [number] = (await fileMany(lena, docket.url, 1)) as [string];
  const samir = await visit(docket, people.samir);
  await openInbox(samir, `${docket.url}/inbox/${number}`);
  const bea = await visit(docket, people.bea);
  await openInbox(bea, `${docket.url}/inbox/${number}`);
  await samir.keyboard.press('a');
  await expect(strip(samir)).toContainText(`Approving ${number}`);
  await bea.keyboard.press('a');
  await approved(bea, number);
  const refused = samir.locator('.held__line--bad');
  await expect(refused).toContainText(new RegExp(`${number} was not approved: Bea Kowalski approved this`), { timeout: 30_000 });
  const told = samir.waitForResponse((answer) => answer.url().includes('approvals/dismiss_refused'));
  await refused.getByRole('button', { name: 'Dismiss' }).click();
  await expect(refused).toHaveCount(0);
  expect((await told).ok()).toBe(true);
  // Read is read: another page of hers does not tell it again.
  await openInbox(samir, `${docket.url}/inbox/${number}`);
  await expect(refused).toHaveCount(0);
});

test('declining by keyboard, in the inbox and on a request', async ({ visit }) => {
  const { docket } = here;
  const lena = await visit(docket, people.lena);
  const [number] = (await fileMany(lena, docket.url, 1)) as [string];
  const samir = await visit(docket, people.samir);
  await openInbox(samir, `${docket.url}/inbox/${number}`);
  // The letter that opens the reason is not written into it, however long it is held.
  for (let repeat = 0; repeat < 20; repeat++) await samir.keyboard.down('d');
  const reason = samir.getByLabel(/^Why you decline/);
  await expect(reason).toBeFocused();
  for (let repeat = 0; repeat < 20; repeat++) await samir.keyboard.down('d');
  await samir.keyboard.up('d');
  await expect(reason).toHaveValue('');
  await samir.keyboard.press('Control+Enter');
  await expect(samir.locator('.decide')).toContainText('Write why you decline');
  await samir.keyboard.type('Not this quarter');
  await samir.keyboard.press('Escape');
  await expect(samir.locator(`#row-${number}`)).toBeFocused();
  await samir.keyboard.press('d');
  await expect(reason).toHaveValue('Not this quarter');
  await samir.keyboard.press('Tab');
  await expect(samir.getByRole('button', { name: 'Decline' })).toBeFocused();
  await samir.keyboard.press('Shift+Tab');
  await samir.keyboard.press('Control+Enter');
  await expect(strip(samir)).toContainText(`Declining ${number}`);
  // Taken back, the words are there again.
  await samir.keyboard.press('u');
  await expect(samir.locator('.inbox__view .serial')).toHaveText(number);
  await expect(samir.getByLabel(/^Reason needed/)).toHaveValue('Not this quarter');
  await samir.keyboard.press('d');
  await samir.keyboard.press('Control+Enter');
  await strip(samir).getByRole('button', { name: 'Send now' }).press('Enter');
  await expect.poll(() => standing(samir, docket.url, number)).toBe('rejected');

  // Words alone decide nothing.
  await go(lena, `${docket.url}/requests`);
  const [other] = (await fileMany(lena, docket.url, 1)) as [string];
  await openInbox(samir, `${docket.url}/inbox/${other}`);
  await samir.getByLabel(/^Reason needed/).fill('Which door?');
  await samir.keyboard.press('Control+Enter');
  await expect(samir.locator('.decide')).toContainText('Choose below');
  await expect(strip(samir)).toHaveCount(0);
});

test('what arrives is opened as it is ringed, and a selection is what keys act on', async ({ visit }) => {
  const { docket } = here;
  const lena = await visit(docket, people.lena);
  const first = await fileMany(lena, docket.url, 3);
  const bea = await visit(docket, people.bea);
  await openInbox(bea, `${docket.url}/inbox/${first[0]}`);
  const [arrival] = (await fileMany(lena, docket.url, 1)) as [string];
  await expect(bea.getByRole('button', { name: '1 new request' })).toBeVisible();
  await bea.keyboard.press('n');
  await expect(bea.locator(`#row-${arrival}`)).toBeFocused();
  await expect(bea.locator('.inbox__view .serial')).toHaveText(arrival);

  await bea.keyboard.press('x');
  await bea.keyboard.press('k');
  await bea.keyboard.press('x');
  const chosen = await bea.locator('.inrow[data-checked] .docket-no').allInnerTexts();
  expect(chosen).toHaveLength(2);
  await bea.keyboard.press('k');
  const open = await shown(bea);
  await bea.keyboard.press('a');
  await expect(strip(bea)).toContainText('Approving 2 requests');
  await expect(bea.locator('.inrow', { hasText: open.slice(3) })).not.toContainText('Approving');
  expect(await shown(bea)).toBe(open);
  await bea.keyboard.press('u');
  await expect(strip(bea)).toHaveCount(0);
});

test('a decision on a phone', async ({ visit }) => {
  const { docket } = here;
  const lena = await visit(docket, people.lena);
  const [number] = (await fileMany(lena, docket.url, 1)) as [string];
  const samir = await visit(docket, people.samir, { viewport: { width: 390, height: 844 }, hasTouch: true });
  await go(samir, `${docket.url}/inbox/${number}`);
  await expect(samir.locator('.inbox__view .serial')).toHaveText(number);
  // In sight without scrolling, above the tab bar.
  const approve = samir.getByRole('button', { name: 'Approve', exact: true });
  const place = await approve.boundingBox();
  const tabs = await samir.locator('.tabbar').boundingBox();
  expect(place && tabs && place.y > 0 && place.y + place.height <= tabs.y).toBe(true);
  await fits(samir, 'the decision');
  await accessible(samir, 'the decision on a phone');
  await samir.getByRole('button', { name: 'Decline', exact: true }).tap();
  const reason = samir.getByLabel(/^Why you decline/);
  await expect(reason).toBeFocused();
  await expect(approve).toHaveCount(0);
  await reason.fill('Not this quarter');
  await accessible(samir, 'the reason on a phone');
  await samir.getByRole('button', { name: 'Not now' }).tap();
  await expect(reason).toHaveCount(0);
  await approve.tap();
  await expect(strip(samir)).toContainText(`Approving ${number}`);
  const undo = await strip(samir).getByRole('button', { name: 'Undo' }).boundingBox();
  expect(undo && undo.y < 200, 'it is in sight').toBe(true);
  await fits(samir, 'a decision that is held');
  await strip(samir).getByRole('button', { name: 'Undo' }).tap();
  await expect(samir.locator('.inbox__view .serial')).toHaveText(number);
});
