import type { Page } from '@playwright/test';
import { accessible, fits } from '../support/axe';
import { go, password, people, ready } from '../support/people';
import { expect, test, world } from '../support/test';

const here = world();

/** A moment as Docket shows it where a time zone's clock is: "Mon 13 Apr, 08:12". */
function shownIn(zone: string, moment: string): string {
  const format = new Intl.DateTimeFormat('en-US', {
    timeZone: zone,
    weekday: 'short',
    day: 'numeric',
    month: 'short',
    hour: '2-digit',
    minute: '2-digit',
    hourCycle: 'h23',
  });
  const part = Object.fromEntries(format.formatToParts(new Date(moment)).map(({ type, value }) => [type, value]));
  return `${part.weekday} ${part.day} ${part.month}, ${part.hour}:${part.minute}`;
}

/** The first time on the page, as shown and as meant. */
async function firstTime(page: Page): Promise<{ shown: string; moment: string }> {
  const time = page.locator('#main time').first();
  await time.waitFor();
  return { shown: await time.innerText(), moment: (await time.getAttribute('datetime')) ?? '' };
}

test('a new name and time zone show at once, everywhere; what was refused stays as typed', async ({ visit }) => {
  const { docket } = here;
  const noor = await visit(docket, people.noor);
  await go(noor, `${docket.url}/requests`);
  const before = await firstTime(noor);
  expect(before.shown).toBe(shownIn('Europe/London', before.moment));

  await noor.locator('.me').click();
  await expect(noor.getByRole('heading', { name: 'Your account' })).toBeVisible();
  const name = noor.getByLabel('Name', { exact: true });
  const slack = noor.getByLabel('Slack member ID');
  await expect(name).toHaveValue('Noor Rahman');
  await name.fill(' ');
  await slack.fill('noor');
  await noor.getByLabel('Phone').fill('+91 80 5555 0101');
  await noor.getByLabel('Time zone').selectOption('Asia/Kolkata');
  await noor.getByRole('button', { name: 'Save' }).click();
  await expect(name).toBeFocused();
  await expect(name).toHaveAttribute('aria-invalid', 'true');
  await expect(name).toHaveAccessibleDescription(/Enter a name/);
  await expect(slack).toHaveAccessibleDescription(/Copy member ID.*begins with U or W/);
  await expect(slack).toHaveValue('noor');
  await expect(noor.getByLabel('Time zone')).toHaveValue('Asia/Kolkata');
  await expect(noor.locator('.me__name')).toHaveText('Noor Rahman');
  await accessible(noor, 'the account page with errors');

  await name.fill('Noor Rahman-Iyer');
  await expect(name).not.toHaveAttribute('aria-invalid');
  await slack.fill('U024BE7LH');
  await slack.press('Enter');
  await expect(noor.getByRole('status').filter({ hasText: 'Saved' })).toBeVisible();
  await expect(noor.locator('.me__name')).toHaveText('Noor Rahman-Iyer');
  await expect(noor.getByRole('heading', { name: 'Noor Rahman-Iyer' })).toBeVisible();
  await accessible(noor, 'the account page, saved');

  // In the page as it is, and in the one that the server makes.
  await noor.getByRole('navigation', { name: 'Main' }).getByRole('link', { name: 'My requests' }).click();
  await expect(noor.getByRole('heading', { name: 'My requests' })).toBeVisible();
  const there = shownIn('Asia/Kolkata', before.moment);
  expect(there).not.toBe(before.shown);
  await expect(noor.locator('#main time').first()).toHaveText(there);
  await noor.reload();
  await ready(noor);
  expect(await firstTime(noor)).toEqual({ shown: there, moment: before.moment });

  await go(noor, `${docket.url}/profile`);
  await expect(name).toHaveValue('Noor Rahman-Iyer');
  await expect(slack).toHaveValue('U024BE7LH');
  await expect(noor.getByLabel('Phone')).toHaveValue('+91 80 5555 0101');
  await expect(noor.getByLabel('Time zone')).toHaveValue('Asia/Kolkata');

  // Back to where the organization is.
  await noor.getByLabel('Time zone').selectOption({ label: "Organization's (Europe/London)" });
  await noor.getByRole('button', { name: 'Save' }).click();
  await expect(noor.getByRole('status').filter({ hasText: 'Saved' })).toBeVisible();
  await go(noor, `${docket.url}/requests`);
  expect(await firstTime(noor)).toEqual(before);
});

test('a changed password ends the sign-ins elsewhere, and only the current one changes it', async ({ visit, browser, watch }) => {
  const { docket } = here;
  const next = 'a better password than before';
  const elsewhere = await visit(docket, people.fatima);
  const fatima = await visit(docket, people.fatima);
  await go(fatima, `${docket.url}/profile`);
  const current = fatima.getByLabel('Current password');
  const chosen = fatima.getByLabel('New password', { exact: true });
  const again = fatima.getByLabel('New password, again');
  const change = fatima.getByRole('button', { name: 'Change password' });

  await current.fill('not the password');
  await chosen.fill(next);
  await again.fill('something else altogether');
  await change.click();
  await expect(again).toBeFocused();
  await expect(again).toHaveAccessibleDescription(/not the same/);
  await again.fill(next);
  await change.click();
  await expect(current).toBeFocused();
  await expect(current).toHaveAccessibleDescription(/is not right/);
  await expect(chosen).toHaveValue(next);
  await go(elsewhere, `${docket.url}/requests`);
  await expect(elsewhere.getByRole('heading', { name: 'My requests' })).toBeVisible();

  await current.fill(password);
  await change.click();
  await expect(fatima.getByRole('status').filter({ hasText: 'Password changed' })).toBeVisible();
  for (const field of [current, chosen, again]) await expect(field).toHaveValue('');
  await go(fatima, `${docket.url}/requests`);
  await expect(fatima.getByRole('heading', { name: 'My requests' })).toBeVisible();
  await elsewhere.goto(`${docket.url}/requests`);
  await expect(elsewhere.getByRole('heading', { name: 'Sign in' })).toBeVisible();

  const context = await browser.newContext();
  watch(context);
  const fresh = await context.newPage();
  await fresh.goto(`${docket.url}/sign-in`);
  for (const tried of [password, next]) {
    await fresh.getByLabel('Email').fill(people.fatima);
    await fresh.getByLabel('Password', { exact: true }).fill(tried);
    await fresh.getByRole('button', { name: 'Sign in' }).click();
    if (tried === password) await expect(fresh.getByRole('alert')).toContainText('is not right');
  }
  await expect(fresh).not.toHaveURL(/sign-in/);
  await context.close();
});

test('with single keys off no letter does anything, on this device, until they are on again', async ({ visit }) => {
  const { docket } = here;
  const samir = await visit(docket, people.samir, { colorScheme: 'light' });
  const theme = () => samir.locator('html').getAttribute('data-theme');
  await go(samir, `${docket.url}/profile`);
  const single = samir.getByRole('switch', { name: 'Single-key shortcuts' });
  await expect(single).toBeChecked();
  await samir.keyboard.press('t');
  expect(await theme()).toBe('dark');
  await single.focus();
  await samir.keyboard.press('Space');
  await expect(single).not.toBeChecked();
  for (const key of ['t', 'g', 'i', '/', '?']) await samir.keyboard.press(key);
  expect(await theme()).toBe('dark');
  await expect(samir.getByRole('dialog')).toBeHidden();
  expect(samir.url()).toBe(`${docket.url}/profile`);

  await samir.getByRole('button', { name: 'Show all keys' }).click();
  const help = samir.getByRole('dialog', { name: 'Keyboard' });
  await expect(help).toContainText('Turn them on');
  await expect(help.getByText('Single keys are off on this device.')).toBeVisible();
  await accessible(samir, 'the keyboard help while single keys are off');
  await samir.keyboard.press('Escape');
  await expect(help).toBeHidden();

  // The inbox's keys too, also after a fresh start; keys with names go on.
  await go(samir, `${docket.url}/inbox`);
  const serial = samir.locator('.serial');
  await expect(serial).toBeVisible();
  const open = await serial.innerText();
  for (const key of ['j', 'd', 'x', 't']) await samir.keyboard.press(key);
  expect(await theme()).toBe('dark');
  await expect(samir.locator('#reason')).not.toBeFocused();
  await expect(serial).toHaveText(open);
  await samir.locator('.inrow.is-open').getByRole('link').focus();
  await samir.keyboard.press('Enter');
  await expect(samir).toHaveURL(`${docket.url}/requests/${open}`);

  await go(samir, `${docket.url}/profile`);
  await expect(single).not.toBeChecked();
  await accessible(samir, 'the account page with single keys off');
  await single.check();
  await samir.keyboard.press('t');
  expect(await theme()).toBe('light');
  await samir.keyboard.press('?');
  await expect(help).toBeVisible();
  await expect(help.getByText('Single keys are off on this device.')).toBeHidden();
});

test('the account page at 390 px', async ({ visit }) => {
  const { docket } = here;
  const lena = await visit(docket, people.lena, { viewport: { width: 390, height: 844 } });
  await go(lena, `${docket.url}/profile`);
  await fits(lena, 'the account page');
  await lena.getByLabel('Slack member ID').fill('lena');
  await lena.getByRole('button', { name: 'Save' }).click();
  await expect(lena.getByLabel('Slack member ID')).toBeFocused();
  await fits(lena, 'the account page with an error');
  // Tall enough for all of it: what has scrolled half under the tab bar is not too small, it is on its way.
  await lena.setViewportSize({ width: 390, height: 2600 });
  await accessible(lena, 'the account page at 390 px');
});
