// Jest on Node < 24.9 cannot require() ES modules, and NestJS 12 ships only ES modules.
// So: TypeScript -> CJS always; node_modules -> CJS only when the file really is ESM; real CJS stays untouched.
const fs = require('node:fs');
const path = require('node:path');
const { createTransformer } = require('@swc/jest');

const jsc = {
  target: 'es2022',
  keepClassNames: true,
  transform: { legacyDecorator: true, decoratorMetadata: true },
};
const options = { swcrc: false, module: { type: 'commonjs' }, sourceMaps: true };
const typescript = createTransformer({
  ...options,
  jsc: { ...jsc, parser: { syntax: 'typescript', decorators: true } },
});
const ecmascript = createTransformer({ ...options, jsc: { ...jsc, parser: { syntax: 'ecmascript' } } });

const packageTypes = new Map();

function packageType(directory) {
  if (!packageTypes.has(directory)) {
    let type = null;
    try {
      type = JSON.parse(fs.readFileSync(path.join(directory, 'package.json'), 'utf8')).type ?? 'commonjs';
    } catch {
      // No package.json in this folder: the parent decides.
    }
    packageTypes.set(directory, type);
  }
  return packageTypes.get(directory);
}

function isEsm(file) {
  if (file.endsWith('.mjs')) return true;
  if (file.endsWith('.cjs')) return false;
  let directory = path.dirname(file);
  while (directory !== path.dirname(directory)) {
    const type = packageType(directory);
    if (type) return type === 'module';
    directory = path.dirname(directory);
  }
  return false;
}

function transformerFor(file) {
  if (/\.[cm]?ts$/.test(file)) return typescript;
  return isEsm(file) ? ecmascript : null;
}

module.exports = {
  canInstrument: false,
  process: (source, file, jestOptions) => transformerFor(file)?.process(source, file, jestOptions) ?? { code: source },
  getCacheKey: (source, file, jestOptions) => {
    const transformer = transformerFor(file);
    return (transformer ?? ecmascript).getCacheKey(source, file, jestOptions) + (transformer ? '' : '-raw');
  },
};
