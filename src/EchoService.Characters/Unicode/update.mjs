// Remakes names.txt.br from the npm package of one Unicode version:
//
//     node update.mjs 17.0.0 2.1.0        (Unicode version, package version)
//
// The package @unicode/unicode-<version> carries every name of that version. A line is `0020;SPACE`. Names that end in their
// own code point (rule NR2 of chapter 4.8) become one line a range, `3400..4DBF;CJK UNIFIED IDEOGRAPH-*`, and so do the Hangul
// syllables (rule NR1), as in the Unicode character database's DerivedName.txt.

import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { brotliCompressSync, constants } from 'node:zlib';

const [version, packageVersion] = process.argv.slice(2);
const hangul = { first: 0xAC00, last: 0xD7A3, name: 'HANGUL SYLLABLE *' };

const names = await fetchNames(`@unicode/unicode-${version}@${packageVersion}`);
const text = `# Unicode ${version}\n` + lines(names).join('\n') + '\n';
const compressed = brotliCompressSync(Buffer.from(text, 'ascii'), {
  params: { [constants.BROTLI_PARAM_MODE]: constants.BROTLI_MODE_TEXT, [constants.BROTLI_PARAM_LGWIN]: 22 },
});
writeFileSync(new URL('names.txt.br', import.meta.url), compressed);
console.log(`${names.length} names, ${text.length} bytes, ${compressed.length} compressed`);

async function fetchNames(source) {
  const folder = mkdtempSync(join(tmpdir(), 'unicode-'));
  try {
    const archive = execFileSync('npm', ['pack', '--silent', source], { cwd: folder, encoding: 'utf8' }).trim();
    execFileSync('tar', ['xzf', archive], { cwd: folder });
    const module = await import(pathToFileURL(join(folder, 'package/Names/index.mjs')));
    return [...module.default].sort(([a], [b]) => a - b);
  } finally {
    rmSync(folder, { recursive: true });
  }
}

function lines(names) {
  const ranges = [];
  for (const [codePoint, name] of names) {
    const rule = derivedFrom(codePoint, name);
    const previous = ranges.at(-1);
    if (rule.endsWith('*') && previous?.name === rule && previous.last === codePoint - 1) {
      previous.last = codePoint;
    } else {
      ranges.push({ first: codePoint, last: codePoint, name: rule });
    }
  }

  return ranges.map(({ first, last, name }) => `${hex(first)}${name.endsWith('*') ? `..${hex(last)}` : ''};${name}`);
}

function derivedFrom(codePoint, name) {
  if (codePoint >= hangul.first && codePoint <= hangul.last) return hangul.name;
  const suffix = `-${hex(codePoint)}`;
  return name.endsWith(suffix) ? `${name.slice(0, -suffix.length)}-*` : name;
}

function hex(codePoint) {
  return codePoint.toString(16).toUpperCase().padStart(4, '0');
}
