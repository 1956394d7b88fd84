import { expect, type Locator, type Page } from '@playwright/test';
import { filed, proceed } from './form';
import { go } from './people';

/** Files a fault as somebody; answers its docket number. Nobody has to approve it. */
export async function fileFault(page: Page, url: string, detail: string): Promise<string> {
  await go(page, `${url}/request/facility-issue`);
  await page.getByLabel('Building').selectOption('Building A');
  await page.getByLabel('Room or place').fill('Reading room');
  await page.getByText('Power or light').click();
  await page.getByLabel('What you see').fill(detail);
  await proceed(page);
  await page.getByRole('button', { name: 'Submit request' }).click();
  const number = await filed(page);
  await taken(page);
  return number;
}

/** Opens a request's page and waits until it takes keys and clicks: its part of the browser's code is loaded last. */
export async function openRequest(page: Page, address: string): Promise<void> {
  await go(page, address);
  await taken(page);
}

/** Waits until the browser has taken the request's page over, which then hears of every change. */
export async function taken(page: Page): Promise<void> {
  await expect(page.locator('.request .live')).toHaveAttribute('data-state', 'live');
}

/** The status in the docket's header. */
export function status(page: Page): Locator {
  return page.locator('.docket .status');
}

/** Chooses from the menu of actions. */
export async function choose(page: Page, action: string): Promise<void> {
  await page.getByRole('button', { name: 'More actions' }).click();
  await page.getByRole('menuitem', { name: action }).click();
}

/** Writes the words an open dialog asks for and sends them by the keyboard, which every such dialog takes. */
export async function say(page: Page, label: string, words: string, button: string): Promise<void> {
  const dialog = page.getByRole('dialog');
  await expect(dialog.getByRole('button', { name: button, exact: true })).toBeVisible();
  await dialog.getByLabel(label).fill(words);
  await dialog.getByLabel(label).press('Control+Enter');
  await expect(dialog).toHaveCount(0);
}
