import { accessible, fits } from '../support/axe';
import { Docket } from '../support/docket';
import { pick, proceed, step, submit } from '../support/form';
import { go, password, ready } from '../support/people';
import { Receiver } from '../support/receiver';
import { expect, test } from '../support/test';

const mail = { EMAIL_HOST: '127.0.0.1', EMAIL_PORT: '4011', EMAIL_USE_TLS: 'false', DEFAULT_FROM_EMAIL: 'docket@harbor.example' };

let docket: Docket;
let receiver: Receiver;

test.beforeAll(async () => {
  docket = await Docket.fresh(mail);
  receiver = await Receiver.start();
  await docket.start();
});

test.afterAll(async () => {
  await docket?.remove();
  await receiver?.stop();
});

/** The link in the newest e-mail to somebody that has one to such a page. */
async function mailed(to: string, page: string): Promise<string> {
  const mails = await receiver.mailed(to, `/${page}/`);
  const text = (mails.at(-1) ?? '').replace(/=\n/g, '');
  const found = new RegExp(`/${page}/[\\w-]{43}`).exec(text);
  if (!found) throw new Error(`no link in ${text}`);
  return `${docket.url}${found[0]}`;
}

test('a new server is set up, invites somebody, and they make a request', async ({ browser, watch }) => {
  const context = await browser.newContext();
  watch(context);
  const nadia = await context.newPage();
  await go(nadia, docket.url);
  await expect(nadia).toHaveURL(/\/setup$/);
  await accessible(nadia, 'the set-up page');
  await nadia.setViewportSize({ width: 390, height: 844 });
  await fits(nadia, 'the set-up page');
  await nadia.setViewportSize({ width: 1440, height: 900 });
  const fill = async (code: string) => {
    await nadia.getByLabel('Code from the log').fill(code);
    await nadia.getByLabel('Password', { exact: true }).fill(password);
    await nadia.getByRole('button', { name: 'Set up and sign in' }).click();
  };
  await nadia.getByLabel('Name', { exact: true }).fill('Harbor Works');
  await nadia.getByLabel('Your name').fill('Nadia Costa');
  await nadia.getByLabel('Email').fill('nadia@harbor.example');
  await expect(nadia.getByLabel('Time zone')).toHaveValue('UTC');
  await fill('2222-2222');
  await expect(nadia.getByText('This is not the code')).toBeVisible();
  await expect(nadia.getByLabel('Your name')).toHaveValue('Nadia Costa');
  const code = /enter the code ([A-Z0-9]{4}-[A-Z0-9]{4})/.exec(docket.said)?.[1] ?? '';
  await fill(code);
  await expect(nadia.getByRole('heading', { name: 'Docket is set up. What comes next' })).toBeVisible();
  await expect(nadia.getByRole('link', { name: 'Access to a system' })).toBeVisible();
  await ready(nadia);
  await accessible(nadia, 'the catalog after setting up');

  await nadia.getByRole('link', { name: 'Invite people' }).click();
  await expect(nadia.getByText('Nobody was invited yet')).toBeVisible();
  await nadia.getByRole('button', { name: 'Invite people' }).first().click();
  await nadia.getByLabel('Email addresses').fill('Gus Guest <gus@harbor.example>, nobody');
  await accessible(nadia, 'inviting');
  await nadia.getByRole('button', { name: 'Send invitations' }).click();
  await expect(nadia.getByRole('row', { name: /gus@harbor.example/ })).toContainText('Waiting');
  await accessible(nadia, 'the invitations');
  await nadia.setViewportSize({ width: 390, height: 844 });
  await fits(nadia, 'the invitations');

  const other = await browser.newContext({ colorScheme: 'dark' });
  watch(other);
  const gus = await other.newPage();
  await go(gus, await mailed('gus@harbor.example', 'join'));
  await expect(gus.getByRole('heading', { name: 'Join Harbor Works' })).toBeVisible();
  await expect(gus.getByText('Nadia Costa invited you.')).toBeVisible();
  await accessible(gus, 'an invitation in the dark');
  await gus.setViewportSize({ width: 390, height: 844 });
  await fits(gus, 'an invitation');
  await gus.setViewportSize({ width: 1440, height: 900 });
  await gus.getByLabel('Your name').fill('Gus Guest');
  await gus.getByLabel('Password', { exact: true }).fill(password);
  await gus.getByRole('button', { name: 'Create the account and sign in' }).click();
  await ready(gus);
  await gus.getByRole('link', { name: 'Access to a system' }).click();
  await expect(step(gus, 'What do you need access to?')).toBeVisible();
  await ready(gus);
  await gus.getByLabel('System').fill('Ledger');
  await pick(gus, 'For whom', 'Gus', 'Gus Guest');
  await proceed(gus);
  await gus.getByLabel('What the work needs it for').fill('Closing the books each month');
  await proceed(gus);
  await expect(step(gus, 'Check your answers')).toBeVisible();
  const number = await submit(gus);

  // He has no manager: administrators decide, and learn of it.
  await go(nadia, `${docket.url}/inbox/${number}`);
  await expect(nadia.getByText('Closing the books each month').first()).toBeVisible();
  await go(nadia, `${docket.url}/people/invitations`);
  await expect(nadia.getByRole('row', { name: /gus@harbor.example/ })).toContainText('Joined');
  await context.close();
  await other.close();
});

test('somebody who forgot their password sets a new one, and is signed out elsewhere', async ({ browser, watch }) => {
  const [first, second] = [await browser.newContext(), await browser.newContext()];
  watch(second);
  const elsewhere = await first.newPage();
  await elsewhere.goto(`${docket.url}/sign-in`);
  await elsewhere.getByLabel('Email').fill('gus@harbor.example');
  await elsewhere.getByLabel('Password', { exact: true }).fill(password);
  await elsewhere.getByRole('button', { name: 'Sign in' }).click();
  await expect(elsewhere).not.toHaveURL(/sign-in/);

  const gus = await second.newPage();
  await go(gus, `${docket.url}/sign-in`);
  await gus.getByRole('link', { name: 'Forgot your password?' }).click();
  await ready(gus);
  await accessible(gus, 'the page for a forgotten password');
  await gus.getByLabel('Email').fill('gus@harbor.example');
  await gus.getByRole('button', { name: 'Send the link' }).click();
  await expect(gus.getByText('a message with a link is on its way')).toBeVisible();
  const link = await mailed('gus@harbor.example', 'reset-password');
  await go(gus, link);
  await accessible(gus, 'the page for a new password');
  await gus.getByLabel('New password').fill('another long password');
  await gus.getByRole('button', { name: 'Set the password and sign in' }).click();
  await expect(gus.getByRole('heading', { name: 'Request catalog' })).toBeVisible();
  await elsewhere.goto(`${docket.url}/requests`);
  await expect(elsewhere).toHaveURL(/sign-in/);
  await elsewhere.goto(link);
  await expect(elsewhere.getByRole('heading', { name: 'Nothing opens here' })).toBeVisible();
  await receiver.mailed('gus@harbor.example', 'Your password was changed');
  await first.close();
  await second.close();
});
