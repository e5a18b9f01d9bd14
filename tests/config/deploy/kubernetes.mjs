// What is wrong with an object for Kubernetes 1.30: its published schemas, which let unknown fields pass, and those.
import { createRequire } from 'node:module';
import path from 'node:path';

const require = createRequire(process.env.RECADO_MODULES + '/');

const folder = path.join(process.env.RECADO_MODULES, 'node_modules/kubernetes-models/_schemas');
const schemas = {
  'v1 ConfigMap': 'IoK8sApiCoreV1ConfigMap',
  'v1 Secret': 'IoK8sApiCoreV1Secret',
  'v1 Service': 'IoK8sApiCoreV1Service',
  'apps/v1 StatefulSet': 'IoK8sApiAppsV1StatefulSet',
  'policy/v1 PodDisruptionBudget': 'IoK8sApiPolicyV1PodDisruptionBudget',
};

// A validator looks at every field that it knows, so a field that nobody looked at is unknown.
function watched(value, at, unseen) {
  if (value === null || typeof value !== 'object') return value;
  const children = {};
  for (const [key, child] of Object.entries(value)) {
    children[key] = watched(child, `${at}/${key}`, unseen);
    if (!Array.isArray(value)) unseen.add(`${at}/${key}`);
  }
  const target = Array.isArray(value) ? Object.values(children) : children;
  return new Proxy(target, {
    get(of, key) {
      unseen.delete(`${at}/${String(key)}`);
      return of[key];
    },
  });
}

export function complaints(object) {
  const name = schemas[`${object.apiVersion} ${object.kind}`];
  if (!name) return [`no schema for ${object.apiVersion} ${object.kind}`];
  const { validate } = require(path.join(folder, `${name}.js`));
  const unseen = new Set();
  validate(watched(object, '', unseen));
  const wrong = (validate.errors ?? []).map((each) => `${each.instancePath} ${each.message ?? each.keyword}`);
  return [...wrong, ...[...unseen].map((at) => `${at} is unknown`)];
}
