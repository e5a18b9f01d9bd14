// The node is killed with thousands of deliveries open and faults on. What is checked is read from
// the API, from PostgreSQL and from the log of the mail server alone.
import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { randomBytes, randomUUID } from 'node:crypto';
import { after, before, test } from 'node:test';

import { Api, info, text, until } from './api.mjs';
import { accountOf, MailServer } from './mail_server.mjs';

const total = 5000;
const run = randomBytes(4).toString('hex');
let api;
let mail;

/** One of the faults for some, none for most. */
function addressOf(i) {
  const fault = i % 50 === 0 ? 'refused-' : i % 20 === 1 ? 'later2-' : i % 20 === 2 ? 'lost1-' : '';
  return `${fault}p${i}-${run}@example.org`;
}

function sql(query) {
  const out = execFileSync('psql', ['-XAt', '-F', '\t', info().postgres.dsn, '-c', query], { encoding: 'utf8' });
  return out.trim().split('\n').filter(Boolean).map((line) => line.split('\t'));
}

async function postAll() {
  const ids = new Map();
  let next = 0;
  const poster = async () => {
    while (next < total) {
      const i = next++;
      const message_id = randomUUID();
      const body = { message_id, to: [{ channel: 'email', address: addressOf(i) }], payload: text(`number ${i}`) };
      await until(async () => (await api.call('POST', '/v1/messages', body)).status === 201, 60);
      ids.set(addressOf(i), message_id);
    }
  };
  await Promise.all(Array.from({ length: 16 }, poster));
  return ids;
}

before(async () => {
  api = await Api.enter();
  mail = await MailServer.start();
  const pacing = { per_second: 2000, burst: 2000, max_in_flight: 48 };
  await api.must(201, 'POST', '/v1/accounts', accountOf(mail, 'main', { pacing, retry: { first: '200ms', factor: 2, max: '2s', attempts: 12, max_age: '1h' } }));
});
after(() => mail.stop());

test('five thousand open deliveries survive kill -9 with faults on', { timeout: 170_000 }, async (t) => {
  await api.must(200, 'POST', '/v1/connectors/email/main/pause');
  const ids = await postAll();
  const open = () => Number(sql(`select count(*) from delivery where state between 1 and 3`)[0][0]);
  assert.equal(open(), total);
  await api.must(200, 'POST', '/v1/connectors/email/main/resume');

  // Twice, in the middle of the work.
  for (const share of [0.1, 0.5]) {
    await until(() => mail.taken.length > total * share, 60, () => `the mail server has taken ${mail.taken.length}`);
    const before = info().nodes[0].pid;
    process.kill(before, 'SIGKILL');
    t.diagnostic(`killed with ${open()} deliveries open`);
    await until(() => info().nodes[0].pid !== before, 30);
  }
  await until(() => open() === 0, 120, () => `${open()} deliveries are still open, the server has ${mail.taken.length}`);

  // Every delivery has exactly one end, and it is the right one.
  const ends = sql(`select d.address, d.message_id, d.state, d.attempts,
      count(*) filter (where e.state >= 4), count(*) filter (where e.provider_code = 'unknown'),
      bool_or(e.state = 2 and e.attempt = d.attempts and e.at < d.due_at)
    from delivery d join delivery_event e using (client_id, message_id, delivery_id)
    group by d.client_id, d.message_id, d.delivery_id`);
  assert.equal(ends.length, total);
  const taken = new Map();
  for (const one of mail.taken) taken.set(one.to, (taken.get(one.to) ?? 0) + 1);
  let unknown = 0;
  let repeated = 0;
  for (const [address, message, state, attempts, finals, doubts, early] of ends) {
    assert.equal(ids.get(address), message);
    assert.equal(finals, '1', `${address} has ${finals} ends`);
    assert.equal(early, 'f', `${address} was tried before its time`);
    const mails = taken.get(address) ?? 0;
    if (address.startsWith('refused-')) {
      assert.equal(state, '7', address);
      assert.equal(mails, 0, address);
    } else {
      assert.equal(state, '4', `${address} ended as ${state} after ${attempts} tries`);
      assert.ok(mails >= 1, `${address} was never taken`);
      // A repetition only after an end that nobody saw, and each of those is a line.
      assert.ok(mails <= 1 + Number(doubts), `${address}: ${mails} mails, ${doubts} unknown ends`);
    }
    unknown += Number(doubts);
    repeated += Math.max(0, mails - 1);
  }
  t.diagnostic(`${mail.taken.length} mails taken, ${repeated} of them repetitions, ${unknown} unknown ends`);

  // The API says the same.
  api = await Api.enter();
  for (let i = 0; i < total; i += 97) {
    const address = addressOf(i);
    const got = await api.must(200, 'GET', `/v1/messages/${ids.get(address)}`);
    assert.equal(got.status, address.startsWith('refused-') ? 'failed' : 'sent');
  }
});
