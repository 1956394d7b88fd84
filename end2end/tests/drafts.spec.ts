import { draftSaved, filed, fillPerson, fillVpn, pick, proceed, serverHas, step } from '../support/form';
import { go, password, people, ready } from '../support/people';
import { expect, test, world } from '../support/test';

const here = world();

test('a draft survives a reload, signing out and another device', async ({ visit }) => {
  const { docket } = here;
  const lena = await visit(docket, people.lena);
  await go(lena, `${docket.url}/request/new-starter`);
  await fillPerson(lena, 'Dora Draft');
  await draftSaved(lena);
  await lena.reload();
  await ready(lena);
  await expect(lena.getByLabel('Full name')).toHaveValue('Dora Draft');
  await expect(lena.getByRole('combobox', { name: 'Team' })).toHaveValue('Life Sciences');
  await proceed(lena);
  await expect(step(lena, 'What should they be able to use?')).toBeVisible();
  const address = lena.url();

  // Signed out in the middle, from another tab: what is typed after that is kept here, and sent after signing in again.
  const other = await lena.context().newPage();
  await go(other, `${docket.url}/profile`);
  await other.getByRole('button', { name: 'Sign out', exact: true }).click();
  await expect(other).toHaveURL(/sign-in/);
  await other.close();
  await lena.getByLabel('Why is this access needed?').fill('Typed while signed out');
  await expect(lena.getByText(/signed out/i).first()).toBeVisible();
  await lena.getByRole('link', { name: /sign in/i }).click();
  await lena.getByRole('textbox', { name: 'Email' }).fill(people.lena);
  await lena.getByLabel('Password', { exact: true }).fill(password);
  await lena.getByRole('button', { name: 'Sign in' }).click();
  await lena.waitForURL(address);
  await ready(lena);
  await expect(lena.getByLabel('Why is this access needed?')).toHaveValue('Typed while signed out');
  await draftSaved(lena);
  await serverHas(lena, 'new-starter', 'reason', 'Typed while signed out');

  // Another device.
  const tablet = await visit(docket, people.lena, { viewport: { width: 820, height: 1180 } });
  await go(tablet, `${docket.url}/`);
  const strip = tablet.getByRole('region', { name: 'Draft to finish, New starter access' });
  await expect(strip).toContainText('Access');
  await strip.getByRole('link', { name: 'Continue' }).click();
  await expect(step(tablet, 'What should they be able to use?')).toBeVisible();
  await expect(tablet.getByLabel('Why is this access needed?')).toHaveValue('Typed while signed out');
  await tablet.goBack();
  await expect(tablet.getByRole('heading', { name: 'Request catalog' })).toBeVisible();
});

test('a discarded draft comes back with Undo', async ({ visit }) => {
  const { docket } = here;
  const fatima = await visit(docket, people.fatima);
  await go(fatima, `${docket.url}/request/shared-mailbox`);
  await fatima.getByLabel('Address wanted').fill('reading-room@northmoor.example');
  await pick(fatima, 'Owner', 'Fatima', 'Fatima Zahra');
  await draftSaved(fatima);
  await go(fatima, `${docket.url}/`);
  const strip = fatima.getByRole('region', { name: 'Draft to finish, Shared mailbox' });
  await strip.getByRole('button', { name: 'Discard' }).click();
  await expect(strip).toHaveCount(0);
  await fatima.getByRole('button', { name: 'Undo' }).click();
  await expect(strip).toBeVisible();
  await fatima.reload();
  await ready(fatima);
  await strip.getByRole('link', { name: 'Continue' }).click();
  await expect(fatima.getByLabel('Address wanted')).toHaveValue('reading-room@northmoor.example');

  // Discarded without Undo, it is gone for good.
  await go(fatima, `${docket.url}/`);
  await strip.getByRole('button', { name: 'Discard' }).click();
  await expect(strip).toHaveCount(0);
  await fatima.reload();
  await ready(fatima);
  await expect(fatima.getByRole('searchbox', { name: 'Search services' })).toBeVisible();
  await expect(strip).toHaveCount(0);
  await go(fatima, `${docket.url}/request/shared-mailbox`);
  await expect(fatima.getByLabel('Address wanted')).toHaveValue('');
});

test('a double click, two tabs and a retry give one request', async ({ visit }) => {
  const { docket } = here;
  const noor = await visit(docket, people.noor);
  const count = async () => {
    const answer = await noor.request.post(`${docket.url}/call/requests/mine`, { data: { filter: 'all', after: null }, headers: { origin: docket.url } });
    return ((await answer.json()) as { rows: unknown[] }).rows.length;
  };
  const before = await count();
  await fillVpn(noor, docket.url, 'One request only');
  await serverHas(noor, 'vpn-access', 'reason', 'One request only');
  const second = await noor.context().newPage();
  await go(second, noor.url());
  await expect(step(second, 'Check your answers')).toBeVisible();

  // The first answer is lost on the way: the person sends again.
  let lost = false;
  await noor.route('**/call/requests/submit_draft', async (route) => {
    if (lost) return route.continue();
    lost = true;
    await route.fetch();
    await route.abort();
  });
  await noor.getByRole('button', { name: 'Submit request' }).dblclick();
  await expect.poll(count).toBe(before + 1);
  const send = noor.getByRole('button', { name: 'Submit request' });
  await expect(send.or(noor.locator('.serial:not(.serial--blank)'))).toBeVisible();
  if (await send.isVisible()) await send.click();
  const number = await filed(noor);

  await second.getByRole('button', { name: 'Submit request' }).click();
  expect(await filed(second)).toBe(number);
  expect(await count()).toBe(before + 1);
});
