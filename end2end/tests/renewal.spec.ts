import type { Page } from '@playwright/test';
import { Docket, SiteCopy } from '../support/docket';
import { fillVpn, filed, proceed, step } from '../support/form';
import { go, people, ready, signIn } from '../support/people';
import { expect, test } from '../support/test';

let site: SiteCopy;
let docket: Docket;

test.beforeEach(async () => {
  site = new SiteCopy();
  docket = await Docket.prepare({ DOCKET_SITE_ROOT: site.folder });
  await docket.start();
});
test.afterEach(async () => {
  await docket.remove();
  site.remove();
});

/** A new build is put in place and the server started with it, while pages of the old one are open. */
async function deploy(name: string): Promise<void> {
  await docket.end();
  site.renew(name);
  await docket.start();
}

/** The page was loaded whole, from the new build, and says why. */
async function wasRenewed(page: Page, build: string): Promise<void> {
  await expect(page.locator('.toast')).toContainText('Docket was updated while this page was open');
  await ready(page);
  await expect(page.locator(`link[rel=stylesheet][href^="/pkg/${build}/"]`)).toHaveCount(1);
}

test('a page older than the server goes on by loading again, and no answer is lost', async ({ visit }) => {
  const lena = await visit(docket, people.lena);
  await go(lena, `${docket.url}/request/vpn-access`);
  await lena.getByLabel('Asset number').fill('N-01984');
  await proceed(lena);
  await expect(step(lena, 'When do you need it?')).toBeVisible();
  await docket.end();
  // Typed while nobody listens: only the device has it.
  await lena.getByLabel('What it is for').fill('Night shifts from home');
  site.renew('0000000000000001');
  await docket.start();

  await lena.getByRole('navigation', { name: 'Main' }).getByRole('link', { name: 'My requests' }).click();
  await lena.waitForURL(`${docket.url}/requests`);
  await wasRenewed(lena, '0000000000000001');
  await expect(lena.getByRole('heading', { level: 1, name: 'My requests' })).toBeVisible();

  // Said once, and the answers are there.
  await go(lena, `${docket.url}/request/vpn-access`);
  await expect(lena.getByLabel('What it is for')).toHaveValue('Night shifts from home');
  await expect(lena.locator('.toast')).toHaveCount(0);
});

test('what an older page submits arrives, and its page is shown', async ({ visit }) => {
  const noor = await visit(docket, people.noor);
  await fillVpn(noor, docket.url, 'One request, sent from an older page');
  await deploy('0000000000000002');
  await noor.getByRole('button', { name: 'Submit request' }).click();
  await filed(noor);
  await wasRenewed(noor, '0000000000000002');
});

test('without the server the present page stays, and the wanted one opens when it is back', async ({ visit }) => {
  const fatima = await visit(docket, people.fatima);
  await go(fatima, `${docket.url}/`);
  await docket.end();
  await fatima.getByRole('navigation', { name: 'Main' }).getByRole('link', { name: 'My requests' }).click();
  await expect(fatima.locator('.toast')).toContainText('It opens as soon as you are back online');
  await expect(fatima.getByRole('heading', { name: 'Request catalog' })).toBeVisible();
  await docket.start();
  await fatima.waitForURL(`${docket.url}/requests`);
  await expect(fatima.getByRole('heading', { level: 1, name: 'My requests' })).toBeVisible();
});

test('a page whose first module is gone is loaded again by itself', async ({ browser }) => {
  // Not watched for trouble: the style of a build that is gone is missing, and the browser says so.
  const context = await browser.newContext();
  const lena = await context.newPage();
  await signIn(lena, docket.url, people.lena);
  // The page as it was, from a place that kept it, while its build has gone.
  const kept = await lena.request.get(`${docket.url}/profile`);
  const old = { body: await kept.text(), contentType: 'text/html', headers: { 'content-security-policy': kept.headers()['content-security-policy'] ?? '' } };
  await deploy('0000000000000003');
  let served = 0;
  await lena.route(`${docket.url}/profile`, async (route) => {
    served += 1;
    return served > 1 ? route.continue() : route.fulfill(old);
  });
  await lena.goto(`${docket.url}/profile`);
  await wasRenewed(lena, '0000000000000003');
  expect(served).toBe(2);
  await context.close();
});
