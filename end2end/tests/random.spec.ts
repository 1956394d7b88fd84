import type { Page } from '@playwright/test';
import { go, people } from '../support/people';
import { expect, test, world } from '../support/test';
import { fileMany, standing } from '../support/vpn';

const here = world();

// A record of so many presses would take longer than they do; the seed repeats them.
test.use({ trace: 'off' });

/** Keys pressed, and the number that the order of all of them follows from: other numbers go other ways. */
const PRESSES = Number(process.env.RANDOM_PRESSES ?? 2_000);
const SEED = Number(process.env.RANDOM_SEED ?? 129_919);

/** Even numbers below 1, the same for the same seed (mulberry32). */
function dice(seed: number): () => number {
  let at = seed >>> 0;
  return () => {
    at = (at + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(at ^ (at >>> 15), at | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296;
  };
}

/** How often each key comes. */
const KEYS: [string, number][] = [
  ['j', 20], ['k', 16], ['x', 10], ['a', 6], ['d', 4], ['c', 2], ['n', 4], ['u', 6], ['Escape', 8], ['ArrowDown', 5], ['ArrowUp', 5],
  ['Control+Enter', 4], ['Shift+X', 2], ['r', 1], ['Enter', 1],
];

interface Seen {
  /** The row that is marked, the one with the focus, the request beside the list. */
  marked: string | null;
  ringed: string | null;
  shown: string | null;
  address: string | null;
  chosen: string[];
  writing: string | null;
}

declare global {
  interface Window {
    see: () => Seen;
    /** What was seen when the last press of a key began: that is what it decides about. */
    seenAtKey?: Seen;
  }
}

/** Teaches the page to say what a person sees. */
async function teach(page: Page): Promise<void> {
  await page.context().addInitScript(() => {
    const numberOf = (row: Element | null | undefined) => row?.querySelector('.docket-no')?.textContent?.trim() ?? null;
    window.see = () => {
      const active = document.activeElement;
      const dialog = document.querySelector('dialog:modal');
      return {
        marked: numberOf(document.querySelector('.inrow.is-open')),
        ringed: numberOf(active?.closest('.inrow')),
        shown: document.querySelector('.inbox__view .serial')?.textContent ?? null,
        address: /inbox\/([A-Z0-9-]+)/.exec(location.pathname)?.[1] ?? null,
        chosen: [...document.querySelectorAll('.inrow[data-checked]')].map((row) => numberOf(row) ?? '').sort(),
        writing: dialog?.id ?? (active?.id === 'reason' ? 'reason' : null),
      };
    };
    addEventListener('keydown', (event) => event.repeat || (window.seenAtKey = window.see()), true);
  });
}

/** What is seen once the page has settled, which an answer of the server may put off by seconds on a busy machine, and what was seen when the last press began. */
function look(page: Page): Promise<{ now: Seen; atKey?: Seen }> {
  return page.evaluate(async () => {
    const frame = () => new Promise((done) => requestAnimationFrame(done));
    for (let frames = 0; frames < 3; frames++) await frame();
    const settled = ({ marked, ringed, shown, address }: Seen) => [marked, ringed, address].every((one) => (one ?? shown) === shown);
    for (let frames = 0; frames < 600 && !settled(window.see()); frames++) await frame();
    return { now: window.see(), atKey: window.seenAtKey };
  });
}

test('random keys decide only what is ringed, shown or selected', async ({ visit }) => {
  // On a busy machine each look takes its time.
  test.setTimeout(1_800_000);
  const { docket } = here;
  const random = dice(SEED);
  console.log(`random keys: RANDOM_SEED=${SEED}`);
  const pick = (): string => {
    let left = random() * KEYS.reduce((sum, [, weight]) => sum + weight, 0);
    return (KEYS.find(([, weight]) => (left -= weight) < 0) ?? KEYS[0]!)[0];
  };
  const lena = await visit(docket, people.lena);
  const filed = await fileMany(lena, docket.url, 30);
  const bea = await visit(docket, people.bea);
  await teach(bea);
  // Control and Enter on a row open it in a tab of its own, as in any list of links.
  bea.context().on('page', (tab) => void tab.close());
  await go(bea, `${docket.url}/inbox`);
  await expect(bea.locator('.split__list .live')).toHaveAttribute('data-state', 'live');
  await expect(bea.locator('.inbox__view .docket')).toBeVisible();

  // What the page decided and took back, as it told the server.
  const decided = new Map<string, string>();
  const numbers = new Map<string, string>();
  const calls: { verdict: string; numbers: string[] }[] = [];
  bea.on('request', (request) => {
    if (!request.url().endsWith('/decide_many')) return;
    const { decisions } = request.postDataJSON() as { decisions: { number: string; verdict: string }[] };
    calls.push({ verdict: decisions[0]!.verdict, numbers: decisions.map((one) => one.number) });
  });
  const answers: Promise<void>[] = [];
  bea.on('response', (response) => {
    const name = response.url().split('/').pop();
    if (name !== 'decide_many' && name !== 'undo_held') return;
    const read = async () => {
      const asked = response.request().postDataJSON() as { decisions?: { verdict: string }[] };
      const said = (await response.json()) as ({ number: string; held: string | null } | string)[];
      for (const one of said) {
        if (typeof one === 'string') decided.delete(numbers.get(one) ?? '');
        else if (one.held) {
          numbers.set(one.held, one.number);
          decided.set(one.number, asked.decisions?.[0]?.verdict ?? '');
        }
      }
    };
    answers.push(read());
  });

  let { now: before } = await look(bea);
  for (let press = 0; press < PRESSES; press++) {
    if (press % 40 === 39) filed.push(...(await fileMany(lena, docket.url, 2)));
    let key = pick();
    // In words a few letters are written now and then, so that some are sent.
    if (before.writing && random() < 0.3) key = 'e';
    const known = calls.length;
    const held = random() < 0.15 ? 2 + Math.floor(random() * 12) : 1;
    if (key.includes('+')) await bea.keyboard.press(key);
    else {
      for (let repeat = 0; repeat < held; repeat++) await bea.keyboard.down(key);
      await bea.keyboard.up(key);
    }
    // Enter opens the page of the request: back again.
    if (new URL(bea.url()).pathname.startsWith('/requests/')) {
      await expect(bea.locator('.request .docket')).toBeVisible();
      await bea.goBack();
      await expect(bea.locator('.inbox__view .docket')).toBeVisible();
    }
    const { now, atKey } = await look(bea);
    const where = `press ${press + 1} of seed ${SEED}: ${key} × ${held} at ${JSON.stringify(atKey)}`;
    // One thing: what is marked, what has the focus, what is shown, what the address says.
    expect(now.marked ?? now.shown, where).toBe(now.shown);
    expect(now.ringed ?? now.shown, where).toBe(now.shown);
    expect(now.address ?? now.shown, where).toBe(now.shown);
    // A press decides once at most, and what it decides is what was seen.
    const made = calls.slice(known);
    expect(made.length, where).toBeLessThanOrEqual(1);
    const selection = atKey && atKey.chosen.length > 0 && atKey.writing !== 'reason' ? atKey.chosen : [atKey?.shown];
    if (made[0]) expect(made[0].numbers.sort(), where).toEqual(selection);
    before = now;
  }

  if (before.writing) await bea.keyboard.press('Escape');
  await Promise.all(answers);
  await expect(bea.locator('.held__line:not(.held__line--bad)')).toHaveCount(0, { timeout: 60_000 });
  const words: Record<string, string> = { approve: 'You approved this', reject: 'You declined this', ask_for_changes: 'You asked for changes' };
  const ends: Record<string, string[]> = { approve: ['open', 'assigned', 'in_progress', 'completed'], reject: ['rejected'], ask_for_changes: ['needs_info'] };
  expect(decided.size, 'some were decided').toBeGreaterThan(0);
  for (const number of filed) {
    const verdict = decided.get(number);
    const stands = await standing(bea, docket.url, number);
    expect(verdict ? ends[verdict] : ['pending_approval'], `${number}, seed ${SEED}`).toContain(stands);
    const row = bea.locator('.inrow', { has: bea.locator(`#row-${number}`) });
    if (verdict && (await row.count()) > 0) await expect(row).toContainText(words[verdict]!);
  }
});
