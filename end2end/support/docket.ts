import { execFileSync, spawn, type ChildProcess } from 'node:child_process';
import { cpSync, mkdirSync, mkdtempSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';

export const root = resolve(import.meta.dirname, '../..');
/** The program: as journeys run it, or the optimised one that is measured. */
export const binary = process.env.END2END_BINARY ?? join(process.env.CARGO_TARGET_DIR ?? join(root, 'target'), 'debug/docket');

/** Where the site's files are. */
const site = process.env.SITE ?? join(root, 'target/site');

/** The folder of the present build. */
export function sitePackage(folder = site): string {
  const packages = join(folder, 'pkg');
  return join(packages, readFileSync(join(packages, 'build'), 'utf8').trim());
}

/** A copy of the built site, in which journeys put a newer build in place. */
export class SiteCopy {
  readonly folder = mkdtempSync(join(tmpdir(), 'docket-end2end-site-'));

  constructor() {
    cpSync(site, this.folder, { recursive: true });
  }

  /** Puts a build in place that has the same in it under another address; the one before is gone. */
  renew(name: string): void {
    const packages = join(this.folder, 'pkg');
    renameSync(sitePackage(this.folder), join(packages, name));
    writeFileSync(join(packages, 'build'), name);
  }

  remove(): void {
    rmSync(this.folder, { recursive: true, force: true });
  }
}

/** The name under which the seeded database of a run is handed to its journeys. */
const SEEDED = 'END2END_SEEDED';

async function freePort(): Promise<number> {
  return new Promise((done, fail) => {
    const probe = createServer().on('error', fail);
    probe.listen(0, '127.0.0.1', () => {
      const { port } = probe.address() as { port: number };
      probe.close(() => done(port));
    });
  });
}

/** The environment without settings meant for another Docket. */
function plainEnvironment(): NodeJS.ProcessEnv {
  return Object.fromEntries(Object.entries(process.env).filter(([name]) => !name.startsWith('DOCKET_')));
}

/** Loads the demo organizations once a run; every journey starts with a copy. */
export function seedOnce(): string {
  const folder = mkdtempSync(join(tmpdir(), 'docket-end2end-seed-'));
  const env = { ...plainEnvironment(), DATABASE_URL: `sqlite:${folder}/docket.sqlite`, DOCKET_SITE_ROOT: site };
  execFileSync(binary, ['seed'], { cwd: root, env, encoding: 'utf8' });
  process.env[SEEDED] = folder;
  return folder;
}

/** The real program on a database of its own, with the demo organizations. */
export class Docket {
  private process?: ChildProcess;
  private constructor(
    readonly folder: string,
    readonly url: string,
    private readonly env: NodeJS.ProcessEnv,
  ) {}

  static async prepare(extra: NodeJS.ProcessEnv = {}): Promise<Docket> {
    const folder = mkdtempSync(join(tmpdir(), 'docket-end2end-'));
    const address = `127.0.0.1:${await freePort()}`;
    const seeded = process.env[SEEDED];
    if (!seeded) throw new Error('the run has no seeded database');
    cpSync(seeded, folder, { recursive: true });
    return new Docket(folder, `http://${address}`, {
      ...plainEnvironment(),
      DATABASE_URL: `sqlite:${folder}/docket.sqlite`,
      DOCKET_ADDR: address,
      DOCKET_PUBLIC_URL: `http://${address}`,
      DOCKET_SITE_ROOT: site,
      DOCKET_ALLOW_INSIDE_ADDRESSES: 'true',
      DOCKET_LOG: 'warn',
      ...extra,
    });
  }

  /** As `prepare`, without any organization. */
  static async fresh(extra: NodeJS.ProcessEnv = {}): Promise<Docket> {
    const docket = await Docket.prepare(extra);
    rmSync(docket.folder, { recursive: true, force: true });
    mkdirSync(docket.folder);
    return docket;
  }

  /** What the program has said at its start. */
  said = '';

  /** Runs a command of the program to its end. */
  command(...args: string[]): string {
    return execFileSync(binary, args, { cwd: root, env: this.env, encoding: 'utf8' });
  }

  /** Applies the Northmoor folder with one file of it changed, as an administrator does. */
  applyChanged(file: string, change: (text: string) => string): string {
    const copy = mkdtempSync(join(this.folder, 'northmoor-'));
    cpSync(join(root, 'demo/northmoor'), copy, { recursive: true });
    const path = join(copy, file);
    const before = readFileSync(path, 'utf8');
    const after = change(before);
    if (after === before) throw new Error(`nothing changed in ${file}`);
    writeFileSync(path, after);
    return this.command('apply', copy);
  }

  async start(extra: NodeJS.ProcessEnv = {}): Promise<void> {
    this.process = spawn(binary, ['serve'], { cwd: root, env: { ...this.env, ...extra }, stdio: ['ignore', 'pipe', 'inherit'] });
    this.process.stdout?.on('data', (part) => (this.said += part));
    for (let tries = 0; tries < 300; tries++) {
      const ready = await fetch(`${this.url}/health/ready`).then((answer) => answer.ok, () => false);
      if (ready) return;
      if (this.process.exitCode !== null) throw new Error(`docket serve ended with ${this.process.exitCode}`);
      await new Promise((next) => setTimeout(next, 100));
    }
    throw new Error('docket serve did not become ready');
  }

  /** Ends the program, politely or as a power cut would. */
  async end(signal: 'SIGTERM' | 'SIGKILL' = 'SIGTERM'): Promise<void> {
    const running = this.process;
    if (!running || running.exitCode !== null || running.signalCode !== null) return;
    const ended = new Promise((done) => running.once('exit', done));
    running.kill(signal);
    await ended;
  }

  async remove(): Promise<void> {
    await this.end('SIGKILL');
    rmSync(this.folder, { recursive: true, force: true });
  }
}
