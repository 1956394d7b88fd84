// Lighthouse (mobile) for the pages that people open most, signed in. `./bench lighthouse` runs it: on a database of its own with the demo,
// with the built site and the program named by DOCKET. Prints a table, and writes it into docs/measurements.md when WEIGHT=write.
import { execFileSync, spawn } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { launch } from 'chrome-launcher';
import lighthouse from 'lighthouse';

const root = resolve(import.meta.dirname, '../..');
const { DOCKET: docket, SITE: site, CHROMIUM: chromePath } = process.env;
/** Each figure is the median of so many visits. */
const VISITS = Number(process.env.VISITS ?? 3);
const password = 'docket-demo-2026';
const lena = 'lena.fischer@northmoor.example';
const samir = 'samir.haddad@northmoor.example';

const pages = [
  { name: 'catalog', address: '/', person: lena },
  { name: 'request dialog', address: '/request/new-starter', person: lena },
  { name: 'inbox', address: '/inbox', person: samir },
  { name: 'request', address: '/requests/', person: lena },
];

const median = (values) => [...values].sort((one, other) => one - other)[Math.floor(values.length / 2)];

async function freePort() {
  return new Promise((done) => {
    const probe = createServer().listen(0, '127.0.0.1', () => {
      const { port } = probe.address();
      probe.close(() => done(port));
    });
  });
}

async function cookieOf(url, email) {
  const answer = await fetch(`${url}/sign-in`, {
    method: 'POST',
    redirect: 'manual',
    headers: { origin: url, 'content-type': 'application/x-www-form-urlencoded' },
    body: new URLSearchParams({ email, password, next: '/' }),
  });
  const cookies = answer.headers.getSetCookie().map((cookie) => cookie.split(';')[0]);
  if (cookies.length === 0) throw new Error(`${email} could not sign in: ${answer.status}`);
  return cookies.join('; ');
}

/** The address of a request that the person filed. */
async function ownRequest(url, cookie) {
  const answer = await fetch(`${url}/call/requests/mine`, {
    method: 'POST',
    headers: { origin: url, cookie, 'content-type': 'application/json' },
    body: JSON.stringify({ filter: 'all', after: null }),
  });
  return (await answer.json()).rows[0].number;
}

async function visit(address, cookie) {
  const chrome = await launch({ chromePath, chromeFlags: ['--headless=new', '--no-sandbox', '--disable-gpu', '--disable-quic', '--lang=en-US'], logLevel: 'error' });
  try {
    const flags = { port: chrome.port, logLevel: 'error', onlyCategories: ['performance', 'accessibility', 'best-practices'], extraHeaders: { cookie } };
    const { lhr } = await lighthouse(address, flags);
    if (process.env.LH_DUMP) writeFileSync(process.env.LH_DUMP, JSON.stringify(lhr));
    if (lhr.runtimeError) throw new Error(`${address}: ${lhr.runtimeError.message}`);
    const seconds = (audit) => lhr.audits[audit].numericValue / 1000;
    return {
      score: lhr.categories.performance.score,
      others: Math.min(lhr.categories.accessibility.score, lhr.categories['best-practices'].score),
      first: seconds('first-contentful-paint'),
      largest: seconds('largest-contentful-paint'),
      blocked: lhr.audits['total-blocking-time'].numericValue,
      moved: lhr.audits['cumulative-layout-shift'].numericValue,
      complete: seconds('speed-index'),
    };
  } finally {
    chrome.kill();
  }
}

const folder = mkdtempSync(join(tmpdir(), 'docket-lighthouse-'));
const port = await freePort();
const url = `http://127.0.0.1:${port}`;
const plain = Object.fromEntries(Object.entries(process.env).filter(([name]) => !name.startsWith('DOCKET')));
const env = { ...plain, DATABASE_URL: `sqlite:${folder}/docket.sqlite`, DOCKET_ADDR: `127.0.0.1:${port}`, DOCKET_PUBLIC_URL: url, DOCKET_SITE_ROOT: site, DOCKET_LOG: 'warn' };
execFileSync(docket, ['seed'], { cwd: root, env, stdio: ['ignore', 'ignore', 'inherit'] });
const serve = spawn(docket, ['serve'], { cwd: root, env, stdio: ['ignore', 'ignore', 'inherit'] });
const lines = ['| page | performance | first paint | largest paint | blocked | moved | speed index | accessibility and practices |', '|---|---|---|---|---|---|---|---|'];
try {
  while (!(await fetch(`${url}/health/ready`).then((answer) => answer.ok, () => false))) {
    if (serve.exitCode !== null) throw new Error(`docket serve ended with ${serve.exitCode}`);
    await new Promise((next) => setTimeout(next, 100));
  }
  for (const { name, address, person } of pages) {
    const cookie = await cookieOf(url, person);
    const whole = url + address + (address === '/requests/' ? await ownRequest(url, cookie) : '');
    const visits = [];
    for (let at = 0; at < VISITS; at++) visits.push(await visit(whole, cookie));
    const middle = (figure) => median(visits.map((one) => one[figure]));
    const each = visits.map((one) => one.score.toFixed(2)).join(', ');
    lines.push(
      `| ${name} | ${middle('score').toFixed(2)} (${each}) | ${middle('first').toFixed(1)} s | ${middle('largest').toFixed(1)} s | ${Math.round(middle('blocked'))} ms | ${middle('moved').toFixed(2)} | ${middle('complete').toFixed(1)} s | ${middle('others').toFixed(2)} |`,
    );
  }
} finally {
  if (serve.exitCode === null) await new Promise((done) => serve.once('exit', done).kill());
  rmSync(folder, { recursive: true, force: true });
}
console.log(`\n${lines.join('\n')}\n`);
if (process.env.WEIGHT === 'write') {
  const page = join(root, 'docs/measurements.md');
  const marks = /(<!-- lighthouse -->\n)[^<]*(<!-- -->)/;
  const text = readFileSync(page, 'utf8');
  if (!marks.test(text)) throw new Error('docs/measurements.md has no marks for lighthouse');
  writeFileSync(page, text.replace(marks, `$1${lines.join('\n')}\n$2`));
}
