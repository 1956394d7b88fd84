import { Webhook } from 'standardwebhooks';
import { approved, fileContractor, fileVpn } from '../support/form';
import { go, people } from '../support/people';
import { expect, test, world } from '../support/test';

const secret = `whsec_${Buffer.from('a secret of the service desk, 32').toString('base64')}`;

const here = world({ DOCKET_SECRET_DESK: secret, DOCKET_SECRET_DESK_HOSTS: '127.0.0.1' }, (docket) => {
  docket.applyChanged('connectors.yaml', (text) => text.replace('/hooks/service-desk', '/hooks/service-desk\n    secret_env: DESK'));
});

test('a request goes from the catalog to the service desk, and everybody sees it live', async ({ visit }) => {
  const { docket, receiver } = here;
  const ruth = await visit(docket, people.ruth);
  await go(ruth, `${docket.url}/inbox`);
  await expect(ruth.locator('.split__list .live')).toHaveAttribute('data-state', 'live');
  const samir = await visit(docket, people.samir);
  await expect(samir.getByRole('navigation', { name: 'Main' })).toBeVisible();
  const waiting = samir.getByRole('link', { name: /^Inbox/ }).locator('.nav__count');
  const before = Number((await waiting.count()) > 0 ? await waiting.evaluate((count) => count.firstChild?.textContent) : 0);

  const lena = await visit(docket, people.lena);
  const number = await fileContractor(lena, docket.url, 'Jonas Neumann');
  const address = lena.url();
  await expect(lena.getByText('Pending approval')).toBeVisible();

  // The inbox that was open all the time: the row waits behind the button, and comes when asked for.
  const row = ruth.getByRole('link', { name: new RegExp(number.split('-')[1] ?? number) });
  await expect(ruth.getByRole('button', { name: '1 new request' })).toBeVisible();
  await expect(row).toHaveCount(0);
  await ruth.getByRole('button', { name: '1 new request' }).click();
  await row.click();
  await expect(ruth.locator('.serial')).toHaveText(number);
  const answers = ruth.locator('.answers-slip');
  await expect(answers).toContainText('Jonas Neumann');
  await expect(answers).toContainText('Purchase orders');
  await ruth.getByRole('button', { name: /^Approve/ }).click();
  await approved(ruth, number);
  await expect(row).toContainText('You approved this');

  // The requester's page, without a reload; both rules are needed, so that nothing is sent yet.
  await expect(lena.locator('.timeline')).toContainText('Ruth Abel approved');
  await expect(lena.locator('.serial')).toHaveText(number);
  expect(receiver.arrivals.filter((arrival) => arrival.body.includes(number))).toEqual([]);

  // The badge on another page of the second approver, and the decision.
  await expect(waiting).toContainText(String(before + 1));
  await go(samir, `${docket.url}/inbox/${number}`);
  await samir.getByLabel(/^Reason needed/).fill('Known company, short contract.');
  await samir.getByRole('button', { name: /^Approve/ }).click();
  await approved(samir, number);

  const arrivals = await receiver.about(number);
  const [arrival] = arrivals;
  if (!arrival) throw new Error('nothing arrived');
  const said = new Webhook(secret).verify(arrival.body, arrival.headers as Record<string, string>) as { id: string; data: unknown };
  expect(arrival.headers['webhook-id']).toBe(said.id);
  expect(JSON.stringify(said.data)).toContain('Coldline Refrigeration');
  expect(() => new Webhook(secret).verify(arrival.body.replace('Coldline', 'Warmline'), arrival.headers as Record<string, string>)).toThrow();

  await expect(lena.locator('.timeline')).toContainText(/service.desk has taken the request/i);
  await expect(lena.locator('.timeline')).toContainText('Known company, short contract.');
  await expect(lena.getByRole('region', { name: 'Deliveries' })).toContainText('Delivered');
  expect(lena.url()).toBe(address);

  // Once: a worker that looks again finds nothing to do.
  docket.command('work', '--once');
  expect(receiver.arrivals.filter((each) => each.body.includes(number))).toHaveLength(1);
});

test('two approvers at once: one decides, the other is told who', async ({ visit }) => {
  const { docket } = here;
  const noor = await visit(docket, people.noor);
  const number = await fileVpn(noor, docket.url);
  const samir = await visit(docket, people.samir);
  await go(samir, `${docket.url}/inbox/${number}`);
  await expect(samir.getByRole('button', { name: /^Approve/ })).toBeVisible();
  // His stream stays silent, so that he decides on what he saw.
  await samir.route('**/call/**', (route) => (route.request().url().includes('decide') ? route.continue() : route.abort()));

  const bea = await visit(docket, people.bea);
  await go(bea, `${docket.url}/inbox/${number}`);
  await bea.getByRole('button', { name: /^Approve/ }).click();
  await approved(bea, number);

  await samir.getByRole('button', { name: /^Approve/ }).click();
  await expect(samir.locator('#refused')).toContainText(/Bea Kowalski approved this at \d\d:\d\d/);
});
