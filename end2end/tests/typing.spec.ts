import { step } from '../support/form';
import { go, people, ready } from '../support/people';
import { expect, test, world } from '../support/test';

const here = world();

test('no radio looks chosen until one is', async ({ visit }) => {
  const { docket } = here;
  const noor = await visit(docket, people.noor);
  await go(noor, `${docket.url}/request/facility-issue`);
  await expect(step(noor, 'What is wrong?')).toBeVisible();
  await ready(noor);
  const radios = noor.getByRole('group', { name: 'Kind of fault' }).getByRole('radio');
  const filled = () =>
    radios.evaluateAll((all) => all.filter((radio) => getComputedStyle(radio, '::before').transform !== 'matrix(0, 0, 0, 0, 0, 0)').map((radio) => (radio as HTMLInputElement).value));
  await expect(radios).toHaveCount(5);
  await expect.poll(filled).toEqual([]);
  await noor.getByRole('radio', { name: 'Power or light' }).check();
  await expect.poll(filled).toEqual(['power']);
});
