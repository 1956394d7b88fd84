import { accessible, fits } from '../support/axe';
import { go, people, ready } from '../support/people';
import { expect, test, world } from '../support/test';

const here = world();

/** What a program is answered. */
async function ask(token: string, path: string): Promise<{ status: number; body: Record<string, unknown> }> {
  const answer = await fetch(`${here.docket.url}/api/v1/${path}`, { headers: { authorization: `Bearer ${token}` } });
  return { status: answer.status, body: (await answer.json()) as Record<string, unknown> };
}

test('a token is made, used by a program, and revoked', async ({ visit }) => {
  const priya = await visit(here.docket, people.priya);
  await go(priya, `${here.docket.url}/profile`);
  await priya.getByRole('link', { name: 'Your tokens' }).click();
  await expect(priya.getByRole('heading', { name: 'API tokens', level: 1 })).toBeVisible();
  await expect(priya.getByText('No program acts for you')).toBeVisible();
  await priya.getByRole('button', { name: 'Make a token' }).click();
  const dialog = priya.getByRole('dialog');
  await dialog.getByRole('textbox', { name: 'Name' }).fill('Inventory sync');
  await dialog.getByText('A service account', { exact: true }).click();
  // Nothing chosen yet: it says so, and keeps what was filled in.
  await dialog.getByRole('button', { name: 'Make token' }).click();
  await expect(dialog.getByRole('textbox', { name: 'Name' })).toHaveValue('Inventory sync');
  await dialog.getByLabel('See requests that are not one', { exact: false }).check();
  await dialog.getByRole('button', { name: 'Make token' }).click();
  const shown = priya.getByLabel('Token of Inventory sync');
  await expect(shown).toBeFocused();
  const token = await shown.inputValue();
  expect(token).toMatch(/^dkt_[0-9a-f]{72}$/);
  await accessible(priya, 'a token that is shown once');
  const me = await ask(token, 'me');
  expect(me.status).toBe(200);
  expect(me.body).toMatchObject({ person: { name: 'Inventory sync' }, token: { service: true } });

  await priya.getByRole('button', { name: 'I have copied it' }).click();
  await expect(shown).toBeHidden();
  await priya.reload();
  await ready(priya);
  expect(await priya.content()).not.toContain(token);
  const row = priya.getByRole('row', { name: /Inventory sync/ });
  await expect(row).toContainText('Service account, by Priya Raman');
  await expect(row).not.toContainText('Not yet');
  await priya.setViewportSize({ width: 390, height: 844 });
  await fits(priya, '/tokens');
  await row.getByRole('button', { name: 'Revoke Inventory sync' }).click();
  await expect(dialog).toContainText('refused from now on');
  await dialog.getByRole('button', { name: 'Revoke token' }).click();
  await expect(row).toBeHidden();
  expect((await ask(token, 'me')).status).toBe(401);
});
