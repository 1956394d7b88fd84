import { accessible, fits } from '../support/axe';
import { pick } from '../support/form';
import { go, people, ready } from '../support/people';
import { expect, test, world } from '../support/test';

const here = world();

test('an organization takes a colour that can be read, and does without the leadership view', async ({ visit }) => {
  const priya = await visit(here.docket, people.priya);
  await go(priya, `${here.docket.url}/`);
  await priya.getByRole('link', { name: 'Organization', exact: true }).click();
  await expect(priya.getByRole('heading', { name: 'Organization', level: 1 })).toBeVisible();
  const colour = priya.getByLabel('Colour');
  await colour.fill('#ffcc00');
  await expect(priya.getByText('too pale to be read')).toBeVisible();
  await priya.getByLabel('The leadership view').uncheck();
  await priya.getByRole('button', { name: 'Save settings' }).click();
  // The server says which one of its kind would do, and nothing that was filled in is lost.
  await expect(priya.locator('.error-summary')).toContainText('Words in #ffcc00 cannot be read');
  await expect(priya.getByLabel('The leadership view')).not.toBeChecked();
  await accessible(priya, 'settings with an error');
  await colour.fill('#4b0082');
  await expect(priya.getByText('Words in this colour can be read.')).toBeVisible();
  await priya.getByRole('button', { name: 'Save settings' }).click();
  const sheet = priya.locator('link[rel="stylesheet"][href="/accent/4b0082.css"]');
  await expect(sheet).toHaveCount(1);
  await ready(priya);
  await expect(priya.getByRole('navigation', { name: 'Main' }).getByRole('link', { name: 'Leadership' })).toHaveCount(0);
  const painted = await priya.getByRole('button', { name: 'Save settings' }).evaluate((button) => getComputedStyle(button).backgroundColor);
  expect(painted).toBe('rgb(75, 0, 130)');
  for (const colorScheme of ['light', 'dark'] as const) {
    await priya.emulateMedia({ colorScheme });
    await accessible(priya, `settings in their own colour, ${colorScheme}`);
  }
  await priya.setViewportSize({ width: 390, height: 844 });
  await fits(priya, '/settings');
  // Others of the organization find it so too, and nobody of another one.
  const samir = await visit(here.docket, people.samir);
  await go(samir, `${here.docket.url}/leadership`);
  await expect(samir.getByRole('heading', { name: 'Leadership' })).toHaveCount(0);
  const nadia = await visit(here.docket, people.nadia);
  await go(nadia, `${here.docket.url}/`);
  await expect(nadia.locator('link[href^="/accent/"]')).toHaveCount(0);
});

test('a group is added, filled, and somebody is taken out and back', async ({ visit }) => {
  const priya = await visit(here.docket, people.priya);
  await go(priya, `${here.docket.url}/groups`);
  await priya.getByRole('button', { name: 'Add group' }).click();
  await priya.getByRole('dialog').getByLabel('Name').fill('Night desk');
  await priya.getByRole('dialog').getByRole('button', { name: 'Add group' }).press('Enter');
  await expect(priya.getByRole('heading', { name: 'Night desk', level: 1 })).toBeVisible();
  await expect(priya.getByText('Nobody is in this group')).toBeVisible();
  await priya.getByRole('button', { name: 'Add somebody' }).click();
  await pick(priya, 'Person', 'daniel', 'Daniel Mwangi');
  await priya.getByRole('dialog').getByLabel('lead', { exact: true }).check();
  await priya.getByRole('dialog').getByRole('button', { name: 'Add to group' }).click();
  const row = priya.getByRole('row', { name: /Daniel Mwangi/ });
  await expect(row).toContainText('lead');
  await accessible(priya, 'a group');
  await row.getByRole('button', { name: 'Take Daniel Mwangi out of the group' }).click();
  await expect(row).toHaveCount(0);
  await priya.getByRole('button', { name: 'Undo' }).click();
  await expect(row).toContainText('lead');
  await priya.setViewportSize({ width: 390, height: 844 });
  await fits(priya, '/groups/night-desk');
  // What the catalog asks for approval stays.
  await go(priya, `${here.docket.url}/groups/it-forms-admins`);
  await priya.getByRole('button', { name: 'Remove' }).first().click();
  await priya.getByRole('dialog').getByRole('button', { name: 'Remove group' }).click();
  await expect(priya.getByRole('dialog')).toContainText('is still needed');
});
