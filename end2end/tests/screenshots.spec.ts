import { existsSync, mkdirSync } from 'node:fs';
import { join, resolve } from 'node:path';
import type { Page } from '@playwright/test';
import { fileContractor, fillPerson, proceed, step } from '../support/form';
import { go, people } from '../support/people';
import { expect, test, world } from '../support/test';

// The README's pictures. Those that are there stay as they are, unless SCREENSHOTS is set: a test run changes no file of the repository.
const folder = resolve(import.meta.dirname, '../../docs/screenshots');
const here = world();

async function picture(page: Page, name: string, otherwise: string): Promise<void> {
  const kept = join(folder, `${name}.png`);
  await page.evaluate(() => document.fonts.ready);
  const path = process.env.SCREENSHOTS || !existsSync(kept) ? kept : otherwise;
  const image = await page.screenshot({ path, animations: 'disabled', caret: 'hide' });
  expect(image.byteLength).toBeGreaterThan(20_000);
}

test('the catalog, the dialog and the inbox', async ({ visit }, info) => {
  mkdirSync(folder, { recursive: true });
  const { docket } = here;
  const fatima = await visit(docket, people.fatima);
  await fileContractor(fatima, docket.url, 'Jonas Neumann');

  const amara = await visit(docket, 'amara.okafor@northmoor.example');
  await go(amara, `${docket.url}/`);
  await expect(amara.getByRole('link', { name: 'VPN access' })).toBeVisible();
  await picture(amara, 'catalog', info.outputPath('catalog.png'));

  const lena = await visit(docket, people.lena);
  await go(lena, `${docket.url}/request/new-starter`);
  await fillPerson(lena, 'Jonas Weber');
  await proceed(lena);
  await expect(step(lena, 'What should they be able to use?')).toBeVisible();
  await lena.getByRole('radio', { name: 'Contractor' }).check();
  await lena.getByRole('checkbox', { name: 'VPN' }).check();
  await expect(lena.locator('.saved')).toContainText('Draft saved');
  await lena.locator('#flow-title').scrollIntoViewIfNeeded();
  await picture(lena, 'dialog', info.outputPath('dialog.png'));

  const ruth = await visit(docket, people.ruth);
  await go(ruth, `${docket.url}/inbox`);
  await expect(ruth.locator('.serial')).toBeVisible();
  await picture(ruth, 'inbox', info.outputPath('inbox.png'));
});
