import { draftSaved, fileVpn, proceed, serverHas, step, summary } from '../support/form';
import { go, people, ready } from '../support/people';
import { expect, test, world } from '../support/test';

const here = world();

test('a page that does not exist says so, and leads on', async ({ visit }) => {
  const { docket } = here;
  const lena = await visit(docket, people.lena);
  for (const path of ['/nowhere', '/requests/IT-0000', '/request/nothing-like-it']) {
    const answer = await lena.goto(`${docket.url}${path}`);
    expect(answer?.status(), path).toBe(404);
    await ready(lena);
    await expect(lena.getByRole('heading', { name: 'Not found' }).first(), path).toBeVisible();
  }
  await lena.getByRole('link', { name: 'Go to the catalog' }).click();
  await expect(lena.getByRole('heading', { name: 'Request catalog' })).toBeVisible();
});

test('signing in: a wrong password says what to do, and one lands where one wanted to go', async ({ browser, watch }) => {
  const { docket } = here;
  const context = await browser.newContext();
  watch(context);
  const page = await context.newPage();
  await page.goto(`${docket.url}/request/vpn-access?step=device`);
  await expect(page.getByRole('heading', { name: 'Sign in' })).toBeVisible();
  await page.getByLabel('Email').fill(people.lena);
  await page.getByLabel('Password', { exact: true }).fill('not the password');
  await page.getByRole('button', { name: 'Sign in' }).click();
  await expect(page.getByRole('alert')).toContainText('is not right');
  await expect(page.getByLabel('Email')).toHaveValue(people.lena);
  await page.getByLabel('Password', { exact: true }).fill('docket-demo-2026');
  await page.getByRole('button', { name: 'Sign in' }).click();
  await page.waitForURL(`${docket.url}/request/vpn-access?step=device`);
  await context.close();
});

test('without a connection nothing typed is lost', async ({ visit }) => {
  const { docket } = here;
  const lena = await visit(docket, people.lena);
  await go(lena, `${docket.url}/request/facility-issue`);
  await lena.getByLabel('Room or place').fill('L-204');
  await draftSaved(lena);
  await lena.context().setOffline(true);
  await expect(lena.getByText('You are offline.')).toBeVisible();
  await lena.getByLabel('What you see').fill('Water under the door');
  await expect(lena.locator('.saved')).toContainText('Not saved');
  await lena.context().setOffline(false);
  await expect(lena.getByText('You are offline.')).toHaveCount(0);
  await serverHas(lena, 'facility-issue', 'detail', 'Water under the door');
  await lena.reload();
  await ready(lena);
  await expect(lena.getByLabel('What you see')).toHaveValue('Water under the door');
});

test('a page that finds the device offline while it comes alive says so', async ({ visit }) => {
  const { docket } = here;
  const lena = await visit(docket, people.lena);
  await lena.addInitScript(() => Object.defineProperty(navigator, 'onLine', { get: () => false, configurable: true }));
  await go(lena, `${docket.url}/request/facility-issue`);
  await expect(lena.getByText('You are offline.')).toBeVisible();
  await lena.getByRole('button', { name: 'Try again' }).click();
  await expect(lena.getByText('You are offline.')).toHaveCount(0);
});

test('back and forward move between the steps, and a step can be linked', async ({ visit }) => {
  const { docket } = here;
  const noor = await visit(docket, people.noor);
  await go(noor, `${docket.url}/request/vpn-access`);
  await noor.getByLabel('Asset number').fill('nonsense');
  await noor.getByLabel('Asset number').blur();
  await expect(noor.getByText('Asset number must be N- and 5 digits, like N-01984')).toBeVisible();
  await noor.getByLabel('Asset number').fill('N-01984');
  await expect(noor.getByText('Asset number must be N- and 5 digits, like N-01984')).toHaveCount(0);
  await proceed(noor);
  await expect(step(noor, 'When do you need it?')).toBeVisible();
  await noor.goBack();
  await expect(step(noor, 'Which laptop do you use?')).toBeVisible();
  await expect(noor.getByLabel('Asset number')).toHaveValue('N-01984');
  await noor.goForward();
  await expect(step(noor, 'When do you need it?')).toBeVisible();
  const address = noor.url();
  await serverHas(noor, 'vpn-access', 'asset', 'N-01984');
  await go(noor, address);
  await expect(step(noor, 'When do you need it?')).toBeVisible();
});

test('asked for changes, the requester answers; then cancels', async ({ visit }) => {
  const { docket } = here;
  const lena = await visit(docket, people.lena);
  const number = await fileVpn(lena, docket.url);
  const samir = await visit(docket, people.samir);
  await go(samir, `${docket.url}/inbox/${number}`);
  await samir.getByRole('button', { name: /^Ask for changes/ }).click();
  await expect(samir.getByLabel(/^What should change/)).toBeFocused();
  await samir.getByLabel(/^What should change/).fill('Which site is it for?');
  await samir.getByRole('button', { name: /^Ask for changes/ }).click();

  // The time to undo has to pass first.
  await expect(lena.locator('.docket .status')).toContainText('Changes asked', { timeout: 30_000 });
  await lena.locator('#answer').fill('The library in town');
  await lena.getByRole('button', { name: 'Send answer' }).click();
  await expect(lena.locator('.docket .status')).toContainText('Pending approval');
  await expect(lena.locator('.timeline')).toContainText('The library in town');

  await lena.getByRole('button', { name: 'Cancel request' }).click();
  const dialog = lena.getByRole('dialog', { name: `Cancel ${number}?` });
  await dialog.getByRole('button', { name: 'Cancel request' }).click();
  await expect(dialog).toContainText('Write why you cancel the request');
  await dialog.getByLabel('Reason').fill('Not needed any more');
  await dialog.getByRole('button', { name: 'Cancel request' }).click();
  await expect(lena.locator('.docket .status')).toContainText('Cancelled');
});

test('what is sent before the page is live is sent once it is, as it was typed', async ({ visit }) => {
  const { docket } = here;
  const lena = await visit(docket, people.lena);
  // A slow network: the page is there to be read and typed into, its program is not.
  let arrive = () => {};
  const arrived = new Promise<void>((resolve) => (arrive = resolve));
  await lena.route('**/*.wasm', async (route) => arrived.then(() => route.continue()));
  await lena.goto(`${docket.url}/request/facility-issue`, { waitUntil: 'commit' });
  const room = lena.getByLabel('Room or place');
  await room.fill('Attic');
  await lena.getByRole('button', { name: 'Continue' }).click();
  await expect(lena.locator('form[aria-busy=true]')).toHaveCount(1);
  await expect(lena.locator('html[data-ready]')).toHaveCount(0);
  arrive();
  await expect(summary(lena)).toBeFocused();
  await expect(room).toHaveValue('Attic');
});
