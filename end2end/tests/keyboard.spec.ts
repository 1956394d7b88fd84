import type { Locator, Page } from '@playwright/test';
import { approved, filed, inDays, step, summary } from '../support/form';
import { password, people, ready } from '../support/people';
import { expect, test, world } from '../support/test';

const here = world();

/** Goes on with Tab until this has the focus. */
async function tabTo(page: Page, target: Locator, key: 'Tab' | 'Shift+Tab' = 'Tab'): Promise<void> {
  await target.waitFor();
  for (let presses = 0; presses < 120; presses++) {
    if (await target.evaluate((element) => element === document.activeElement)) return;
    await page.keyboard.press(key);
  }
  throw new Error(`Tab never reaches ${target}`);
}

/** Types a date as the fields of the browser's own language take it (see the configuration): month, day, year. */
async function typeDate(page: Page, label: string, date: string): Promise<void> {
  const field = page.getByLabel(label, { exact: true });
  await tabTo(page, field);
  const [year, month, day] = date.split('-');
  await page.keyboard.type(`${month}${day}${year}`);
  await expect(field).toHaveValue(date);
}

async function choosePerson(page: Page, label: string, text: string, name: string): Promise<void> {
  const box = page.getByRole('combobox', { name: label });
  await tabTo(page, box);
  await page.keyboard.type(text);
  await page.getByRole('option', { name }).waitFor();
  await page.keyboard.press('ArrowDown');
  await expect(box).toHaveAttribute('aria-activedescendant', /.+/);
  await page.keyboard.press('Enter');
  await expect(box).toHaveValue(new RegExp(name));
}

async function signInByKeys(page: Page, url: string, email: string): Promise<void> {
  await page.goto(`${url}/sign-in`);
  await ready(page);
  await tabTo(page, page.getByLabel('Email'));
  await page.keyboard.type(email);
  await tabTo(page, page.getByLabel('Password', { exact: true }));
  await page.keyboard.type(password);
  await page.keyboard.press('Enter');
  await expect(page).not.toHaveURL(/sign-in/);
  await ready(page);
}

test('the whole main job by keyboard alone', async ({ browser, watch }) => {
  test.setTimeout(150_000);
  const { docket, receiver } = here;
  const context = await browser.newContext();
  watch(context);
  let pressed = 0;
  await context.exposeFunction('pointerPressed', () => pressed++);
  await context.addInitScript('addEventListener("pointerdown", () => window.pointerPressed(), true)');
  const page = await context.newPage();
  await signInByKeys(page, docket.url, people.lena);

  // The search, the card, the form.
  await page.keyboard.press('/');
  await expect(page.getByRole('searchbox', { name: 'Search services' })).toBeFocused();
  await page.keyboard.type('new start');
  await expect(page.getByRole('heading', { name: '1 service found' })).toBeVisible();
  await tabTo(page, page.getByRole('link', { name: 'New starter access' }));
  await page.keyboard.press('Enter');
  await expect(step(page, 'Who is starting?')).toBeVisible();
  await tabTo(page, page.getByLabel('Full name'));
  await page.keyboard.type('Ida Keys');
  await tabTo(page, page.getByLabel('Email address'));
  await page.keyboard.type('ida.keys@coldline.example');
  await typeDate(page, 'First day', inDays(7));
  await choosePerson(page, 'Team', 'esta', 'Estates');
  await page.keyboard.press('Control+Enter');

  await expect(step(page, 'What should they be able to use?')).toBeVisible();
  await tabTo(page, page.getByRole('radio', { name: 'Permanent' }));
  await page.keyboard.press('ArrowDown');
  await page.keyboard.press('ArrowDown');
  await expect(page.getByRole('radio', { name: 'Contractor' })).toBeChecked();
  await tabTo(page, page.getByRole('checkbox', { name: 'Finance ledger' }));
  await page.keyboard.press('Space');
  await page.keyboard.press('Control+Enter');

  // Mistakes: the summary has the focus, and its links lead to the fields.
  await expect(summary(page)).toBeFocused();
  await expect(summary(page).getByRole('link')).toHaveCount(3);
  await page.keyboard.press('Tab');
  await page.keyboard.press('Enter');
  await expect(page.getByRole('combobox', { name: 'Sponsor' })).toBeFocused();
  await choosePerson(page, 'Sponsor', 'hana', 'Hana Sato');
  await typeDate(page, 'Access end date', inDays(60));
  await tabTo(page, page.getByLabel('Role in Finance ledger'));
  await page.keyboard.type('Pur');
  await expect(page.getByLabel('Role in Finance ledger')).toHaveValue('purchase_orders');
  await page.keyboard.press('Control+Enter');

  await expect(step(page, 'Which contract covers the work?')).toBeVisible();
  await page.keyboard.press('Alt+ArrowLeft');
  await expect(step(page, 'What should they be able to use?')).toBeVisible();
  await expect(page.getByRole('radio', { name: 'Contractor' })).toBeChecked();
  await page.keyboard.press('Control+Enter');
  await expect(step(page, 'Which contract covers the work?')).toBeVisible();
  await tabTo(page, page.getByLabel('Company'));
  await page.keyboard.type('Coldline Refrigeration');
  await tabTo(page, page.getByLabel('Contract number'));
  await page.keyboard.type('C-2218');
  await tabTo(page, page.getByRole('checkbox', { name: 'They have signed the acceptable use policy' }));
  await page.keyboard.press('Space');
  await page.keyboard.press('Control+Enter');

  await expect(step(page, 'What do they need to work with?')).toBeVisible();
  await tabTo(page, page.getByLabel('Cost centre'));
  await page.keyboard.type('4410');
  await page.keyboard.press('Control+Enter');
  await expect(step(page, 'Check your answers')).toBeVisible();
  await page.keyboard.press('Control+Enter');
  const number = await filed(page);

  // Both approvers, by the inbox's keys.
  for (const email of [people.ruth, people.samir]) {
    const approver = await context.browser()?.newContext();
    if (!approver) throw new Error('no browser');
    watch(approver);
    await approver.exposeFunction('pointerPressed', () => pressed++);
    await approver.addInitScript('addEventListener("pointerdown", () => window.pointerPressed(), true)');
    const desk = await approver.newPage();
    await signInByKeys(desk, docket.url, email);
    await desk.keyboard.press('g');
    await desk.keyboard.press('i');
    await expect(desk.getByRole('heading', { name: 'Inbox' })).toBeVisible();
    await expect(desk.locator('.serial')).toBeVisible();
    // Some begin in the inbox: its keys act once the browser has taken it over, right after the jump too.
    await expect(desk.locator('.split__list .live')).toHaveAttribute('data-state', 'live');
    const last = desk.locator('.inrow').last();
    await expect(last).toContainText(number.split('-')[1] ?? number);
    for (let rows = await desk.locator('.inrow').count(); rows > 1; rows--) {
      const from = await desk.locator('.serial').innerText();
      await desk.keyboard.press('j');
      await expect(desk.locator('.serial')).not.toHaveText(from);
    }
    await expect(desk.locator('.serial')).toHaveText(number);
    // Declining needs a reason: the field takes the focus; the keys are letters again there, and Esc leaves it.
    await desk.keyboard.press('d');
    await expect(desk.getByLabel(/^Why you decline/)).toBeFocused();
    await desk.keyboard.press('Control+Enter');
    await expect(desk.locator('.decide')).toContainText('Write why you decline');
    await desk.keyboard.type('all right after all');
    await desk.keyboard.press('Tab');
    await expect(desk.getByRole('button', { name: 'Decline' })).toBeFocused();
    await desk.keyboard.press('Escape');
    await expect(desk.locator(`#row-${number}`)).toBeFocused();
    await desk.keyboard.press('a');
    await approved(desk, number);
    await approver.close();
  }

  expect(await receiver.about(number)).toHaveLength(1);
  await expect(page.locator('.timeline')).toContainText(/service.desk has taken the request/i);
  await page.keyboard.press('g');
  await page.keyboard.press('m');
  await expect(page.getByRole('heading', { name: 'My requests' })).toBeVisible();
  await expect(page.locator('#main')).toBeFocused();
  await page.keyboard.press('?');
  await expect(page.getByRole('dialog', { name: 'Keyboard' })).toBeVisible();
  await page.keyboard.press('Escape');
  await expect(page.getByRole('dialog', { name: 'Keyboard' })).toBeHidden();
  expect(pressed, 'pointer presses').toBe(0);
  await context.close();
});
