import { accessible, fits } from '../support/axe';
import { go, people } from '../support/people';
import { fileFault, openRequest } from '../support/request';
import { expect, test, world } from '../support/test';

const here = world();

test('a task is shared with somebody without an account, who finishes it on a phone', async ({ visit, browser }) => {
  const { docket } = here;
  const lena = await visit(docket, people.lena);
  const number = await fileFault(lena, docket.url, 'The reading lamp hums');
  const daniel = await visit(docket, people.daniel);
  await openRequest(daniel, `${docket.url}/requests/${number}`);

  await daniel.getByRole('button', { name: 'Add task' }).click();
  const dialog = daniel.getByRole('dialog', { name: 'Add a task' });
  await dialog.getByRole('button', { name: 'Add task' }).click();
  await expect(dialog.locator('.field__error')).toBeVisible();
  await dialog.getByLabel('What is to be done').fill('Change the ballast');
  await dialog.getByLabel('Details').fill('Second shelf, the old one is marked.');
  await dialog.getByText('The request waits for this task').click();
  await accessible(daniel, 'the dialog of a task');
  await dialog.getByRole('button', { name: 'Add task' }).click();
  await expect(dialog).toBeHidden();
  const tasks = daniel.getByRole('region', { name: 'Work tasks' });
  await expect(tasks).toContainText('0 of 1 done');

  await tasks.getByRole('button', { name: /^Actions of/ }).click();
  await daniel.getByRole('menuitem', { name: 'Share by link…' }).click();
  const share = daniel.getByRole('dialog', { name: /^Share/ });
  await share.getByRole('button', { name: 'Make a link' }).click();
  const address = await share.getByLabel('The link, shown this once').inputValue();
  expect(address).toContain('/share/');
  await accessible(daniel, 'the dialog of links');
  await share.getByRole('button', { name: 'Close' }).last().click();

  const context = await browser.newContext({ viewport: { width: 390, height: 844 } });
  const guest = await context.newPage();
  await go(guest, address);
  await expect(guest.getByRole('heading', { name: 'Change the ballast' })).toBeVisible();
  await expect(guest.getByText('Second shelf, the old one is marked.')).toBeVisible();
  await expect(guest.getByText('The reading lamp hums')).toHaveCount(0);
  await fits(guest, 'a shared task');
  await accessible(guest, 'a shared task');
  await guest.getByRole('button', { name: 'Send the note' }).click();
  await expect(guest.getByText('Enter your name')).toBeVisible();
  await guest.getByLabel('Your name').fill('Coldline');
  await guest.getByLabel('Note').fill('Ballast changed, hum is gone.');
  await guest.getByRole('button', { name: 'Send the note' }).click();
  await expect(guest.locator('.share__remark')).toContainText('Ballast changed, hum is gone.');
  await expect(daniel.locator('.comment')).toContainText('Ballast changed, hum is gone.');
  for (const remark of [guest.locator('.share__remark'), daniel.locator('.comment')]) await expect(remark).toContainText('via share link');
  await guest.getByRole('button', { name: 'Mark done' }).click();
  await expect(guest.locator('.share__stub')).toContainText('Done');

  // The desk sees it without a reload.
  await expect(tasks).toContainText('1 of 1 done');
  await expect(daniel.locator('.timeline')).toContainText('Coldline (via share link) set the task');

  // A link that opens nothing says no more than one that never was.
  await go(guest, `${docket.url}/share/${'x'.repeat(43)}`);
  await expect(guest.getByText('This link does not open anything')).toBeVisible();
  await accessible(guest, 'a link that opens nothing');
  await context.close();
});

test('comments mention people, stay internal, and can be changed and taken back', async ({ visit }) => {
  const { docket } = here;
  const lena = await visit(docket, people.lena);
  const number = await fileFault(lena, docket.url, 'The tap drips');
  const daniel = await visit(docket, people.daniel);
  await openRequest(daniel, `${docket.url}/requests/${number}`);
  const box = daniel.getByRole('textbox', { name: 'Comment' });
  await box.pressSequentially('@Priya');
  await daniel.getByRole('option', { name: /Priya Raman/ }).click();
  await expect(box).toHaveValue('@Priya Raman ');
  await box.press('End');
  await box.pressSequentially('who has the valve key?');
  await daniel.getByLabel(/^Internal/).check();
  await daniel.getByRole('button', { name: 'Comment internally' }).click();
  const internal = daniel.locator('.comment.is-internal');
  await expect(internal).toContainText('@Priya Raman who has the valve key?');
  await accessible(daniel, 'comments');

  await daniel.getByLabel(/^Internal/).uncheck();
  await box.fill('We come at two.');
  await box.press('Control+Enter');
  await expect(lena.locator('.comment')).toHaveCount(1);
  await expect(lena.locator('.comment')).toContainText('We come at two.');
  await expect(lena.locator('body')).not.toContainText('valve key');

  const own = daniel.locator('.comment', { hasText: 'We come at two.' });
  await own.getByRole('button', { name: 'Remove' }).click();
  await expect(own).toHaveCount(0);
  await daniel.getByRole('button', { name: 'Undo' }).click();
  await expect(own).toHaveCount(1);
});
