// What the programs of a stranger share: a token, calls, and waiting for something.
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';

/** Packages from the folder that the tests name. */
export const packages = createRequire(process.env.RECADO_STRANGER_MODULES + '/');

export const info = () => JSON.parse(readFileSync(process.env.RECADO_INFO, 'utf8'));

export class Api {
  static async enter(who = 'client') {
    const api = new Api();
    api.info = info();
    const client_id = api.info[`${who}_id`];
    const client_secret = api.info[`${who}_secret`];
    const answer = await fetch(`${api.info.url}/auth/token`, {
      method: 'POST',
      headers: { 'Content-Type': 'application/json' },
      body: JSON.stringify({ client_id, client_secret }),
    });
    assert.equal(answer.status, 200);
    api.token = (await answer.json()).access_token;
    return api;
  }
  async call(method, path, body, headers = {}) {
    const answer = await fetch(this.info.url + path, {
      method,
      headers: { Authorization: `Bearer ${this.token}`, 'Content-Type': 'application/json', ...headers },
      body: body === undefined ? undefined : JSON.stringify(body),
    });
    const text = await answer.text();
    return { status: answer.status, headers: answer.headers, body: text ? JSON.parse(text) : null };
  }
  /** Like call, but the answer must have this status. */
  async must(status, method, path, body) {
    const got = await this.call(method, path, body);
    assert.equal(got.status, status, `${method} ${path}: ${JSON.stringify(got.body)}`);
    return got.body;
  }
  async history(message) {
    return (await this.must(200, 'GET', `/v1/messages/${message}/history?limit=1000`)).data;
  }
  /** The message, once its status is one of these. */
  async until(message, states, seconds = 30) {
    let last;
    await until(async () => {
      last = await this.must(200, 'GET', `/v1/messages/${message}`);
      return states.includes(last.status);
    }, seconds, () => `the message is ${last?.status}: ${JSON.stringify(last?.deliveries)}`);
    return last;
  }
}

export async function until(done, seconds = 30, why = () => 'it did not happen') {
  const end = Date.now() + seconds * 1000;
  for (;;) {
    if (await done()) return;
    if (Date.now() > end) assert.fail(why());
    await new Promise((resolve) => setTimeout(resolve, 25));
  }
}

export const text = (said, more = {}) => ({ type: 'text', text: said, ...more });
