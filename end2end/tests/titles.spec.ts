import { accessible, fits } from '../support/axe';
import { fileVpn } from '../support/form';
import { go, people, ready } from '../support/people';
import { expect, test, world } from '../support/test';

const here = world();

test('a request is named by what it is about, from its draft to the mail about it', async ({ visit }) => {
  const { docket, receiver } = here;
  const lena = await visit(docket, people.lena);
  const number = await fileVpn(lena, docket.url, 'Survey of the flood plain');
  const title = 'VPN access: Survey of the flood plain';
  await expect(lena.getByRole('heading', { level: 1 })).toHaveText(title);
  await expect(lena).toHaveTitle(`${number} ${title} · Docket`);
  await expect(lena.getByRole('term').filter({ hasText: 'Service' })).toHaveCount(0);

  await go(lena, `${docket.url}/requests`);
  const row = lena.getByRole('row').filter({ hasText: number });
  await expect(row).toContainText(title);
  await expect(row.getByRole('link')).toHaveCount(1);
  await accessible(lena, 'my requests');
  // The far end of the row opens it, and beside the present page with the key that browsers have for that.
  const far = { position: { x: (await row.boundingBox())!.width - 8, y: 8 } };
  const beside = lena.context().waitForEvent('page');
  await row.click({ ...far, modifiers: ['ControlOrMeta'] });
  const tab = await beside;
  await expect(tab).toHaveURL(new RegExp(`/requests/${number}$`));
  await tab.close();
  await row.click(far);
  await expect(lena).toHaveURL(new RegExp(`/requests/${number}$`));

  const samir = await visit(docket, people.samir);
  await go(samir, `${docket.url}/inbox/${number}`);
  const waiting = samir.getByRole('listitem').filter({ hasText: number });
  await expect(waiting).toContainText(title);
  await expect(waiting).toContainText('VPN access');
  await samir.getByRole('searchbox', { name: 'Filter this list' }).fill('flood pl');
  await expect(waiting).toBeVisible();
  const [mail] = await receiver.mailed(people.samir, number);
  expect(mail.replace(/\r?\n[ \t]/g, ' ')).toContain(`Subject: ${number} ${title}`);
});

test('the whole row opens where there are things to press in it, and they are pressed alone', async ({ visit }) => {
  const { docket } = here;
  const lena = await visit(docket, people.lena);
  const number = await fileVpn(lena, docket.url, 'A '.concat('very long reason that goes on '.repeat(5)).trim());
  const daniel = await visit(docket, people.daniel);
  await go(daniel, `${docket.url}/work?q=very%20long%20reas`);
  const row = daniel.getByRole('row').filter({ hasText: number });
  await expect(row).toContainText('…');
  await row.getByRole('checkbox').check();
  await expect(daniel).toHaveURL(/\/work/);
  await row.click({ position: { x: (await row.boundingBox())!.width - 8, y: 8 } });
  await expect(daniel).toHaveURL(new RegExp(`/requests/${number}$`));

  await daniel.setViewportSize({ width: 390, height: 844 });
  await fits(daniel, 'a long title');
  for (const page of ['work', 'work?view=board']) {
    await go(daniel, `${docket.url}/${page}`);
    await fits(daniel, page);
  }
  await lena.setViewportSize({ width: 390, height: 844 });
  for (const page of ['', 'requests', `requests/${number}`, 'notifications']) {
    await go(lena, `${docket.url}/${page}`);
    await fits(lena, page);
  }
});

test('a draft says what it is about while it is filled in, and its whole strip goes on with it', async ({ visit }) => {
  const { docket } = here;
  const noor = await visit(docket, people.noor);
  await go(noor, `${docket.url}/request/new-starter`);
  const about = noor.locator('.flow__about');
  await expect(about).toHaveText('New starter access');
  await noor.getByLabel('Full name').fill('Jonas Weber');
  await expect(about).toHaveText('New starter access for Jonas Weber');
  await expect(noor.locator('.saved')).toContainText('Draft saved');
  await go(noor, `${docket.url}/`);
  const strip = noor.getByRole('region', { name: 'Draft to finish, New starter access' });
  await expect(strip.getByRole('heading')).toHaveText('New starter access for Jonas Weber');
  await strip.click({ position: { x: 12, y: 12 } });
  await expect(noor).toHaveURL(/\/request\/new-starter/);
  await ready(noor);
  await expect(about).toHaveText('New starter access for Jonas Weber');
});
