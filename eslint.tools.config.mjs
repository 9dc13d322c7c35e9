// The programs beside the nodes (sandbox, launcher, benchmarks, their tests) run on plain Node.js, so they get the
// ordinary strict rules. nodes/ and credentials/ have n8n's own, in eslint.config.mjs.
// The rules for imports apply to all of them.
import { fileURLToPath } from 'node:url';
import js from '@eslint/js';
import importX from 'eslint-plugin-import-x';
import tseslint from 'typescript-eslint';

const SERVICES = ['FileCourier', 'FileShot', 'FilesApp', 'Filestack', 'SpeedyFiles'];

/** Code in `target` must not import code in `from`, except from the listed folders of it. */
const zone = (target, from, except = []) => ({ target: `./${target}`, from: `./${from}`, except });

/** The layers of nodes/shared, each with those that it must not import. */
const LAYERS = {
	http: ['node', 'files', 'webhook', 'polling', 'cleanUp'],
	node: ['files', 'webhook', 'polling', 'cleanUp'],
	files: ['webhook', 'polling', 'cleanUp'],
	webhook: ['polling', 'cleanUp'],
	polling: ['webhook', 'cleanUp'],
	cleanUp: ['webhook', 'polling'],
};

/** The same for the sandbox. */
const SANDBOX_LAYERS = {
	system: ['core', 'services', 'portal', 'n8n', 'demo', 'launcher'],
	core: ['services', 'portal', 'n8n', 'demo', 'launcher'],
	services: ['portal', 'n8n', 'demo', 'launcher'],
	n8n: ['demo', 'launcher'],
	demo: ['launcher'],
};

const layersOf = (root, layers) =>
	Object.entries(layers).flatMap(([layer, upper]) =>
		upper.map((other) => zone(`${root}/${layer}`, `${root}/${other}`)),
	);

const importRules = {
	plugins: { 'import-x': importX },
	settings: {
		'import-x/extensions': ['.ts', '.mts', '.mjs'],
		'import-x/parsers': {
			[fileURLToPath(import.meta.resolve('@typescript-eslint/parser'))]: ['.ts', '.mts'],
		},
		'import-x/resolver-next': [
			importX.createNodeResolver({ extensions: ['.ts', '.mts', '.mjs', '.json'] }),
		],
	},
	rules: {
		'import-x/no-cycle': 'error',
		'import-x/no-restricted-paths': [
			'error',
			{
				basePath: import.meta.dirname,
				zones: [
					...layersOf('nodes/shared', LAYERS),
					...layersOf('sandbox', SANDBOX_LAYERS),
					zone('nodes/shared', 'nodes', ['./shared']),
					...SERVICES.map((service) =>
						zone(`nodes/${service}`, 'nodes', ['./shared', `./${service}`]),
					),
					zone('nodes', 'sandbox'),
					zone('credentials', 'sandbox'),
					zone('sandbox', 'nodes'),
					zone('sandbox', 'credentials'),
				],
			},
		],
	},
};

export default tseslint.config(
	{ ignores: ['**/node_modules/', 'dist/', '.host/', '.run/', 'packages/'] },
	{
		...importRules,
		files: ['nodes/**/*.ts', 'credentials/**/*.ts'],
		languageOptions: { parser: tseslint.parser },
	},
	{ ...importRules, files: ['sandbox/**/*.{mts,mjs}', 'bench/**/*.{mts,mjs}'] },
	{
		files: ['**/*.mts'],
		extends: [js.configs.recommended, ...tseslint.configs.recommendedTypeChecked],
		languageOptions: {
			parserOptions: { project: './sandbox/tsconfig.json', tsconfigRootDir: import.meta.dirname },
		},
		rules: {
			'@typescript-eslint/no-explicit-any': 'error',
			'@typescript-eslint/restrict-template-expressions': ['error', { allowNumber: true }],
		},
	},
	{
		files: ['**/*.mjs'],
		extends: [js.configs.recommended],
		languageOptions: {
			globals: {
				process: 'readonly',
				console: 'readonly',
				setTimeout: 'readonly',
				URL: 'readonly',
			},
		},
	},
);
