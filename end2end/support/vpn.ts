import type { Page } from '@playwright/test';
import { inDays } from './form';

async function call(page: Page, url: string, name: string, data: unknown): Promise<Record<string, unknown>> {
  const reply = await page.request.post(`${url}/call/${name}`, { data, headers: { origin: url } });
  if (!reply.ok()) throw new Error(`${name}: ${reply.status()} ${await reply.text()}`);
  return (await reply.json()) as Record<string, unknown>;
}

/** Files so many requests for VPN access without the form; answers their docket numbers. */
export async function fileMany(page: Page, url: string, count: number): Promise<string[]> {
  const numbers: string[] = [];
  for (let at = 0; at < count; at++) {
    const draft = await call(page, url, 'requests/open_draft', { item_key: 'vpn-access' });
    const answers = { managed: true, asset: 'N-01984', starts_on: inDays(2), ends_on: inDays(30), reason: `Night shift ${at}` };
    const filed = await call(page, url, 'requests/submit_draft', {
      draft: { id: draft.id, item_key: 'vpn-access', form_version: draft.form_version, answers },
    });
    if (typeof filed.number !== 'string') throw new Error(JSON.stringify(filed));
    numbers.push(filed.number);
  }
  return numbers;
}

/** How a request stands, as the server says. */
export async function standing(page: Page, url: string, number: string): Promise<string> {
  const found = await call(page, url, 'requests/page', { number });
  return (found.summary as { status: string }).status;
}
