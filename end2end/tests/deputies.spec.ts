import type { Page } from '@playwright/test';
import { accessible, fits } from '../support/axe';
import { approved, inDays, pick, proceed, step, submit } from '../support/form';
import { go, people } from '../support/people';
import { expect, test, world } from '../support/test';

const here = world();

const paul = 'paul.dubois@northmoor.example';
const george = 'george.ellis@northmoor.example';
const sofia = 'sofia.lindqvist@northmoor.example';
const ingrid = 'ingrid.holm@northmoor.example';

/** A day as the keyboard enters it into a date field. */
function typed(day: string): string {
  const [year, month, date] = day.split('-');
  return `${month}${date}${year}`;
}

/** Opens a request in the inbox and approves it. */
async function approve(page: Page, url: string, number: string): Promise<void> {
  await go(page, `${url}/inbox/${number}`);
  await expect(page.locator('.serial')).toHaveText(number);
  await page.getByRole('button', { name: /^Approve/ }).click();
  await approved(page, number);
}

test('stages open one after the other, two of three are enough, and a deputy is one of them', async ({ visit }) => {
  const { docket } = here;
  const { url } = docket;
  const noor = await visit(docket, people.noor);
  await go(noor, `${url}/request/buy-equipment`);
  await expect(step(noor, 'What should we buy?')).toBeVisible();
  const route = noor.getByRole('complementary', { name: 'Who will approve this' });
  await expect(route).toContainText('Line manager');
  await expect(route).toContainText('Paul Dubois');
  await expect(route).toContainText('2 of these 3 are enough, each by another person.');
  await expect(route).toContainText('George Ellis decides for Oliver Grant until');
  await noor.getByLabel('What it is').fill('Label printer');
  await noor.getByLabel('Price in euros').fill('180');
  await noor.getByLabel('Cost centre').fill('5120');
  await proceed(noor);
  await expect(step(noor, 'Who needs it?')).toBeVisible();
  await expect(route).toContainText('Finance is not needed. It would be when price in euros is at least 500.');
  await pick(noor, 'Who will use it', 'Noor', 'Noor Rahman');
  await noor.getByLabel('What it is for').fill('Labels for the exercise boxes');
  await proceed(noor);
  await expect(step(noor, 'Check your answers')).toBeVisible();
  const ticket = noor.getByRole('complementary', { name: 'What happens when you submit' });
  await expect(ticket).toContainText('Finance is not needed');
  await accessible(noor, 'the review with stages');

  // Dearer: finance is asked, and why.
  await noor.getByRole('link', { name: 'Change What', exact: true }).click();
  await noor.getByLabel('Price in euros').fill('900');
  await proceed(noor);
  await proceed(noor);
  await expect(ticket).toContainText('Because price in euros is at least 500');
  await expect(ticket).not.toContainText('Finance is not needed');
  const number = await submit(noor);

  // The panel does not see it before the manager has approved.
  const deputy = await visit(docket, george);
  await go(deputy, `${url}/inbox`);
  const row = deputy.locator('.inrow', { hasText: number.split('-')[1] ?? number });
  await expect(deputy.locator('.split__list .live')).toHaveAttribute('data-state', 'live');
  await expect(row).toHaveCount(0);
  await approve(await visit(docket, paul), url, number);

  // It reaches the deputy without a reload, and says in whose place he decides.
  await deputy.getByRole('button', { name: '1 new request' }).click();
  await expect(row).toContainText('For Oliver Grant');
  await row.getByRole('link').click();
  await expect(deputy.locator('.serial')).toHaveText(number);
  await expect(deputy.getByText('You decide for Oliver Grant. Both names are recorded.')).toBeVisible();
  await accessible(deputy, 'the inbox of a deputy');
  await deputy.getByRole('button', { name: /^Approve/ }).click();
  await approved(deputy, number);
  const timeline = noor.locator('.timeline');
  await expect(timeline).toContainText('George Ellis approved for Oliver Grant');
  await expect(noor.getByText('Pending approval').first()).toBeVisible();

  await approve(await visit(docket, sofia), url, number);
  await approve(await visit(docket, ingrid), url, number);
  await expect(timeline).toContainText('Ingrid Holm approved');
  await expect(noor.getByText('Pending approval')).toHaveCount(0);
  // Two of three: the third was not asked any more.
  await expect(timeline).not.toContainText('Ruth Abel approved');
});

test('somebody hands their decisions over by keyboard alone, takes it back, and undoes that', async ({ visit }) => {
  const { docket } = here;
  const ruth = await visit(docket, people.ruth);
  await go(ruth, `${docket.url}/inbox`);
  await ruth.getByRole('link', { name: 'Away' }).press('Enter');
  await expect(ruth.getByRole('heading', { name: 'Away', level: 1 })).toBeVisible();
  await expect(ruth.getByText('Nobody decides in your place.')).toBeVisible();
  const send = ruth.getByRole('button', { name: 'Hand over decisions' });
  await expect(send).toBeEnabled();

  // Nothing filled in: the summary has the focus and its links lead to the fields.
  await send.press('Enter');
  await expect(ruth.locator('.error-summary')).toBeFocused();
  await accessible(ruth, 'the Away page with errors');
  await ruth.keyboard.press('Tab');
  await ruth.keyboard.press('Enter');
  const deputy = ruth.getByRole('combobox', { name: 'Deputy' });
  await expect(deputy).toBeFocused();
  await ruth.keyboard.type('fati');
  await expect(ruth.getByRole('option', { name: 'Fatima Zahra' })).toBeVisible();
  await ruth.keyboard.press('ArrowDown');
  await ruth.keyboard.press('Enter');
  await expect(deputy).toHaveValue('Fatima Zahra');
  const last = ruth.getByLabel('Last day');
  await last.focus();
  await ruth.keyboard.type(typed(inDays(3)));
  await expect(last).toHaveValue(inDays(3));
  await ruth.keyboard.press('Enter');

  const given = ruth.getByRole('region', { name: 'Your deputies' });
  await expect(given).toContainText(/Until \w{3} \d+ \w+.* Fatima Zahra decides for you\./);
  await expect(ruth.getByRole('heading', { name: 'Your deputies' })).toBeFocused();
  const fatima = await visit(docket, people.fatima);
  await go(fatima, `${docket.url}/profile/away`);
  await expect(fatima.getByRole('region', { name: 'You decide for' })).toContainText('you decide for Ruth Abel.');
  await go(fatima, `${docket.url}/inbox`);
  await expect(fatima.locator('.inrow').first()).toContainText('For Ruth Abel');

  await given.getByRole('button', { name: /^End now/ }).press('Enter');
  await expect(given).toContainText('Nobody decides in your place.');
  await ruth.getByRole('button', { name: 'Undo' }).press('Enter');
  await expect(given).toContainText('Fatima Zahra decides for you.');
  await accessible(ruth, 'the Away page');
  await ruth.setViewportSize({ width: 390, height: 844 });
  await fits(ruth, 'the Away page');

  // An administrator sees it, and can end it.
  const priya = await visit(docket, people.priya);
  await go(priya, `${docket.url}/profile/away`);
  const others = priya.getByRole('region', { name: "Everybody else's deputies" });
  await expect(others).toContainText('Fatima Zahra decides for Ruth Abel.');
  await others.getByRole('button', { name: 'End now: Fatima Zahra for Ruth Abel' }).click();
  await expect(others).not.toContainText('Fatima Zahra');
});
