import { approved, fileVpn } from '../support/form';
import { go, people } from '../support/people';
import { expect, test, world } from '../support/test';

// Nobody hands anything over at first: the time between the decision and the delivery, held open.
const here = world({}, () => {}, { DOCKET_WORKER: 'off' });

test('a server killed between the decision and the delivery loses nothing and sends nothing twice', async ({ visit }) => {
  const { docket, receiver } = here;
  const lena = await visit(docket, people.lena);
  const number = await fileVpn(lena, docket.url);
  const samir = await visit(docket, people.samir);
  await go(samir, `${docket.url}/inbox/${number}`);
  await samir.getByRole('button', { name: /^Approve/ }).click();
  await approved(samir, number);

  await docket.end('SIGKILL');
  expect(receiver.arrivals).toEqual([]);
  await docket.start();

  expect(await receiver.about(number)).toHaveLength(1);
  await go(lena, `${docket.url}/requests/${number}`);
  await expect(lena.locator('.docket .status')).toContainText('Completed');
  await expect(lena.locator('.timeline')).toContainText('Samir Haddad approved');
  await expect(lena.locator('.timeline')).toContainText(/service.desk has taken the request/i);

  // Killed and started once more: what was delivered stays delivered.
  await docket.end('SIGKILL');
  await docket.start();
  docket.command('work', '--once');
  expect(receiver.arrivals.filter((arrival) => arrival.body.includes(number))).toHaveLength(1);
});
