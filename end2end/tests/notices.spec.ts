import { accessible, fits } from '../support/axe';
import { fileVpn, approved as decided } from '../support/form';
import { go, people } from '../support/people';
import { expect, test, world } from '../support/test';

const here = world();

test('the bell rings live, reading the request is reading, and read state can be taken back', async ({ visit }) => {
  const { docket, receiver } = here;
  const samir = await visit(docket, people.samir);
  await go(samir, `${docket.url}/notifications`);
  await samir.getByRole('button', { name: 'Mark all as read' }).click();
  const bell = samir.getByRole('navigation', { name: 'Main' }).getByRole('link', { name: /^Notifications/ });
  await expect(bell).toHaveAccessibleName('Notifications');
  await samir.getByRole('button', { name: 'Undo' }).click();
  await expect(bell).toHaveAccessibleName(/not read/);
  await samir.getByRole('button', { name: 'Mark all as read' }).click();
  await expect(bell).toHaveAccessibleName('Notifications');

  const lena = await visit(docket, people.lena);
  const number = await fileVpn(lena, docket.url);
  await expect(bell).toHaveAccessibleName('Notifications 1 not read');
  const row = samir.getByRole('listitem').filter({ hasText: number });
  await expect(row).toContainText('Lena Fischer asks for your decision');
  await accessible(samir, 'notifications');
  await row.getByRole('link').click();
  await expect(samir).toHaveURL(new RegExp(`/inbox/${number}$`));
  await expect(bell).toHaveAccessibleName('Notifications');
  await samir.keyboard.press('g');
  await samir.keyboard.press('n');
  await expect(samir.getByRole('heading', { level: 1, name: 'Notifications' })).toBeVisible();
  await samir.getByRole('listitem').filter({ hasText: number }).getByRole('button', { name: /^Mark as not read/ }).click();
  await expect(bell).toHaveAccessibleName('Notifications 1 not read');
  await samir.setViewportSize({ width: 390, height: 844 });
  await fits(samir, 'notifications');

  // The e-mail asks for the decision with its context, and its link decides nothing.
  const [mail] = await receiver.mailed(people.samir, number);
  expect(mail).toContain(`Subject: ${number} VPN access`);
  expect(mail).toContain('multipart/alternative');
  const link = `${docket.url}/inbox/${number}`;
  expect(mail.replace(/=\n/g, '')).toContain(link);
  await go(samir, link);
  await samir.setViewportSize({ width: 1440, height: 900 });
  await samir.getByRole('button', { name: /^Approve/ }).click();
  await decided(samir, number);
  const mails = await receiver.mailed(people.lena, number, 2);
  const first = /Message-ID: (<[^>]+>)/i.exec(mails[0])?.[1] ?? 'no first';
  expect(mails[1]).toContain(`References: ${first}`);
  expect(mails[1]).toContain(`In-Reply-To: ${first}`);
});

test('a person chooses what reaches them, and an administrator what nobody can change', async ({ visit }) => {
  const { docket } = here;
  const lena = await visit(docket, people.lena);
  await go(lena, `${docket.url}/notifications`);
  await lena.getByRole('link', { name: 'What reaches you' }).click();
  const approved = lena.getByRole('switch', { name: 'Approved, E-mail' });
  await expect(approved).toBeChecked();
  await approved.press('Space');
  await expect(lena.getByText('All changes saved')).toBeVisible();
  await lena.getByRole('switch', { name: 'Quiet hours' }).check();
  await lena.getByLabel('From').fill('20:15');
  await lena.getByLabel('From').blur();
  await lena.getByLabel('E-mail at').selectOption('08:00 on weekdays');
  await expect(lena.getByText('All changes saved')).toBeVisible();
  await accessible(lena, 'notification settings');
  await go(lena, `${docket.url}/notifications/settings`);
  await expect(approved).not.toBeChecked();
  await expect(lena.getByLabel('From')).toHaveValue('20:15');
  await expect(lena.getByLabel('E-mail at').locator('option:checked')).toHaveText('08:00 on weekdays');
  await expect(lena.getByRole('switch', { name: 'Approved, Slack' })).toBeDisabled();
  await expect(lena.getByRole('navigation', { name: 'Notification settings' })).toHaveCount(0);

  const priya = await visit(docket, people.priya);
  await go(priya, `${docket.url}/notifications/settings/organization`);
  await priya.getByRole('button', { name: 'Lock Approved, E-mail' }).click();
  await expect(priya.getByRole('button', { name: 'Lock Approved, E-mail' })).toHaveAttribute('aria-pressed', 'true');
  await expect(priya.getByText('All changes saved')).toBeVisible();
  await accessible(priya, 'organization notification settings');
  await priya.setViewportSize({ width: 390, height: 844 });
  await fits(priya, 'organization notification settings');
  await priya.getByRole('link', { name: 'Channels' }).click();
  await expect(priya.getByLabel('Slack')).toHaveValue('it-channel');
  await priya.getByLabel('Telegram').selectOption('Off');
  await expect(priya.getByText('All changes saved')).toBeVisible();
  await accessible(priya, 'notification channels');

  await go(lena, `${docket.url}/notifications/settings`);
  await expect(approved).toBeChecked();
  await expect(approved).toBeDisabled();
  await expect(lena.getByText('Set by your organization, you cannot change it.')).toBeVisible();
  await lena.setViewportSize({ width: 390, height: 844 });
  await fits(lena, 'notification settings');
  await go(lena, `${docket.url}/notifications/settings/organization`);
  await expect(lena.getByRole('heading', { level: 1 })).not.toHaveText('What reaches whom');
});
