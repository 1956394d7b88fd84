import { createServer, type IncomingHttpHeaders, type Server } from 'node:http';

export interface Arrival {
  headers: IncomingHttpHeaders;
  body: string;
}

/** A real HTTP receiver at the address that the demo organization's webhook names. */
export class Receiver {
  readonly arrivals: Arrival[] = [];
  private waiting: Array<() => void> = [];
  private server!: Server;

  static async start(port = 4010): Promise<Receiver> {
    const receiver = new Receiver();
    receiver.server = createServer((request, response) => {
      let body = '';
      request.on('data', (part) => (body += part));
      request.on('end', () => {
        receiver.arrivals.push({ headers: request.headers, body });
        // What ConnectWise's and Slack's connectors take for an answer as well.
        response.writeHead(200).end('{"ok":true,"id":70001,"channel":"C1","ts":"1.1"}');
        receiver.waiting.splice(0).forEach((wake) => wake());
      });
    });
    await new Promise<void>((listening, fail) => receiver.server.on('error', fail).listen(port, '127.0.0.1', listening));
    return receiver;
  }

  /** What arrived about one request, once at least one thing has. */
  async about(number: string, within = 30_000): Promise<Arrival[]> {
    const limit = Date.now() + within;
    for (;;) {
      const found = this.arrivals.filter((arrival) => arrival.body.includes(`"${number}"`));
      if (found.length > 0) return found;
      if (Date.now() > limit) throw new Error(`nothing arrived about ${number}`);
      await Promise.race([new Promise<void>((wake) => this.waiting.push(wake)), new Promise((tick) => setTimeout(tick, 500))]);
    }
  }

  async stop(): Promise<void> {
    this.server.closeAllConnections();
    await new Promise((closed) => this.server.close(closed));
  }
}
