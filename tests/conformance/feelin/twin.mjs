// Reads [{text, variables}, ...] from standard input, answers [{value} or {error}, ...]: what feelin makes of each expression.
import { readFileSync } from 'node:fs';
import * as feelin from 'feelin';

const temporal = [feelin.FeelDate, feelin.FeelTime, feelin.FeelDateTime, feelin.FeelDuration];

function plain(value) {
  if (value === undefined || value === null) return null;
  if (Array.isArray(value)) return value.map(plain);
  if (typeof value === 'number') return Number.isFinite(value) ? value : null;
  if (typeof value !== 'object' && typeof value !== 'function') return value;
  if (temporal.some((kind) => value instanceof kind)) return { '@': String(value) };
  if (feelin.isRange(value)) return { range: [plain(value.start), plain(value.end)] };
  if (feelin.isFunction(value) || typeof value === 'function') return { function: true };
  return Object.fromEntries(Object.entries(value).map(([name, entry]) => [name, plain(entry)]));
}

function answer({ text, variables }) {
  try {
    return { value: plain(feelin.evaluate(text, variables).value) };
  } catch (error) {
    return { error: String(error.message ?? error).slice(0, 200) };
  }
}

process.stdout.write(JSON.stringify(JSON.parse(readFileSync(0, 'utf8')).map(answer)));
