// A mail server with a log of its own, and with faults that the recipient's name asks for:
//   refused-…   550 at RCPT
//   later2-…    451 at RCPT, twice, then well
//   lost1-…     takes the mail and hangs up without a word, once, then well
//   slow-…      takes half a second over its answer to the mail
import { packages } from './api.mjs';

const { SMTPServer } = packages('smtp-server');

export class MailServer {
  /** One entry per mail that was taken in whole, whether or not the sender heard of it. */
  taken = [];
  rejected = 0;
  #asked = new Map();

  static async start() {
    const own = new MailServer();
    own.server = new SMTPServer({
      authOptional: true,
      disabledCommands: ['STARTTLS', 'AUTH'],
      disableReverseLookup: true,
      logger: false,
      onRcptTo: (address, session, done) => done(own.#fault(address.address)),
      onData: (stream, session, done) => own.#take(stream, session, done),
    });
    own.server.on('error', () => {});
    await new Promise((resolve) => own.server.listen(0, '127.0.0.1', resolve));
    own.port = own.server.server.address().port;
    return own;
  }
  stop() {
    return new Promise((resolve) => this.server.close(resolve));
  }
  of(address) {
    return this.taken.filter((one) => one.to === address);
  }

  #times(what) {
    const times = (this.#asked.get(what) ?? 0) + 1;
    this.#asked.set(what, times);
    return times;
  }
  #fault(address) {
    const fail = (code, said) => Object.assign(new Error(said), { responseCode: code });
    if (address.startsWith('refused-')) {
      this.rejected++;
      return fail(550, '5.1.1 No such mailbox here');
    }
    if (address.startsWith('later2-') && this.#times(address) <= 2) return fail(451, '4.3.0 Come back later');
    return undefined;
  }
  #take(stream, session, done) {
    const parts = [];
    stream.on('data', (part) => parts.push(part));
    stream.on('end', () => {
      const to = session.envelope.rcptTo[0].address;
      this.taken.push({ to, from: session.envelope.mailFrom.address, at: Date.now(), mail: Buffer.concat(parts).toString() });
      if (to.startsWith('lost1-') && this.#times('data ' + to) <= 1) {
        for (const one of this.server.connections) if (one.id === session.id) one._socket.destroy();
        return;
      }
      if (to.startsWith('slow-')) setTimeout(() => done(null, 'taken'), 500);
      else done(null, 'taken');
    });
  }
}

/** What an account needs to speak with it. */
export const accountOf = (server, name, more = {}) => ({
  channel: 'email',
  account: name,
  settings: { host: '127.0.0.1', port: server.port, tls: 'none', from: 'Bar <bar@example.org>', ...more.settings },
  credentials: {},
  pacing: more.pacing ?? { per_second: 1000, burst: 1000, max_in_flight: 16 },
  retry: more.retry ?? { first: '100ms', factor: 2, max: '1s', attempts: 6, max_age: '1h' },
});
