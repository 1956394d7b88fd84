import { writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Page } from '@playwright/test';
import { accessible, fits } from '../support/axe';
import { pick, proceed, step, submit } from '../support/form';
import { go, people, ready } from '../support/people';
import { expect, test, world } from '../support/test';

const here = world();
const ingrid = 'ingrid.holm@northmoor.example';

/** Asks for an address validation, which one person by name decides. */
async function validate(page: Page, url: string): Promise<string> {
  await go(page, `${url}/request/address-validation`);
  await expect(step(page, 'What should be checked?')).toBeVisible();
  await page.getByLabel('Number of addresses').fill('400');
  await page.getByLabel('Where the addresses are').fill('Registry');
  await proceed(page);
  await expect(step(page, 'Where should the result go?')).toBeVisible();
  await page.getByLabel('Send the result to').fill('registry@northmoor.example');
  await proceed(page);
  await expect(step(page, 'Check your answers')).toBeVisible();
  return submit(page);
}

/** Opens somebody's page from the list, by what is typed. */
async function open(page: Page, url: string, typed: string, name: string): Promise<void> {
  await go(page, `${url}/people`);
  const find = page.getByRole('searchbox', { name: 'Find a person' });
  await find.fill(typed);
  await find.press('Enter');
  await expect(page.getByRole('status').filter({ hasText: '1 person' })).toBeVisible();
  await page.getByRole('link', { name }).click();
  await expect(page.getByRole('heading', { level: 1, name })).toBeVisible();
  await ready(page);
}

test('somebody is disabled while three requests wait for them, and each goes to whom it is given', async ({ visit }) => {
  const { docket } = here;
  const { url } = docket;
  const lena = await visit(docket, people.lena);
  const numbers = [await validate(lena, url), await validate(lena, url), await validate(lena, url)];
  const leaver = await visit(docket, ingrid);
  await go(leaver, `${url}/inbox`);
  const priya = await visit(docket, people.priya);
  await open(priya, url, 'NI-1046', 'Ingrid Holm');
  const load = priya.getByRole('region', { name: 'What waits for them' });
  for (const number of numbers) await expect(load).toContainText(number);
  await expect(load).toContainText('Address validation: Finance systems owner');
  await accessible(priya, 'a person');

  await priya.getByRole('button', { name: 'Disable', exact: true }).click();
  const dialog = priya.getByRole('dialog', { name: 'Disable Ingrid Holm?' });
  await expect(dialog).toContainText('is signed out everywhere at once');
  await accessible(priya, 'the dialog of somebody who leaves');
  await pick(priya, 'Who decides', 'noor', 'Noor Rahman');
  await dialog.getByLabel('Reason').fill('Left on Friday');
  await dialog.getByRole('button', { name: 'Hand over and disable' }).click();
  await expect(priya.getByText('Ingrid Holm is disabled.')).toBeVisible();
  await expect(priya.getByRole('heading', { level: 1 }).locator('..').locator('..')).toContainText('Disabled');

  // What she sees ends, and she cannot come back.
  await leaver.goto(`${url}/inbox`);
  await expect(leaver).toHaveURL(/sign-in/);
  await leaver.getByLabel('Email').fill(ingrid);
  await leaver.getByLabel('Password', { exact: true }).fill('docket-demo-2026');
  await leaver.getByRole('button', { name: 'Sign in' }).click();
  await expect(leaver.getByText(/The email address or the password is not right/)).toBeVisible();

  const noor = await visit(docket, people.noor);
  await go(noor, `${url}/inbox`);
  for (const number of numbers) await expect(noor.locator('.inrow', { hasText: number.split('-')[1] ?? number })).toBeVisible();
  await go(priya, `${url}/requests/${numbers[0]}`);
  await expect(priya.getByText('Left on Friday')).toBeVisible();

  await open(priya, url, 'ingrid', 'Ingrid Holm');
  await priya.getByRole('button', { name: 'Enable' }).click();
  await priya.getByRole('dialog').getByRole('button', { name: 'Enable' }).click();
  await expect(priya.getByText('Ingrid Holm can sign in again')).toBeVisible();
});

test('people are added, changed and imported with a preview, and personal data is deleted', async ({ visit }) => {
  const { docket } = here;
  const { url } = docket;
  const priya = await visit(docket, people.priya);
  await go(priya, `${url}/people`);
  await priya.getByRole('button', { name: 'Add a person' }).click();
  const dialog = priya.getByRole('dialog', { name: 'Add a person' });
  await dialog.getByLabel('Name', { exact: true }).fill('Nina Berg');
  await dialog.getByLabel('E-mail').fill('nina.berg@northmoor.example');
  await dialog.getByRole('button', { name: 'Add person' }).click();
  await expect(priya.getByRole('heading', { level: 1, name: 'Nina Berg' })).toBeVisible();
  await ready(priya);
  await priya.getByRole('button', { name: 'Edit' }).click();
  await priya.getByRole('dialog').getByLabel('Employee number').fill('NI-2001');
  await priya.getByRole('dialog').getByRole('button', { name: 'Save' }).click();
  await expect(priya.getByText('NI-2001')).toBeVisible();

  const file = join(tmpdir(), `people-${process.pid}.csv`);
  writeFileSync(file, 'email,name,title,space\nnina.berg@northmoor.example,Nina Berg,Registry,\nkim.oh@northmoor.example,Kim Oh,Registry,\nlee@nowhere,=1+1,,\n');
  await go(priya, `${url}/people/import`);
  await accessible(priya, 'the import');
  await priya.getByLabel('Table of people').setInputFiles(file);
  await expect(priya.getByRole('button', { name: 'Import 2 people' })).toBeVisible();
  await expect(priya.getByRole('table').filter({ hasText: 'lee@nowhere' })).toContainText('Write the whole e-mail address');
  await accessible(priya, 'the preview of an import');
  const [download] = await Promise.all([priya.waitForEvent('download'), priya.getByRole('link', { name: 'Download the row' }).click()]);
  expect(download.suggestedFilename()).toBe('refused-rows.csv');
  await priya.getByRole('button', { name: 'Import 2 people' }).click();
  await expect(priya.getByText('1 person was added and 1 changed. 1 row stayed out.')).toBeVisible();

  await open(priya, url, 'kim.oh', 'Kim Oh');
  const [stored] = await Promise.all([priya.waitForEvent('download'), priya.getByRole('link', { name: 'Export what is stored' }).click()]);
  expect(stored.suggestedFilename()).toMatch(/^person-.*\.json$/);
  await priya.getByRole('button', { name: 'Disable', exact: true }).click();
  await priya.getByRole('dialog').getByRole('button', { name: 'Disable', exact: true }).click();
  await priya.getByRole('button', { name: 'Delete personal data' }).click();
  const erase = priya.getByRole('dialog', { name: 'Delete the personal data of Kim Oh?' });
  await expect(erase).toContainText('cannot be undone');
  await erase.getByLabel('Type delete to confirm').fill('delete');
  await erase.getByRole('button', { name: 'Delete for good' }).click();
  await expect(priya).toHaveURL(/\/people$/);
  await expect(priya.getByRole('link', { name: 'Kim Oh' })).toHaveCount(0);
});

for (const colorScheme of ['light', 'dark'] as const) {
  test(`people in ${colorScheme}, on a desk and on a phone`, async ({ visit }) => {
    const { docket } = here;
    const priya = await visit(docket, people.priya, { colorScheme });
    // High enough that the tab bar covers no row.
    for (const size of [{ width: 1440, height: 900 }, { width: 390, height: 2_600 }]) {
      await priya.setViewportSize(size);
      for (const path of ['/people', '/people?role=duties&state=active', '/people?text=nobody-like-it', '/people/import']) {
        await go(priya, `${docket.url}${path}`);
        await accessible(priya, `${path} at ${size.width}, ${colorScheme}`);
        await fits(priya, path);
      }
      await open(priya, docket.url, 'ruth', 'Ruth Abel');
      await accessible(priya, `a person at ${size.width}, ${colorScheme}`);
      await fits(priya, 'a person');
    }
  });
}
