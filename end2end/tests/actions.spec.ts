import { accessible } from '../support/axe';
import { approved, fileVpn } from '../support/form';
import { go, people } from '../support/people';
import { choose, fileFault, openRequest, say, status, taken } from '../support/request';
import { expect, test, world } from '../support/test';

const here = world();
const staff = (name: string) => `${name}@northmoor.example`;

test('work is blocked and goes on, the requester is asked and answers; both see it live', async ({ visit }) => {
  const { docket } = here;
  const lena = await visit(docket, people.lena);
  const number = await fileFault(lena, docket.url, 'The light over the desk flickers all day.');
  const oliver = await visit(docket, staff('oliver.grant'));
  await openRequest(oliver, `${docket.url}/requests/${number}`);

  await choose(oliver, 'Assign to me');
  await expect(lena.locator('.docket .facts')).toContainText('Oliver Grant');
  await expect(status(lena)).toContainText('Assigned');
  await oliver.getByRole('button', { name: 'Start the work' }).click();
  await expect(status(lena)).toContainText('In progress');

  // A reason is needed; what was typed stays while the dialog is closed. A held key opens it once and writes nothing into it.
  for (let repeat = 0; repeat < 20; repeat++) await oliver.keyboard.down('b');
  const dialog = oliver.getByRole('dialog', { name: `Block ${number}?` });
  await expect(dialog.getByLabel('What the work waits for')).toBeFocused();
  for (let repeat = 0; repeat < 20; repeat++) await oliver.keyboard.down('b');
  await oliver.keyboard.up('b');
  await expect(dialog.getByLabel('What the work waits for')).toHaveValue('');
  await oliver.keyboard.press('Control+Enter');
  await expect(dialog).toContainText('Write what the work waits for');
  await dialog.getByLabel('What the work waits for').fill('The lamp is ordered');
  await oliver.keyboard.press('Escape');
  await expect(dialog).toHaveCount(0);
  await oliver.keyboard.press('b');
  await expect(dialog.getByLabel('What the work waits for')).toHaveValue('The lamp is ordered');
  await dialog.getByRole('button', { name: 'Block', exact: true }).click();
  await expect(status(lena)).toContainText('Blocked');
  await expect(lena.locator('.timeline')).toContainText('The lamp is ordered');
  await oliver.getByRole('button', { name: 'Unblock' }).click();
  await say(oliver, 'Note (optional)', 'It came', 'Unblock');
  await expect(status(lena)).toContainText('In progress');

  for (const [question, answer] of [['Which of the two lamps?', 'The left one'], ['Is it off at night?', 'Yes']]) {
    await choose(oliver, 'Ask for changes');
    await say(oliver, 'Question', question!, 'Ask for changes');
    await expect(lena.locator('.thread')).toContainText(question!);
    await lena.locator('#answer').fill(answer!);
    await lena.locator('#answer').press('Control+Enter');
    await expect(oliver.locator('.thread')).toContainText(answer!);
    await expect(status(oliver)).toContainText('In progress');
  }
  await expect(lena.getByText('2 of 2 answered')).toBeVisible();
  await accessible(oliver, 'a request at work, with a conversation');

  await choose(oliver, 'Resolve');
  await say(oliver, 'How it was resolved', 'A new lamp is in', 'Resolve');
  await expect(lena.locator('.locked').first()).toContainText('resolved and locked');
  await lena.getByRole('button', { name: 'Reopen' }).click();
  await say(lena, 'Reason', 'It flickers again', 'Reopen');
  await expect(status(oliver)).toContainText('In progress');
});

test('QA returns the work and passes it; a supervisor takes over what is escalated', async ({ visit }) => {
  const { docket } = here;
  const kwame = await visit(docket, staff('kwame.boateng'));
  const zainab = await visit(docket, staff('zainab.ali'));
  const mine = await zainab.request.post(`${docket.url}/call/requests/mine`, { data: { filter: 'all', after: null }, headers: { origin: docket.url } });
  const { rows } = (await mine.json()) as { rows: { number: string; status: string }[] };
  const address = `${docket.url}/requests/${rows.find((row) => row.status === 'in_qa')?.number}`;
  await openRequest(zainab, address);
  await expect(status(zainab)).toContainText('Sent to QA');
  const yuki = await visit(docket, staff('yuki.tanaka'));
  await openRequest(yuki, address);
  // The menu by keyboard alone.
  await yuki.getByRole('button', { name: 'More actions' }).focus();
  await yuki.keyboard.press('Enter');
  await expect(yuki.getByRole('menuitem').first()).toBeFocused();
  await yuki.keyboard.press('End');
  await expect(yuki.getByRole('menuitem').last()).toBeFocused();
  await yuki.keyboard.press('Escape');
  await expect(yuki.getByRole('menu')).toBeHidden();
  await yuki.keyboard.press('n');
  await say(yuki, 'What has to be done again', 'Two units are missing', 'Return to work');
  await expect(status(zainab)).toContainText('In progress');
  await openRequest(kwame, address);
  await kwame.getByRole('button', { name: 'Send to QA' }).click();
  await say(kwame, 'Note (optional)', 'Added', 'Send to QA');
  await yuki.getByRole('button', { name: 'Pass', exact: true }).click();
  await say(yuki, 'Note (optional)', '', 'Pass');
  await expect(status(zainab)).toContainText('Completed');

  const lena = await visit(docket, people.lena);
  const number = await fileFault(lena, docket.url, 'Water comes through the ceiling, more and more.');
  const oliver = await visit(docket, staff('oliver.grant'));
  await openRequest(oliver, `${docket.url}/requests/${number}`);
  await oliver.keyboard.press('s');
  await expect(status(lena)).toContainText('In progress');
  const mei = await visit(docket, staff('mei.chen'));
  await openRequest(mei, `${docket.url}/requests/${number}`);
  await mei.keyboard.press('e');
  await say(mei, 'Reason', 'The hall below is in use', 'Escalate');
  await expect(status(lena)).toContainText('Escalated');
  await mei.getByRole('button', { name: 'Take over' }).click();
  await expect(status(oliver)).toContainText('In progress');
  await expect(oliver.locator('.docket .facts')).toContainText('Mei Chen');
});

test('work is given to somebody, put off and begun at once; cancelled and brought back', async ({ visit }) => {
  const { docket } = here;
  const lena = await visit(docket, people.lena);
  const number = await fileFault(lena, docket.url, 'The blinds do not come down any more.');
  const oliver = await visit(docket, staff('oliver.grant'));
  await openRequest(oliver, `${docket.url}/requests/${number}`);

  await oliver.keyboard.press('a');
  const box = oliver.getByRole('combobox', { name: 'Person' });
  await expect(oliver.getByRole('option', { name: /Mei Chen/ })).toBeVisible();
  await box.fill('geor');
  await oliver.getByRole('option', { name: /George Ellis/ }).click();
  await oliver.getByRole('dialog').getByRole('button', { name: 'Assign' }).click();
  await expect(lena.locator('.docket .facts')).toContainText('George Ellis');
  // Taken, and given back by Undo.
  await choose(oliver, 'Assign to me');
  await expect(lena.locator('.docket .facts')).toContainText('Oliver Grant');
  await oliver.getByRole('button', { name: 'Undo' }).click();
  await expect(lena.locator('.docket .facts')).toContainText('George Ellis');

  await choose(oliver, 'Schedule…');
  const when = oliver.getByRole('dialog').getByLabel('Date and time');
  await oliver.getByRole('dialog').getByRole('button', { name: 'Schedule', exact: true }).click();
  await expect(oliver.getByRole('dialog')).toContainText('Enter a date and a time');
  await when.fill('2024-05-01T09:00');
  await oliver.getByRole('dialog').getByRole('button', { name: 'Schedule', exact: true }).click();
  await expect(oliver.getByRole('dialog')).toContainText('has not passed');
  await when.fill(`${new Date().getFullYear() + 1}-05-01T09:00`);
  await oliver.getByRole('dialog').getByRole('button', { name: 'Schedule', exact: true }).click();
  await expect(status(lena)).toContainText('Scheduled');
  await expect(lena.locator('.docket .facts')).toContainText('1 May, 09:00');
  await oliver.getByRole('button', { name: 'Begin now' }).click();
  await expect(status(lena)).toContainText('Assigned');

  await lena.getByRole('button', { name: 'Cancel request' }).click();
  await say(lena, 'Reason', 'They work again', 'Cancel request');
  await expect(status(oliver)).toContainText('Cancelled');
  await expect(lena.locator('.locked').first()).toContainText('Lena Fischer cancelled the request: “They work again”');
  await lena.getByRole('button', { name: 'Bring back' }).click();
  await say(lena, 'Reason (optional)', 'They do not', 'Bring back');
  await expect(status(oliver)).toContainText('Assigned');
});

test('of two who start the work the slower one is told who did', async ({ visit }) => {
  const { docket } = here;
  const lena = await visit(docket, people.lena);
  const number = await fileFault(lena, docket.url, 'The clock in the hall stands still.');
  const [oliver, mei] = [await visit(docket, staff('oliver.grant')), await visit(docket, staff('mei.chen'))];
  await openRequest(mei, `${docket.url}/requests/${number}`);
  await openRequest(oliver, `${docket.url}/requests/${number}`);
  await mei.getByRole('button', { name: 'Start the work' }).waitFor();
  // Her browser does not hear of it.
  await mei.route('**/call/requests/page', (route) => route.abort());
  await oliver.getByRole('button', { name: 'Start the work' }).click();
  await expect(status(oliver)).toContainText('In progress');
  await mei.getByRole('button', { name: 'Start the work' }).click();
  await expect(mei.locator('#refused')).toContainText('Oliver Grant started the work a moment ago.');
  await mei.unroute('**/call/requests/page');
});

test('the page as it was at each moment, and as an approver saw it', async ({ visit }) => {
  const { docket } = here;
  const lena = await visit(docket, people.lena);
  const number = await fileVpn(lena, docket.url);
  const samir = await visit(docket, people.samir);
  await go(samir, `${docket.url}/inbox/${number}`);
  await expect(samir.locator('.split__list .live')).toHaveAttribute('data-state', 'live');
  await samir.getByRole('button', { name: /^Approve/ }).click();
  await approved(samir, number);
  await expect(lena.locator('.timeline')).toContainText('Samir Haddad approved');

  await lena.locator('.timeline li').last().getByRole('link').click();
  await expect(lena.getByText(/^As it was on/)).toBeVisible();
  await expect(status(lena)).toContainText('Pending approval');
  await expect(lena.locator('.timeline li')).toHaveCount(1);
  await expect(lena.getByRole('button', { name: /Cancel/ })).toHaveCount(0);
  await accessible(lena, 'a request as it was');
  await lena.getByRole('link', { name: 'Newer' }).click();
  await expect(lena.locator('.timeline')).toContainText('Samir Haddad approved');
  await lena.getByRole('link', { name: 'What Samir Haddad saw when deciding' }).click();
  await expect(lena.getByText('What Samir Haddad saw when approving')).toBeVisible();
  await expect(lena.getByText(/are unchanged since/)).toBeVisible();
  await expect(status(lena)).toContainText('Pending approval');
  await lena.getByRole('link', { name: 'Back to now' }).click();
  await expect(lena.locator('.past')).toHaveCount(0);
  await expect(status(lena)).not.toContainText('Pending approval');
  await lena.goBack();
  await expect(lena.locator('.past')).toBeVisible();
});

test('an administrator re-routes what waits, and a deleted request leaves the list', async ({ visit }) => {
  const { docket } = here;
  const lena = await visit(docket, people.lena);
  const number = await fileVpn(lena, docket.url);
  await taken(lena);
  const priya = await visit(docket, people.priya);
  await openRequest(priya, `${docket.url}/requests/${number}`);
  await priya.getByRole('button', { name: /^Re-route/ }).click();
  const dialog = priya.getByRole('dialog');
  await dialog.getByRole('button', { name: 'Re-route' }).click();
  await expect(dialog).toContainText('Choose a person from the list');
  await dialog.getByLabel('Reason').fill('They are at a fair');
  await dialog.getByRole('combobox', { name: 'Person' }).fill('ruth');
  await dialog.getByRole('option', { name: /Ruth Abel/ }).click();
  await accessible(priya, 're-routing an approval');
  await dialog.getByRole('button', { name: 'Re-route' }).click();
  await expect(dialog).toHaveCount(0);
  await expect(lena.locator('.votes')).toContainText('Ruth Abel');
  await expect(lena.locator('.votes')).toContainText('Re-routed, instead of');

  await lena.getByRole('button', { name: 'Delete', exact: true }).click();
  await say(lena, 'Reason', 'By mistake', 'Delete');
  await lena.waitForURL(`${docket.url}/requests`);
  await expect(lena.getByText(`${number} was deleted.`)).toBeVisible();
  await expect(lena.getByRole('link', { name: new RegExp(number.split('-')[1]!) })).toHaveCount(0);
});
