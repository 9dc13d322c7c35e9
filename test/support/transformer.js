// Turns TypeScript into JavaScript for Jest, without checking types: `npm run typecheck` does that.
const { createHash } = require('node:crypto');

const { transformSync, version } = require('esbuild');

const settings = {
	loader: 'ts',
	target: 'es2022',
	sourcemap: true,
	tsconfigRaw: { compilerOptions: { experimentalDecorators: true } },
};

module.exports = {
	process: (source, sourcefile) =>
		transformSync(source, {
			...settings,
			sourcefile,
			format: sourcefile.endsWith('.mts') ? 'esm' : 'cjs',
		}),

	getCacheKey: (source, path, { configString }) =>
		createHash('sha256')
			.update([version, JSON.stringify(settings), configString, path, source].join('\0'))
			.digest('hex'),
};
