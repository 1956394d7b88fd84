import { accessible } from '../support/axe';
import { fileVpn } from '../support/form';
import { go, people } from '../support/people';
import { expect, test, world } from '../support/test';

const here = world();

test('many are approved at once, undone in time, and approved after all', async ({ visit }) => {
  const { docket } = here;
  const lena = await visit(docket, people.lena);
  const numbers = [await fileVpn(lena, docket.url), await fileVpn(lena, docket.url)];
  const bea = await visit(docket, people.bea);
  await go(bea, `${docket.url}/inbox`);
  await expect(bea.locator('.split__list .live')).toHaveAttribute('data-state', 'live');
  const rows = numbers.map((number) => bea.locator('.inrow', { hasText: number.split('-')[1] ?? number }));

  // The filter is in the address; what does not fit says so and leads back.
  await bea.keyboard.press('f');
  await expect(bea.getByLabel('Filter this list')).toBeFocused();
  await bea.keyboard.type('nothing like it');
  await expect(bea.getByText('Nothing fits')).toBeVisible();
  await expect(bea).toHaveURL(/q=nothing/);
  await bea.getByRole('button', { name: 'Show all' }).click();
  await expect(rows[0]!).toBeVisible();

  for (const row of rows) await row.getByRole('checkbox').check();
  await bea.getByRole('button', { name: 'Approve 2' }).click();
  const held = bea.locator('.held__line');
  await expect(held).toContainText('Approving 2 requests');
  for (const row of rows) await expect(row).toContainText('Approving');
  await accessible(bea, 'decisions that are held');
  await bea.keyboard.press('u');
  await expect(held).toHaveCount(0);
  await expect(bea.getByRole('status').filter({ hasText: 'Taken back' })).toContainText(numbers[1]!);
  for (const row of rows) await expect(row.getByRole('checkbox')).toBeEnabled();

  // With a selection, A is about that, and D declines it with one reason.
  for (const row of rows) await row.getByRole('checkbox').check();
  await bea.keyboard.press('d');
  const reason = bea.getByRole('dialog', { name: 'Decline 2 requests?' });
  await expect(reason.getByLabel('Reason')).toBeFocused();
  await bea.keyboard.press('Escape');
  await expect(reason).toBeHidden();
  await bea.keyboard.press('a');
  await expect(held).toContainText('Approving 2 requests');
  for (const row of rows) await expect(row).toContainText('You approved this', { timeout: 30_000 });
  await expect(held).toHaveCount(0);
  for (const number of numbers) {
    await go(lena, `${docket.url}/requests/${number}`);
    await expect(lena.locator('.timeline')).toContainText('Bea Kowalski approved');
  }
});
