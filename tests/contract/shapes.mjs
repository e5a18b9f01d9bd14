// The shapes of the API's documents as validators that notice a field nobody has described.
import { createRequire } from 'node:module';

const require = createRequire(process.env.RECADO_MODULES + '/');
const Ajv = require('ajv/dist/2020').default;
const addFormats = require('ajv-formats').default;

// In the documents objects are open, so that fields may be added; here every field must be named.
function close(schema, document, inside = false) {
  if (Array.isArray(schema)) return schema.map((each) => close(each, document, inside));
  if (schema === null || typeof schema !== 'object') return schema;
  if (inside && schema.$ref) return close(target(document, schema.$ref), document, true);
  const out = {};
  for (const [key, value] of Object.entries(schema)) {
    if (key === 'properties' || key === 'schemas') {
      out[key] = Object.fromEntries(Object.entries(value).map(([name, each]) => [name, close(each, document)]));
    } else if (['const', 'enum', 'example', 'examples', 'default', 'required'].includes(key)) {
      out[key] = value;
    } else {
      out[key] = close(value, document, key === 'allOf');
    }
  }
  const names = schema.properties || (schema.allOf && schema.allOf.length > 0);
  if (names && !inside && !('additionalProperties' in schema)) out.unevaluatedProperties = false;
  return out;
}

function target(document, ref) {
  return ref.slice(2).split('/').reduce((at, name) => at[name.replaceAll('~1', '/').replaceAll('~0', '~')], document);
}

export class Shapes {
  constructor(document) {
    this.document = document;
    this.ajv = new Ajv({ strict: false, allErrors: true });
    addFormats(this.ajv);
    this.components = close({ schemas: document.components.schemas }, document);
    this.known = new Map();
  }
  resolve(part) {
    return part && part.$ref ? this.resolve(target(this.document, part.$ref)) : part;
  }
  /** What is wrong with the value, as sentences. `name` stands for the schema. */
  complaints(name, schema, value) {
    if (!this.known.has(name)) {
      const whole = { ...close(schema, this.document), components: this.components };
      this.known.set(name, this.ajv.compile(whole));
    }
    const check = this.known.get(name);
    if (check(value)) return [];
    return check.errors.map((each) => `${each.instancePath || '/'} ${each.message} ${JSON.stringify(each.params)}`);
  }
}
