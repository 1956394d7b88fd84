import { expect, type Page } from '@playwright/test';

export const password = 'docket-demo-2026';

/** Who plays in the journeys. */
export const people = {
  /** In no group: sees the forms as they are for everybody. */
  lena: 'lena.fischer@northmoor.example',
  noor: 'noor.rahman@northmoor.example',
  fatima: 'fatima.zahra@northmoor.example',
  /** Head of operations: approves new starters. */
  ruth: 'ruth.abel@northmoor.example',
  /** IT forms admins: approve VPN access and new starters, and lead. */
  samir: 'samir.haddad@northmoor.example',
  bea: 'bea.kowalski@northmoor.example',
  /** Works on what is approved. */
  daniel: 'daniel.mwangi@northmoor.example',
  /** Administers Northmoor. */
  priya: 'priya.raman@northmoor.example',
  /** Administers Harbor Housing, the other organization. */
  nadia: 'nadia.costa@harbor.example',
  /** A member of both. */
  helen: 'helen.cross@northmoor.example',
};

/** Signs in by the form, as a person does. */
export async function signIn(page: Page, url: string, email: string): Promise<void> {
  await page.goto(`${url}/sign-in`);
  await page.getByLabel('Email').fill(email);
  await page.getByLabel('Password', { exact: true }).fill(password);
  await page.getByRole('button', { name: 'Sign in' }).click();
  await expect(page).not.toHaveURL(/sign-in/);
}

/** Waits until the page is interactive: the shell marks the document once the browser has taken over. */
export async function ready(page: Page): Promise<void> {
  await page.locator('html[data-ready]').waitFor();
}

/** Goes to an address and waits until the page is interactive. */
export async function go(page: Page, address: string): Promise<void> {
  await page.goto(address);
  await ready(page);
}
