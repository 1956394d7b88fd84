import { fileVpn } from '../support/form';
import { go, people } from '../support/people';
import { expect, test, world } from '../support/test';

const here = world();

test('the other organization sees none of it', async ({ visit }) => {
  const { docket } = here;
  const nadia = await visit(docket, people.nadia);
  await go(nadia, `${docket.url}/inbox`);
  const rows = await nadia.locator('.inrow').count();
  const lena = await visit(docket, people.lena);
  const number = await fileVpn(lena, docket.url);

  for (const path of [`/requests/${number}`, `/inbox/${number}`, '/request/vpn-access']) {
    const answer = await nadia.goto(`${docket.url}${path}`);
    expect(answer?.status(), path).toBe(404);
    await expect(nadia.getByRole('heading', { name: 'Not found' }).first(), path).toBeVisible();
  }
  const told = await nadia.request.post(`${docket.url}/call/requests/page`, { data: { number }, headers: { origin: docket.url } });
  expect(told.status()).toBe(404);

  await go(nadia, `${docket.url}/`);
  await expect(nadia.getByRole('link', { name: 'Spare key' })).toBeVisible();
  await expect(nadia.getByRole('link', { name: 'VPN access' })).toHaveCount(0);
  await go(nadia, `${docket.url}/inbox`);
  await expect(nadia.locator('.inrow')).toHaveCount(rows);
  await go(nadia, `${docket.url}/leadership`);
  await expect(nadia.locator('main')).not.toContainText(number);
  const found = await nadia.request.post(`${docket.url}/call/requests/search_people`, { data: { text: 'Lena' }, headers: { origin: docket.url } });
  expect(await found.json()).toEqual([]);
});

test('a member of both sees one at a time, and switches', async ({ visit }) => {
  const { docket } = here;
  const helen = await visit(docket, people.helen);
  const organization = async () => ((await helen.locator('.org__name').innerText()) === 'Northmoor Institute' ? 'Northmoor Institute' : 'Harbor Housing');
  const first = await organization();
  const other = first === 'Northmoor Institute' ? 'Harbor Housing' : 'Northmoor Institute';
  await go(helen, `${docket.url}/profile`);
  await helen.getByRole('button', { name: `Switch to ${other}` }).click();
  await expect(helen.locator('.org__name')).toHaveText(other);
  await go(helen, `${docket.url}/`);
  await expect(helen.getByRole('link', { name: other === 'Harbor Housing' ? 'Spare key' : 'VPN access' })).toBeVisible();
  await expect(helen.getByRole('link', { name: other === 'Harbor Housing' ? 'VPN access' : 'Spare key' })).toHaveCount(0);
});
