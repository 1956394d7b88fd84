import { fileVpn, pick, proceed, step } from '../support/form';
import { go, people } from '../support/people';
import { expect, test, world } from '../support/test';

const here = world();

test('a request reads as it was submitted after its form has been edited', async ({ visit }) => {
  const { docket } = here;
  const lena = await visit(docket, people.lena);
  const number = await fileVpn(lena, docket.url, 'Night shifts from home');
  const answers = lena.locator('.answers-slip');
  const before = await answers.innerText();
  expect(before).toContain('What it is for');
  await expect(lena.locator('.slip__note', { hasText: 'As submitted.' })).not.toContainText('changed since');

  const plan = docket.applyChanged('forms/vpn-access.yaml', (text) =>
    text.replace('label: What it is for', 'label: Purpose of the access').replace('label: From', 'label: First day of access'),
  );
  expect(plan).toContain('vpn-access');

  await go(lena, `${docket.url}/requests/${number}`);
  expect(await answers.innerText()).toBe(before);
  await expect(lena.getByText('The form has changed since.')).toBeVisible();

  // A new request has the new words.
  await go(lena, `${docket.url}/request/vpn-access`);
  await lena.getByLabel('Asset number').fill('N-01984');
  await lena.getByRole('button', { name: 'Continue' }).click();
  await expect(step(lena, 'When do you need it?')).toBeVisible();
  await expect(lena.getByLabel('Purpose of the access')).toBeVisible();
});

test('a form edited while somebody fills it in: what changed is said, and answers that fit are kept', async ({ visit }) => {
  const { docket } = here;
  const noor = await visit(docket, people.noor);
  await go(noor, `${docket.url}/request/shared-mailbox`);
  await noor.getByLabel('Address wanted').fill('theory@northmoor.example');
  await pick(noor, 'Team that reads it', 'Data', 'Data operations');
  await pick(noor, 'Owner', 'Paul', 'Paul Dubois');
  await noor.getByLabel('What it is for').fill('Questions about the seminar');
  await proceed(noor);
  await expect(step(noor, 'Check your answers')).toBeVisible();

  docket.applyChanged('forms/shared-mailbox.yaml', (text) =>
    text.replace('      - key: reason\n', '      - key: name\n        label: Name shown to readers\n        type: text\n        required: true\n      - key: reason\n'),
  );
  await noor.getByRole('button', { name: 'Submit request' }).click();
  await expect(noor.getByText('Name shown to readers').first()).toBeVisible();
  await expect(noor).toHaveURL(/\/request\/shared-mailbox/);
  await go(noor, `${docket.url}/request/shared-mailbox?step=mailbox`);
  await expect(noor.getByLabel('Address wanted')).toHaveValue('theory@northmoor.example');
  await expect(noor.getByLabel('What it is for')).toHaveValue('Questions about the seminar');
  await noor.getByLabel('Name shown to readers').fill('Theory seminar');
  await proceed(noor);
  await noor.getByRole('button', { name: 'Submit request' }).click();
  await noor.waitForURL(/\/requests\/IT-/);
});
