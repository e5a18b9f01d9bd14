// Servers that others wrote: npm's smtp-server with mailparser, and a receiver of webhooks that
// checks them with npm's standardwebhooks. Tells what it receives as JSON, one object a line.
//   node servers.mjs MODULES KEY_FILE CERTIFICATE_FILE SECRET
import { createServer } from "node:http";
import { createSecureServer } from "node:http2";
import { createRequire } from "node:module";
import { readFileSync } from "node:fs";
import path from "node:path";

const [modules, keyFile, certFile, secret] = process.argv.slice(2);
const require = createRequire(path.join(modules, "node_modules", "x.js"));
const { SMTPServer } = require("smtp-server");
const { simpleParser } = require("mailparser");
const { Webhook } = require("standardwebhooks");

const tell = (what) => process.stdout.write(JSON.stringify(what) + "\n");
const refusal = (code, text) => Object.assign(new Error(text), { responseCode: code });
const seen = new Map(); // local part → how often RCPT named it
const times = (name) => { seen.set(name, (seen.get(name) ?? 0) + 1); return seen.get(name); };

const rules = {
  unknown: (s, done) => done(refusal(550, "5.1.1 no such user")),
  full: (s, done) => done(refusal(552, "5.2.2 mailbox full")),
  grey: (s, done) => done(times("grey") === 1 ? refusal(451, "4.7.1 greylisted") : null),
  slow: (s, done) => setTimeout(done, 700),
  silent: () => {},
  drop: (s, done, server) => { for (const c of server.connections) c._socket.destroy(); },
};

function mailServer(name, options) {
  const server = new SMTPServer({
    key: readFileSync(keyFile), cert: readFileSync(certFile), logger: false, ...options,
    onConnect: (session, done) => { tell({ connected: name }); done(); },
    onAuth(auth, session, done) {
      const right = auth.username === "bar" && auth.password === "s3cret ção";
      done(right ? null : refusal(535, "5.7.8 wrong"), right ? { user: auth.username } : undefined);
    },
    onRcptTo(address, session, done) {
      const rule = rules[address.address.split("@")[0]];
      rule ? rule(session, done, server) : done();
    },
    onData(stream, session, done) {
      const parts = [];
      stream.on("data", (part) => parts.push(part));
      stream.on("end", async () => {
        const raw = Buffer.concat(parts);
        const to = session.envelope.rcptTo[0].address;
        if (to.startsWith("vanish@")) { for (const c of server.connections) c._socket.destroy(); return; }
        if (to.startsWith("spam@")) return done(refusal(554, "5.7.1 content refused"));
        if (to.startsWith("busy@")) return done(refusal(451, "4.3.0 try later"));
        const mail = await simpleParser(raw);
        tell({
          mail: name, sender: session.envelope.mailFrom.address, to, user: session.user ?? null,
          secure: session.secure, ehlo: session.hostNameAppearsAs, from: mail.from.value[0],
          replyTo: mail.replyTo?.text ?? null, subject: mail.subject, text: mail.text,
          html: mail.html || null, id: mail.messageId, date: mail.date.toISOString(),
          references: mail.references ?? null, automatic: mail.headers.get("auto-submitted") ?? null,
          list: mail.headers.get("list")?.unsubscribe ?? null, raw: raw.toString("latin1"),
        });
        done(null, "2.0.0 queued as 42");
        if (to.startsWith("bye@"))
          setTimeout(() => { for (const c of server.connections) c._socket.destroy(); tell({ left: name }); }, 50);
      });
    },
  });
  server.on("error", (error) => tell({ error: name, why: error.message }));
  return new Promise((ready) => server.listen(0, "127.0.0.1", () => ready(server.server.address().port)));
}

const receiver = createServer((request, response) => {
  const parts = [];
  request.on("data", (part) => parts.push(part));
  request.on("end", () => {
    const body = Buffer.concat(parts).toString();
    try {
      const event = new Webhook(secret).verify(body, request.headers);
      tell({ hook: event, id: request.headers["webhook-id"] });
      response.writeHead(204).end();
    } catch (error) {
      tell({ refused: error.message });
      response.writeHead(400).end("bad signature");
    }
  });
});

// Speaks only HTTP/2. Streams on /vanish are reset after the request, on /refuse refused at first.
const modern = createSecureServer({ key: readFileSync(keyFile), cert: readFileSync(certFile) });
modern.on("stream", (stream, headers) => {
  const where = headers[":path"];
  stream.on("error", () => {});
  stream.resume().on("end", () => {
    if (where === "/vanish") return stream.close(8);
    if (where === "/refuse" && times("refuse") === 1) return stream.close(7);
    tell({ modern: where, id: headers["webhook-id"] });
    stream.respond({ ":status": 202 });
    stream.end();
  });
});

const ports = {
  submission: await mailServer("submission", { authMethods: ["PLAIN", "LOGIN"] }),
  login: await mailServer("login", { authMethods: ["LOGIN"] }),
  implicit: await mailServer("implicit", { secure: true }),
  plain: await mailServer("plain", { authOptional: true, disabledCommands: ["STARTTLS", "AUTH"] }),
  insecure: await mailServer("insecure", { allowInsecureAuth: true, disabledCommands: ["STARTTLS"] }),
  modern: await new Promise((ready) => modern.listen(0, "127.0.0.1", () => ready(modern.address().port))),
  hook: await new Promise((ready) => receiver.listen(0, "127.0.0.1", () => ready(receiver.address().port))),
};
tell({ ports });
process.stdin.on("end", () => process.exit(0)).resume(); // ends with the test
