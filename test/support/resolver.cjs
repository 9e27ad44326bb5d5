// NodeNext TypeScript writes './x.js' for './x.ts'. Map it only outside node_modules.
module.exports = (request, options) =>
  options.defaultResolver(request, {
    ...options,
    ...(options.basedir.includes('/node_modules/') ? {} : { extensionAlias: { '.js': ['.ts', '.js'] } }),
  });
