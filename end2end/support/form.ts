import { expect, type Locator, type Page } from '@playwright/test';
import { go, ready } from './people';

/** A date so many days from now, as date fields take it. */
export function inDays(days: number): string {
  return new Date(Date.now() + days * 86_400_000).toISOString().slice(0, 10);
}

/** The step that is open, by its question. */
export function step(page: Page, question: string | RegExp): Locator {
  return page.getByRole('heading', { name: question });
}

/** The summary of what is wrong on this step. */
export function summary(page: Page): Locator {
  return page.locator('.error-summary');
}

/** Chooses from a searched list: people, groups. */
export async function pick(page: Page, label: string, text: string, name: string): Promise<void> {
  const box = page.getByRole('combobox', { name: label });
  await box.click();
  await box.fill(text);
  await page.getByRole('option', { name }).click();
  await expect(box).toHaveValue(new RegExp(name));
}

export async function proceed(page: Page): Promise<void> {
  await page.getByRole('button', { name: 'Continue' }).click();
}

/** Sends an approval that is held, and waits until the inbox says that the person has approved. By the keyboard alone. */
export async function approved(page: Page, number: string): Promise<void> {
  await page.locator('.held__line', { hasText: `Approving ${number}` }).getByRole('button', { name: 'Send now' }).press('Enter');
  const row = page.locator('.inrow', { hasText: number.split('-')[1] ?? number });
  await expect(row).toContainText('You approved this');
}

/** Sends what is on the review step; answers the docket number. */
export async function submit(page: Page): Promise<string> {
  await page.getByRole('button', { name: 'Submit request' }).click();
  return filed(page);
}

/** Waits for the page of the new request; answers its docket number. */
export async function filed(page: Page): Promise<string> {
  const address = /\/requests\/([A-Z]{2,4}-[0-9A-Z]{4})$/;
  await page.waitForURL(address);
  const number = address.exec(page.url())?.[1] ?? '';
  await expect(page.locator('.serial')).toHaveText(number);
  return number;
}

export async function draftSaved(page: Page): Promise<void> {
  await expect(page.locator('.saved')).toContainText('Draft saved');
}

/** Waits until the server has this answer in the person's draft of an item. */
export async function serverHas(page: Page, item: string, field: string, answer: unknown): Promise<void> {
  const { origin } = new URL(page.url());
  const kept = async () => {
    const reply = await page.request.post(`${origin}/call/requests/open_draft`, { data: { item_key: item }, headers: { origin } });
    return ((await reply.json()) as { answers: Record<string, unknown> }).answers[field];
  };
  await expect.poll(kept).toEqual(answer);
}

/** Fills VPN access in, up to its review. */
export async function fillVpn(page: Page, url: string, purpose: string): Promise<void> {
  await go(page, `${url}/request/vpn-access`);
  await expect(step(page, 'Which laptop do you use?')).toBeVisible();
  await page.getByLabel('Asset number').fill('N-01984');
  await proceed(page);
  await expect(step(page, 'When do you need it?')).toBeVisible();
  await page.getByLabel('From', { exact: true }).fill(inDays(2));
  await page.getByLabel('Until', { exact: true }).fill(inDays(30));
  await page.getByLabel('What it is for').fill(purpose);
  await proceed(page);
  await expect(step(page, 'Check your answers')).toBeVisible();
}

/** Requests VPN access; answers the docket number. */
export async function fileVpn(page: Page, url: string, purpose = 'Night shifts from home'): Promise<string> {
  await fillVpn(page, url, purpose);
  return submit(page);
}

/** Fills the first step of a new starter in. */
export async function fillPerson(page: Page, name: string): Promise<void> {
  await page.getByLabel('Full name').fill(name);
  await page.getByLabel('Email address').fill('jonas.new@coldline.example');
  await page.getByLabel('First day').fill(inDays(7));
  await pick(page, 'Team', 'Life', 'Life Sciences');
}

/**
 * Requests access for a contractor: questions that appear, a section that appears, and a step with mistakes that are put right on the
 * way. Begins in the catalog; answers the docket number.
 */
export async function fileContractor(page: Page, url: string, name: string): Promise<string> {
  await go(page, `${url}/`);
  await page.getByRole('searchbox', { name: 'Search services' }).fill('new startr');
  await page.getByRole('link', { name: 'New starter access' }).click();
  await expect(step(page, 'Who is starting?')).toBeVisible();
  await fillPerson(page, name);
  await proceed(page);

  await expect(step(page, 'What should they be able to use?')).toBeVisible();
  await expect(page.getByLabel('Access end date')).toHaveCount(0);
  await page.getByRole('radio', { name: 'Contractor' }).check();
  await expect(page.getByText('Asked because employment type is Contractor').first()).toBeVisible();
  await page.getByLabel('Access end date').fill(inDays(1));
  // What is wrong with the date is said on leaving it, and moves what is below.
  await page.getByLabel('Access end date').blur();
  await page.getByRole('checkbox', { name: 'VPN' }).check();
  await page.getByRole('checkbox', { name: 'Finance ledger' }).check();
  await proceed(page);

  await expect(summary(page)).toBeFocused();
  await expect(summary(page).getByRole('link')).toHaveCount(3);
  await summary(page).getByRole('link', { name: /sponsor/i }).click();
  await expect(page.getByRole('combobox', { name: 'Sponsor' })).toBeFocused();
  await pick(page, 'Sponsor', 'Hana', 'Hana Sato');
  await page.getByLabel('Access end date').fill(inDays(90));
  await page.getByLabel('Role in Finance ledger').selectOption({ label: 'Purchase orders' });
  await proceed(page);

  await expect(step(page, 'Which contract covers the work?')).toBeVisible();
  await page.getByLabel('Company').fill('Coldline Refrigeration');
  await page.getByLabel('Contract number').fill('C-2218');
  await page.getByRole('checkbox', { name: 'They have signed the acceptable use policy' }).check();
  await proceed(page);

  await expect(step(page, 'What do they need to work with?')).toBeVisible();
  await page.getByRole('radio', { name: 'Loan laptop' }).check();
  await page.getByLabel('Cost centre').fill('4410');
  await proceed(page);

  await expect(step(page, 'Check your answers')).toBeVisible();
  await ready(page);
  await expect(page.getByText('Purchase orders')).toBeVisible();
  await expect(page.getByText('Ruth Abel', { exact: true })).toBeVisible();
  return submit(page);
}
