import type { Page } from '@playwright/test';
import { accessible } from '../support/axe';
import { go, people, ready } from '../support/people';
import { fileFault } from '../support/request';
import { expect, test, world } from '../support/test';

const here = world();

/** A lane of the board, by its words. */
const lane = (page: Page, name: string) => page.locator('.lane').filter({ has: page.getByRole('heading', { name, exact: true }) });
const card = (page: Page, number: string) => page.locator(`#card-${number}`);

/** The docket number of the first card of a lane that nobody has. */
async function first(page: Page, name: string): Promise<string> {
  const free = lane(page, name).locator('.card').filter({ has: page.getByRole('button', { name: /^Take/ }) }).first();
  return ((await free.locator('.card__link').getAttribute('id')) ?? '').replace('card-', '');
}

async function words(page: Page, dialog: string | RegExp, label: string, text: string, button: string): Promise<void> {
  const asked = page.getByRole('dialog', { name: dialog });
  await asked.getByLabel(label).fill(text);
  await asked.getByRole('button', { name: button, exact: true }).click();
  await expect(asked).toBeHidden();
}

async function move(page: Page, number: string, to: RegExp): Promise<void> {
  await expect(card(page, number)).toBeFocused();
  await page.keyboard.press('m');
  const menu = page.getByRole('dialog', { name: `Move ${number} to…` });
  await menu.getByRole('button', { name: to }).focus();
  await page.keyboard.press('Enter');
}

test('the board by keyboard alone', async ({ visit }) => {
  const { docket } = here;
  const daniel = await visit(docket, people.daniel);
  await expect(daniel, 'the service desk begins with its work').toHaveURL(/\/work\?assignee=me$/);
  await go(daniel, `${docket.url}/work?view=board`);
  // The first press enters, wherever the focus is.
  await expect(daniel.getByText('Live', { exact: true })).toBeVisible();
  await daniel.keyboard.press('j');
  await expect(daniel.locator('.board .card__link').first()).toBeFocused();
  const number = await first(daniel, 'Open');
  await card(daniel, number).focus();

  await daniel.keyboard.press('i');
  await expect(lane(daniel, 'Assigned').locator(`#card-${number}`)).toBeFocused();
  await move(daniel, number, /Start/);
  await expect(lane(daniel, 'In progress').locator(`#card-${number}`)).toBeFocused();

  await move(daniel, number, /Block/);
  const asked = daniel.getByRole('dialog', { name: `Block ${number}?` });
  await asked.getByRole('button', { name: 'Block', exact: true }).click();
  await expect(asked.getByText('Write what the work waits for')).toBeVisible();
  await words(daniel, `Block ${number}?`, 'What the work waits for', 'The part is on order', 'Block');
  await expect(lane(daniel, 'Blocked').locator(`#card-${number}`)).toBeFocused();

  // The card moves at once; what a reload shows is what the server answered.
  const answered = daniel.waitForResponse((answer) => answer.url().endsWith('/call/requests/act'));
  await move(daniel, number, /Unblock/);
  await expect(lane(daniel, 'In progress').locator(`#card-${number}`)).toBeFocused();
  await answered;
  await daniel.reload();
  await ready(daniel);
  await expect(lane(daniel, 'In progress').locator(`#card-${number}`), 'it is kept').toBeVisible();

  await card(daniel, number).focus();
  await daniel.keyboard.press('ArrowLeft');
  await expect(card(daniel, number)).not.toBeFocused();
  await daniel.keyboard.press('?');
  await expect(daniel.getByRole('dialog', { name: 'Keyboard' }).getByText('Move to…')).toBeVisible();
});

test('a card is dragged where it may go, and says why where it may not', async ({ visit }) => {
  const { docket } = here;
  const daniel = await visit(docket, people.daniel, { viewport: { width: 2200, height: 1000 } });
  await go(daniel, `${docket.url}/work?view=board`);
  const number = await first(daniel, 'Open');
  const open = lane(daniel, 'Open').locator('.card').filter({ has: card(daniel, number) });
  // The page answers to the pointer a moment after its frame does.
  await expect(async () => {
    await open.dragTo(lane(daniel, 'Resolved'));
    await expect(daniel.getByText(`${number}: From Open it cannot go to Resolved.`).first()).toBeVisible({ timeout: 2_000 });
  }).toPass();
  // The card moves at once; what a reload shows is what the server answered.
  const answered = daniel.waitForResponse((answer) => answer.url().endsWith('/call/requests/act'));
  await open.dragTo(lane(daniel, 'Assigned').locator('.lane__head'));
  await expect(lane(daniel, 'Assigned').locator(`#card-${number}`)).toBeVisible();
  await answered;
  await daniel.reload();
  await expect(lane(daniel, 'Assigned').locator(`#card-${number}`)).toBeVisible();
});

test('filters are in the address, and back brings the last ones', async ({ visit }) => {
  const { docket } = here;
  const daniel = await visit(docket, people.daniel);
  await go(daniel, `${docket.url}/work`);
  await daniel.getByRole('combobox', { name: 'Status' }).selectOption({ label: 'In progress' });
  await expect(daniel).toHaveURL(/status=in_progress/);
  await expect(daniel.getByRole('cell', { name: 'Open', exact: true })).toHaveCount(0);
  await daniel.getByRole('searchbox', { name: 'Find a request' }).fill('nothing-like-it');
  await daniel.keyboard.press('Enter');
  await expect(daniel.getByRole('heading', { name: 'Nothing fits' })).toBeVisible();
  await daniel.goBack();
  await expect(daniel).toHaveURL(/\/work\?status=in_progress$/);
  await expect(daniel.getByRole('searchbox', { name: 'Find a request' })).toHaveValue('');
  await daniel.getByRole('link', { name: 'Board' }).click();
  await expect(daniel.locator('.lane')).toHaveCount(1);
  await go(daniel, `${docket.url}/work?status=in_progress`);
  await expect(daniel.getByRole('combobox', { name: 'Status' })).toHaveValue('in_progress');
});

test('two people see what the other does, and nothing moves under them', async ({ visit }) => {
  const { docket } = here;
  const number = await fileFault(await visit(docket, people.lena), docket.url, 'The blind is stuck');
  const daniel = await visit(docket, people.daniel);
  await go(daniel, `${docket.url}/work?view=board`);
  const priya = await visit(docket, people.priya);
  await go(priya, `${docket.url}/work?view=board`);
  await expect(priya.getByText('Live', { exact: true })).toBeVisible();
  await card(daniel, number).focus();
  await daniel.keyboard.press('i');
  const seen = lane(priya, 'Open').locator('.card').filter({ has: card(priya, number) });
  await expect(seen.getByText('Now assigned')).toBeVisible();
  await priya.getByRole('button', { name: '1 change' }).click();
  await expect(lane(priya, 'Assigned').locator(`#card-${number}`)).toBeVisible();
});

test('several are taken at once, with what became of each', async ({ visit }) => {
  const { docket } = here;
  const lena = await visit(docket, people.lena);
  for (const what of ['The north door drags', 'The south door drags']) await fileFault(lena, docket.url, what);
  const daniel = await visit(docket, people.daniel);
  await go(daniel, `${docket.url}/work?status=open`);
  await expect(daniel.getByText('Live', { exact: true })).toBeVisible();
  const rows = daniel.locator('.queue tbody tr');
  await daniel.keyboard.press('j');
  await expect(rows.nth(0).locator('th a')).toBeFocused();
  await daniel.keyboard.press('x');
  // The bar is in sight at once, however long the list is.
  const bar = daniel.locator('.work__bulk .bulk-bar');
  await expect(bar).toBeInViewport({ ratio: 1 });
  await daniel.keyboard.press('ArrowDown');
  await daniel.keyboard.press('Shift+X');
  await expect(bar).toContainText('2 selected');
  await daniel.keyboard.press('b');
  await expect(bar.getByRole('button', { name: 'Assign 2 to me' })).toBeFocused();
  await daniel.keyboard.press('Escape');
  await expect(bar).toHaveCount(0);
  await expect(rows.nth(1).locator('th a')).toBeFocused();

  await daniel.getByRole('checkbox', { name: 'Select all' }).check();
  await expect(bar).toContainText(`${await rows.count()} selected`);
  await daniel.getByRole('checkbox', { name: 'Select all' }).uncheck();
  for (const at of [0, 1]) await rows.nth(at).getByRole('checkbox').check();
  await daniel.setViewportSize({ width: 390, height: 844 });
  await expect(bar).toBeInViewport({ ratio: 1 });
  const tabs = await daniel.locator('.tabbar').boundingBox();
  const place = await bar.boundingBox();
  expect(place && tabs && place.y + place.height <= tabs.y, 'above the tab bar').toBe(true);
  // So high that no button lies half below the bar.
  await daniel.setViewportSize({ width: 390, height: 9_000 });
  await accessible(daniel, 'a selection on a phone');
  await daniel.setViewportSize({ width: 1440, height: 900 });
  // With a selection the key is about that.
  await daniel.keyboard.press('i');
  await expect(daniel.locator('#outcomes').getByText('assigned to you')).toHaveCount(2);
});
