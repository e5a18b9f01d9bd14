// The files of config/deploy, as far as they can be checked without a cluster: Kubernetes' own schemas, whether
// what refers to something finds it, and whether all of them speak of the same ports, secrets and settings.
import assert from 'node:assert/strict';
import { execFileSync, spawnSync } from 'node:child_process';
import { existsSync, readFileSync, readdirSync, realpathSync } from 'node:fs';
import { createRequire } from 'node:module';
import path from 'node:path';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { complaints } from './kubernetes.mjs';

const require = createRequire(process.env.RECADO_MODULES + '/');
const yaml = require('js-yaml');
const root = path.join(path.dirname(fileURLToPath(import.meta.url)), '../../..');
const deploy = path.join(root, 'config/deploy');
const text = (name) => readFileSync(path.join(deploy, name), 'utf8');
const have = (program) => spawnSync('sh', ['-c', `command -v ${program}`]).status === 0;

const files = readdirSync(path.join(deploy, 'kubernetes')).filter((name) => name.endsWith('.yaml'));
const objects = files.flatMap((name) => yaml.loadAll(text(`kubernetes/${name}`)));
const find = (kind, name) => objects.find((each) => each.kind === kind && each.metadata.name === name);
const sets = objects.filter((each) => each.kind === 'StatefulSet');
const containers = (set) => [...(set.spec.template.spec.initContainers ?? []), ...set.spec.template.spec.containers];
const includes = (labels, wanted) => Object.entries(wanted).every(([key, value]) => labels?.[key] === value);

test('every object is what Kubernetes knows, to the last field', () => {
  assert.ok(objects.length >= 10);
  for (const each of objects.filter((one) => one.kind !== 'ServiceMonitor')) {
    assert.deepEqual(complaints(each), [], `${each.kind} ${each.metadata.name}`);
  }
});

test('a field that Kubernetes does not know is found', () => {
  const wrong = structuredClone(find('StatefulSet', 'recado'));
  wrong.spec.template.spec.containers[0].livenessProbes = {};
  wrong.spec.replicas = 'three';
  const said = complaints(wrong).join(' ');
  assert.match(said, /livenessProbes/);
  assert.match(said, /replicas/);
});

test('selectors find pods, and services their ports', () => {
  for (const set of sets) {
    const { labels } = set.spec.template.metadata;
    assert.ok(includes(labels, set.spec.selector.matchLabels));
    assert.ok(find('Service', set.spec.serviceName)?.spec.clusterIP === 'None');
  }
  for (const each of objects.filter((one) => ['Service', 'PodDisruptionBudget'].includes(one.kind))) {
    const wanted = each.spec.selector.matchLabels ?? each.spec.selector;
    const set = sets.find((one) => includes(one.spec.template.metadata.labels, wanted));
    assert.ok(set, `${each.kind} ${each.metadata.name} selects nothing`);
    const names = containers(set).flatMap((one) => (one.ports ?? []).map((port) => port.name));
    for (const port of each.spec.ports ?? []) assert.ok(names.includes(port.targetPort), port.targetPort);
  }
  const monitor = find('ServiceMonitor', 'recado');
  const found = objects.filter((one) => one.kind === 'Service' && includes(one.metadata.labels, monitor.spec.selector.matchLabels));
  assert.deepEqual(found.map((one) => one.metadata.name), ['recado-nodes']); // two would count everything twice
});

test('volumes, secrets and probes are there', () => {
  for (const set of sets) {
    const pod = set.spec.template.spec;
    const volumes = [...(pod.volumes ?? []), ...(set.spec.volumeClaimTemplates ?? []).map((one) => one.metadata)];
    for (const volume of pod.volumes ?? []) {
      if (volume.configMap) assert.ok(find('ConfigMap', volume.configMap.name));
      for (const { key } of volume.secret?.items ?? []) assert.ok(find('Secret', volume.secret.secretName).stringData[key]);
      if (volume.secret) assert.ok(find('Secret', volume.secret.secretName));
    }
    for (const container of containers(set)) {
      for (const mount of container.volumeMounts) assert.ok(volumes.some((one) => one.name === mount.name), mount.name);
      for (const { valueFrom } of container.env) {
        if (valueFrom?.secretKeyRef) assert.ok(find('Secret', valueFrom.secretKeyRef.name).stringData[valueFrom.secretKeyRef.key]);
      }
      const ports = (container.ports ?? []).map((port) => port.name);
      for (const probe of [container.startupProbe, container.livenessProbe, container.readinessProbe]) {
        if (probe) assert.ok(ports.includes(probe.httpGet.port));
      }
    }
  }
});

test('files that the environment names are keys of the mounted secret', () => {
  const node = find('StatefulSet', 'recado').spec.template.spec.containers[0];
  const keys = Object.keys(find('Secret', 'recado').stringData);
  const named = node.env.filter((one) => one.name.endsWith('_FILE')).map((one) => path.basename(one.value));
  const key = /key_file = "(.*)"/.exec(find('ConfigMap', 'recado').data['recado.toml'])[1];
  for (const file of [...named, path.basename(key)]) assert.ok(keys.includes(file), file);
});

test('a node is given longer to end than it takes', () => {
  const limit = Number(/^stop_ms_max = (\d+)/m.exec(readFileSync(path.join(root, 'config/recado.example.toml')))[1]) / 1000;
  assert.ok(find('StatefulSet', 'recado').spec.template.spec.terminationGracePeriodSeconds > limit);
  assert.ok(Number(/^TimeoutStopSec=(\d+)/m.exec(text('systemd/recado.service'))[1]) > limit);
});

test('NATS on Kubernetes has the settings of cluster.conf', () => {
  const plain = (conf) => conf.replace(/#.*/g, '').replace(/include ".*"/, 'include').replace(/store_dir: .*/, 'store_dir')
    .replace(/http: .*/, 'http').replace(/\s+/g, ' ').trim();
  assert.equal(plain(find('ConfigMap', 'recado-nats').data['nats.conf']), plain(text('nats/cluster.conf')));
});

test('nats-server accepts its files', { skip: !have('nats-server') }, () => {
  const env = { ...process.env, NATS_NAME: 'nats-1', NATS_STORE: '/nonexistent', NATS_PASSWORD: 'p', NATS_ROUTES_PASSWORD: 'r' };
  for (const name of ['single.conf', 'cluster.conf']) {
    execFileSync('nats-server', ['-t', '-c', path.join(deploy, 'nats', name)], { env, stdio: 'pipe' });
  }
});

test('systemd accepts the units', { skip: !have('systemd-analyze') }, () => {
  const units = ['recado.service', 'recado-nats.service'].map((name) => path.join(deploy, 'systemd', name));
  const got = spawnSync('systemd-analyze', ['verify', '--man=no', ...units], { encoding: 'utf8' });
  const said = (got.stdout + got.stderr).split('\n').filter((line) => line.includes(deploy) || /^recado/.test(line));
  assert.deepEqual(said.filter((line) => !/is not executable/.test(line)), []); // it is not installed here
});

const program = path.join(root, 'bin/recado');

test('the image has the libraries that the program was linked with', { skip: !existsSync(program) || !have('readelf') }, () => {
  const needed = [...execFileSync('readelf', ['-d', program], { encoding: 'utf8' }).matchAll(/NEEDED.*\[(.*)\]/g)].map((one) => one[1]);
  const paths = execFileSync('ldd', [program], { encoding: 'utf8' });
  for (const library of needed) {
    const file = new RegExp(`${library.replace(/[.+]/g, '\\$&')} => (\\S+)`).exec(paths)?.[1];
    if (!file || /lib(c|m|stdc\+\+|gcc_s)\.so/.test(library)) continue; // in every image
    const owner = execFileSync('dpkg', ['-S', `*/${path.basename(realpathSync(file))}`], { encoding: 'utf8' }).split(':')[0];
    assert.ok(text('README.md').includes(` ${owner} `), `${library} is in ${owner}`);
  }
});

test('the settings in the examples exist', () => {
  const known = new Set();
  const keys = (toml, use) => {
    let section = '';
    for (const line of toml.split('\n')) {
      section = /^\[(\w+)\]/.exec(line)?.[1] ?? section;
      const key = /^(\w+) =/.exec(line)?.[1];
      if (key) use(`${section}.${key}`);
    }
  };
  keys(readFileSync(path.join(root, 'config/recado.example.toml'), 'utf8'), (key) => known.add(key));
  for (const toml of [find('ConfigMap', 'recado').data['recado.toml'], text('recado.toml')]) {
    keys(toml, (key) => assert.ok(known.has(key), `${key} does not exist`));
  }
});

// --- alarms

const rules = yaml.load(text('prometheus/recado.rules.yml')).groups.flatMap((group) => group.rules);

test('promtool accepts the alarms, and they fire when they should', { skip: !have('promtool') }, () => {
  execFileSync('promtool', ['check', 'rules', path.join(deploy, 'prometheus/recado.rules.yml')], { stdio: 'pipe' });
  execFileSync('promtool', ['check', 'config', '--syntax-only', path.join(deploy, 'prometheus/prometheus.yml')], { stdio: 'pipe' });
  const tests = readdirSync(path.join(root, 'tests/config/deploy')).filter((name) => name.endsWith('.test.yml'));
  execFileSync('promtool', ['test', 'rules', ...tests], { cwd: path.join(root, 'tests/config/deploy'), stdio: 'pipe' });
});

test('every alarm is tested, explained, and says how urgent it is', () => {
  const here = path.join(root, 'tests/config/deploy');
  const tested = ['recado.rules.test.yml', 'recado.rules.slow.test.yml'].map((name) => readFileSync(path.join(here, name), 'utf8')).join();
  const operating = readFileSync(path.join(root, 'docs/operating.md'), 'utf8');
  for (const { alert, labels, annotations } of rules) {
    assert.ok(tested.includes(`"${alert}"`), `${alert} has no test`);
    assert.ok(operating.includes(`\`${alert}\``), `${alert} is not in docs/operating.md`);
    assert.ok(['page', 'ticket'].includes(labels.severity), alert);
    assert.ok(annotations.summary && annotations.description, alert);
  }
});
