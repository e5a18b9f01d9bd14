// A node is drained, and comes back, while a slow mail server has its mails in hand. Everybody gets
// theirs at the first try: no end is unknown, and none is sent twice.
import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import { after, before, test } from 'node:test';

import { Api, text, until } from './api.mjs';
import { accountOf, MailServer } from './mail_server.mjs';

const total = 120;
const run = randomBytes(4).toString('hex');
const addressOf = (i) => `slow-p${i}-${run}@example.org`;
let api;
let admin;
let mail;

before(async () => {
  api = await Api.enter();
  admin = await Api.enter('admin_client');
  mail = await MailServer.start();
  const pacing = { per_second: 1000, burst: 1000, max_in_flight: 16 };
  await api.must(201, 'POST', '/v1/accounts', accountOf(mail, 'main', { pacing }));
});
after(() => mail.stop());

async function post(i) {
  const to = [{ channel: 'email', address: addressOf(i) }];
  const body = { to, payload: text(`number ${i}`), at_most_once: i % 2 === 0 };
  return (await api.must(201, 'POST', '/v1/messages', body)).message_id;
}

/** The nodes' numbers of partitions. */
async function owned() {
  const { nodes } = await admin.must(200, 'GET', '/v1/cluster');
  return nodes.map((node) => node.partitions);
}

test('a drain under deliveries ends no try as unknown', { timeout: 170_000 }, async (t) => {
  await until(async () => (await owned()).every((count) => count === 32), 60);
  const ids = [];
  for (let i = 0; i < total; i++) ids.push(await post(i));

  const taken = () => `${mail.taken.length} mails were taken`;
  await until(() => mail.taken.length > 20, 60, taken);
  await admin.must(202, 'POST', '/v1/cluster/nodes/n2/drain');
  await until(async () => (await owned())[1] === 0, 60, taken);
  t.diagnostic(`drained with ${total - mail.taken.length} mails to go`);
  await admin.must(200, 'POST', '/v1/cluster/nodes/n2/undrain');
  await until(() => mail.taken.length >= total, 90, taken);

  for (const id of ids) {
    await api.until(id, ['sent', 'failed']);
    const lines = (await api.history(id)).map((line) => `${line.status} ${line.attempt} ${line.provider_code ?? ''}`);
    assert.deepEqual(lines, ['queued 0 ', 'sending 1 ', 'sent 1 250'], `message ${id}`);
  }
  assert.equal(new Set(mail.taken.map((one) => one.to)).size, total);
  assert.equal(mail.taken.length, total);
});
