import { createServer, type IncomingHttpHeaders, type Server } from 'node:http';
import { createServer as createMailServer, type Server as MailServer, type Socket } from 'node:net';

export interface Arrival {
  headers: IncomingHttpHeaders;
  body: string;
}

/** What is told to people and to subscribers: not what is handed on. */
const told = /^\/(api|bot|hooks\/data-platform)/;

/** A real HTTP receiver at the address that the demo organization's connectors name; and, at the next port, a mail server. */
export class Receiver {
  /** What was handed on. */
  readonly arrivals: Arrival[] = [];
  /** E-mails as they came. */
  readonly mails: string[] = [];
  private waiting: Array<() => void> = [];
  private server!: Server;
  private mailServer!: MailServer;
  private readonly sockets = new Set<Socket>();

  static async start(port = 4010): Promise<Receiver> {
    const receiver = new Receiver();
    receiver.server = createServer((request, response) => {
      let body = '';
      request.on('data', (part) => (body += part));
      request.on('end', () => {
        if (!told.test(request.url ?? '')) receiver.arrivals.push({ headers: request.headers, body });
        // What the connectors of ConnectWise, Slack and Telegram take for an answer as well.
        response.writeHead(200).end('{"ok":true,"id":70001,"channel":"C1","ts":"1.1","result":{"message_id":1,"chat":{"id":1}}}');
        receiver.waiting.splice(0).forEach((wake) => wake());
      });
    });
    await new Promise<void>((listening, fail) => receiver.server.on('error', fail).listen(port, '127.0.0.1', listening));
    receiver.mailServer = createMailServer((socket) => receiver.takeMail(socket));
    await new Promise<void>((listening, fail) => receiver.mailServer.on('error', fail).listen(port + 1, '127.0.0.1', listening));
    return receiver;
  }

  /** Just enough of SMTP. */
  private takeMail(socket: Socket): void {
    this.sockets.add(socket);
    let rest = '';
    let data: string[] | undefined;
    const say = (line: string) => socket.write(`${line}\r\n`);
    socket.on('error', () => socket.destroy());
    socket.on('close', () => this.sockets.delete(socket));
    socket.on('data', (part) => {
      const lines = (rest + part.toString()).split('\r\n');
      rest = lines.pop() ?? '';
      for (const line of lines) {
        if (data && line === '.') {
          this.mails.push(data.join('\n'));
          data = undefined;
          say('250 taken');
          this.waiting.splice(0).forEach((wake) => wake());
        } else if (data) data.push(line.replace(/^\.\./, '.'));
        else if (/^DATA/i.test(line)) {
          data = [];
          say('354 go on');
        } else if (/^QUIT/i.test(line)) socket.end('221 bye\r\n');
        else say('250 well');
      }
    });
    say('220 mail');
  }

  /** E-mails to somebody about a request, once there are so many. */
  async mailed(to: string, number: string, count = 1, within = 30_000): Promise<string[]> {
    const limit = Date.now() + within;
    for (;;) {
      const found = this.mails.filter((mail) => mail.includes(`To: ${to}`) && mail.includes(number));
      if (found.length >= count) return found;
      if (Date.now() > limit) throw new Error(`no e-mail to ${to} about ${number}`);
      await Promise.race([new Promise<void>((wake) => this.waiting.push(wake)), new Promise((tick) => setTimeout(tick, 500))]);
    }
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
    this.sockets.forEach((socket) => socket.destroy());
    await new Promise((closed) => this.mailServer.close(closed));
  }
}
