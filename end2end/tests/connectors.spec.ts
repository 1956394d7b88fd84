import { accessible, fits } from '../support/axe';
import { approved, fileVpn } from '../support/form';
import { go, people } from '../support/people';
import { expect, test, world } from '../support/test';

const here = world();

test('an administrator finds what failed, reads why, and replays it', async ({ visit }) => {
  const { docket } = here;
  const priya = await visit(docket, people.priya);
  await go(priya, docket.url);
  await priya.keyboard.press('g');
  await priya.keyboard.press('d');
  await expect(priya.getByRole('heading', { level: 1, name: 'Connectors' })).toBeVisible();
  await expect(priya.getByRole('list', { name: 'Destinations' }).getByRole('listitem')).toHaveCount(8);
  await priya.getByRole('navigation', { name: 'Status' }).getByRole('link', { name: /^Failed/ }).click();
  await expect(priya).toHaveURL(/show=failed/);
  await priya.getByRole('link', { name: /to Service desk: show the delivery$/ }).first().click();
  const sheet = priya.getByRole('complementary', { name: /^Handed on, to/ });
  await expect(sheet).toContainText('POST http://127.0.0.1:4010/hooks/service-desk');
  await expect(sheet.locator('.schedule__step--bad')).toHaveCount(5);
  await accessible(priya, 'a failed delivery');
  await priya.setViewportSize({ width: 390, height: 844 });
  await fits(priya, 'a failed delivery');
  await sheet.getByRole('button', { name: 'Replay now' }).click();
  await expect(priya.getByText('1 delivery is sent again')).toBeVisible();
  await expect(sheet.locator('.status')).toContainText('Delivered');
  // The row changes in its place, the focus stays, and the tries before the replay are still there.
  const row = priya.getByRole('row').filter({ has: priya.locator('[aria-current="true"]') });
  await expect(row).toContainText('Delivered');
  await expect(sheet.getByRole('heading', { level: 2 })).toBeFocused();
  await expect(sheet).toContainText('5 tries before the replay');
  await expect(sheet.locator('.schedule__step--bad')).toHaveCount(5);
  await expect(sheet.locator('.schedule__step--done')).toHaveCount(1);
  await accessible(priya, 'a delivery that was replayed');
});

test('a connector is added with an error on the way, tested, held and released', async ({ visit }) => {
  const { docket, receiver } = here;
  const priya = await visit(docket, people.priya);
  await go(priya, `${docket.url}/connectors`);
  await priya.getByRole('button', { name: 'Add connector' }).click();
  await priya.getByRole('menuitem', { name: 'Webhook', exact: true }).click();
  await expect(priya.getByRole('heading', { level: 1 })).toHaveText('New connector: Webhook');
  await priya.getByLabel('Name', { exact: true }).fill('Workflow engine');
  await priya.getByRole('button', { name: 'Add connector' }).click();
  await expect(priya.locator('.error-summary')).toBeFocused();
  await expect(priya.locator('.error-summary')).toContainText('Enter an address');
  await accessible(priya, 'a connector with an error');
  await priya.getByLabel('Address', { exact: true }).fill('http://127.0.0.1:4010/hooks/workflow');
  await priya.getByLabel(/^Headers/).fill('X-Api-Key: very-secret-value');
  await priya.getByLabel(/^Payload/).fill('{"docket": {{ number }}, "form": {{ form_name }}}');
  await priya.getByRole('button', { name: 'Show preview' }).click();
  await expect(priya.locator('pre.code')).toContainText('{"docket": "IT-7F3K", "form": "Sample request"}');
  await priya.getByRole('button', { name: 'Add connector' }).click();
  await expect(priya.getByRole('heading', { level: 1 })).toHaveText('Workflow engine');
  await expect(priya.getByLabel(/^Headers/)).toHaveValue('X-Api-Key: (stored)');

  await priya.getByRole('button', { name: 'Send a test' }).click();
  await expect(priya.getByText(/^Taken 200 in/)).toBeVisible();
  const test = receiver.arrivals.find((arrival) => arrival.body.includes('Sample request'));
  expect(test?.headers['x-api-key']).toBe('very-secret-value');
  expect(JSON.parse(test?.body ?? '')).toEqual({ docket: 'IT-7F3K', form: 'Sample request' });
  expect(await priya.content()).not.toContain('very-secret-value');
  await accessible(priya, 'a connector and its test');
  await priya.setViewportSize({ width: 390, height: 844 });
  await fits(priya, 'a connector');
});

test('what is held waits, says so, and goes on when it is released', async ({ visit }) => {
  const { docket, receiver } = here;
  const priya = await visit(docket, people.priya);
  await go(priya, `${docket.url}/connectors/service-desk`);
  await priya.getByRole('button', { name: 'Hold back' }).click();
  await expect(priya.getByText('Held back. Deliveries wait until you release them')).toBeVisible();
  await expect(priya.getByRole('button', { name: 'Release' })).toBeFocused();
  await go(priya, `${docket.url}/connectors/service-desk`);
  await expect(priya.getByRole('button', { name: 'Release' })).toBeVisible();
  await expect(priya.getByRole('button', { name: 'Hold back' })).toBeHidden();
  const lena = await visit(docket, people.lena);
  const number = await fileVpn(lena, docket.url);
  const samir = await visit(docket, people.samir);
  await go(samir, `${docket.url}/inbox/${number}`);
  await samir.getByRole('button', { name: /^Approve/ }).click();
  await approved(samir, number);
  await go(priya, `${docket.url}/connectors`);
  const notice = priya.locator('.alert').filter({ hasText: 'Service desk is held back.' });
  await expect(notice).toContainText('1 delivery waits.');
  expect(receiver.arrivals.some((arrival) => arrival.body.includes(`"${number}"`))).toBe(false);
  await notice.getByRole('button', { name: 'Release' }).click();
  await expect(notice).toBeHidden();
  await receiver.about(number);
  // What people are told of it has rows of its own.
  await go(priya, `${docket.url}/connectors?to=service-desk&number=${number}`);
  const row = priya.getByRole('row').filter({ hasText: number });
  await expect(row).toContainText('Delivered');
});
