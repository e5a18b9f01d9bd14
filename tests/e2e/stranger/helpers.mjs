// What the cases share: a way to call the API, and people on WebSockets. Every answer and frame is written down for
// tests/contract.
import assert from 'node:assert/strict';
import { appendFileSync, readFileSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';

export const require = createRequire(process.env.RECADO_STRANGER_MODULES + '/');
const { WebSocket } = require('ws');

/** As it is now: a node that was started again has another pid. */
export const look = () => JSON.parse(readFileSync(process.env.RECADO_INFO, 'utf8'));
export const info = look();

const notes = process.env.RECADO_EXCHANGES;
if (notes) writeFileSync(notes, '');
export function note(what) {
  if (notes) appendFileSync(notes, JSON.stringify(what) + '\n');
}

export async function ask(method, target, headers = {}, body = undefined) {
  const answer = await fetch(info.url + target, { method, headers, body });
  const text = await answer.text();
  note({
    kind: 'answer', method, target, status: answer.status, content_type: answer.headers.get('content-type') ?? '', body: text,
  });
  return { status: answer.status, headers: answer.headers, text };
}

export async function clientToken() {
  const answer = await ask('POST', '/auth/token', {
    'Content-Type': 'application/x-www-form-urlencoded',
    Authorization: 'Basic ' + Buffer.from(`${info.client_id}:${info.client_secret}`).toString('base64'),
  }, 'grant_type=client_credentials');
  assert.equal(answer.status, 200);
  return JSON.parse(answer.text).access_token;
}

export async function call(method, target, token, body, headers = {}) {
  const given = { Authorization: `Bearer ${token}`, ...headers };
  if (body !== undefined) given['Content-Type'] = 'application/json';
  const answer = await ask(method, target, given, body === undefined ? undefined : JSON.stringify(body));
  return { status: answer.status, headers: answer.headers, body: answer.text ? JSON.parse(answer.text) : null };
}

export async function userToken(user, token) {
  const mine = await call('POST', `/v1/users/${user}/tokens`, token);
  assert.equal(mine.status, 201);
  return mine.body.access_token;
}

export async function makeConversation(token, members, type = 'group') {
  const made = await call('POST', '/v1/conversations', token, { type, members });
  assert.equal(made.status, 201);
  return made.body.conversation_id;
}

export const text = (what) => ({ type: 'text', text: what });

/** Frames or events that can be awaited one by one. */
export class Heard {
  frames = [];
  waiting = [];
  receive(frame) {
    const at = this.waiting.findIndex((one) => one.wanted(frame));
    if (at < 0) this.frames.push(frame);
    else this.waiting.splice(at, 1)[0].resolve(frame);
  }
  hear(wanted) {
    const at = this.frames.findIndex(wanted);
    if (at >= 0) return Promise.resolve(this.frames.splice(at, 1)[0]);
    return new Promise((resolve) => this.waiting.push({ wanted, resolve }));
  }
}

/** A user's WebSocket. */
export class Person extends Heard {
  static async enter(user, token) {
    const mine = await userToken(user, token);
    const person = new Person();
    person.socket = new WebSocket(info.url.replace('http', 'ws') + '/v1/ws', 'recado.v1.json');
    person.socket.once('upgrade', (answer) => {
      note({ kind: 'answer', method: 'GET', target: '/v1/ws', status: answer.statusCode, content_type: '', body: '' });
    });
    person.socket.on('message', (data) => {
      note({ kind: 'frame', text: data.toString() });
      person.receive(JSON.parse(data));
    });
    await new Promise((resolve, reject) => person.socket.once('open', resolve).once('error', reject));
    person.say({ type: 'auth', id: 'hello', token: mine });
    const ready = await person.hear((frame) => frame.type === 'ready');
    assert.equal(ready.user_id, user);
    return person;
  }
  say(frame) {
    this.socket.send(JSON.stringify(frame));
  }
  leave() {
    this.socket.close();
  }
}
