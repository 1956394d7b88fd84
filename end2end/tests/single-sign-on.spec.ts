import { spawn, type ChildProcess } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { accessible } from '../support/axe';
import { binary, root } from '../support/docket';
import { go, people, ready } from '../support/people';
import { expect, test, world } from '../support/test';

const provider = 'http://127.0.0.1:4030';
const here = world({
  DOCKET_OIDC_PROVIDERS: 'campus',
  DOCKET_OIDC_CAMPUS_NAME: 'Campus ID',
  DOCKET_OIDC_CAMPUS_ISSUER: `${provider}/oidc`,
  DOCKET_OIDC_CAMPUS_CLIENT_ID: 'docket',
  DOCKET_OIDC_CAMPUS_CLIENT_SECRET: 'simulated-client-secret',
  DOCKET_OIDC_CAMPUS_ORGANIZATION: 'northmoor',
  DOCKET_OIDC_CAMPUS_DOMAINS: 'northmoor.example',
  DOCKET_OIDC_CAMPUS_MAKES_ACCOUNTS: 'on',
  DOCKET_OIDC_CAMPUS_GROUPS: 'groups=it:data-operations',
});
let simulated: ChildProcess;

test.beforeAll(async () => {
  simulated = spawn(binary, ['simulate', provider.slice('http://'.length)], { cwd: root, stdio: 'ignore' });
  await expect.poll(() => fetch(`${provider}/oidc/jwks`).then((answer) => answer.ok, () => false)).toBe(true);
});
test.afterAll(() => {
  simulated.kill();
});

test('somebody signs in by a provider for the first time, and is in the group of their claims', async ({ browser, watch, visit }) => {
  const context = await browser.newContext();
  watch(context);
  const nina = await context.newPage();
  await nina.goto(`${here.docket.url}/sign-in?next=/profile`);
  await accessible(nina, 'the sign-in page with a provider');
  await nina.getByRole('link', { name: 'Sign in with Campus ID' }).click();
  await nina.getByRole('button', { name: 'Nina Berg, new, of the IT department' }).click();
  await ready(nina);
  await expect(nina).toHaveURL(/\/profile$/);
  await expect(nina.getByRole('heading', { name: 'Other ways to sign in' })).toBeVisible();
  await expect(nina.getByText('as nina.berg@northmoor.example')).toBeVisible();
  await accessible(nina, 'linked identities');
  here.docket.command('export', 'northmoor', `${here.docket.folder}/exported`);
  const groups = readFileSync(`${here.docket.folder}/exported/groups.yaml`, 'utf8');
  expect(groups.split('key: data-operations')[1].split('- key:')[0]).toContain('nina.berg@northmoor.example');

  // It is her only way in, and stays.
  await nina.getByRole('button', { name: 'Remove Campus ID' }).click();
  await expect(nina.getByText('This is your only way to sign in')).toBeVisible();

  // Signing out ends the provider's session too, and comes back here.
  await nina.getByRole('button', { name: 'Sign out', exact: true }).click();
  await expect(nina).toHaveURL(`${here.docket.url}/sign-in`);

  // Whoever did not prove an address does not get into its account.
  await nina.getByRole('link', { name: 'Sign in with Campus ID' }).click();
  await nina.getByRole('button', { name: /did not prove/ }).click();
  await expect(nina.getByRole('alert')).toContainText('does not say that you proved your email address');
  await context.close();

  const priya = await visit(here.docket, people.priya);
  await go(priya, `${here.docket.url}/audit`);
  await expect(priya.getByRole('row', { name: /Person added/ }).first()).toContainText('Nina Berg');
});
