// The programs beside the nodes (sandbox, launcher, benchmarks, their tests) run on plain Node.js, so they get the
// ordinary strict rules. nodes/ and credentials/ have n8n's own, in eslint.config.mjs. The rules for imports apply to
// all of them.
import { readdirSync } from 'node:fs';

import js from '@eslint/js';
import importX from 'eslint-plugin-import-x';
import tseslint from 'typescript-eslint';

/** The layers of nodes/shared/, each with those that it may import. */
const SHARED_LAYERS = {
	http: [],
	node: ['http'],
	files: ['http', 'node'],
	webhook: ['http', 'node', 'files'],
	polling: ['http', 'node', 'files'],
	cleanUp: ['http', 'node', 'files'],
};

/** The same for sandbox/. The services and the portal are started through sandbox/server.mts. */
const SANDBOX_LAYERS = {
	system: [],
	core: ['system'],
	services: ['system', 'core'],
	portal: ['system', 'core'],
	n8n: ['system', 'core'],
	demo: ['system', 'core', 'n8n'],
	launcher: ['system', 'core', 'n8n', 'demo'],
};

const layerZones = (folder, layers) =>
	Object.entries(layers).map(([layer, lower]) => ({
		target: `${folder}/${layer}`,
		from: Object.keys(layers)
			.filter((other) => other !== layer && !lower.includes(other))
			.map((other) => `${folder}/${other}`),
		message: `${folder}/${layer} may import ${lower.join(', ') || 'no other layer'}.`,
	}));

const entriesOf = (folder) => readdirSync(`${import.meta.dirname}/${folder}`);
const SERVICES = entriesOf('nodes').filter((name) => name !== 'shared');
const SIMULATIONS = entriesOf('sandbox/services').filter((name) => name !== 'index.mts');

const zones = [
	...layerZones('nodes/shared', SHARED_LAYERS),
	{
		target: 'nodes/shared/*.ts',
		from: Object.keys(SHARED_LAYERS).map((layer) => `nodes/shared/${layer}`),
		message: 'The files beside the layers import none of them.',
	},
	{
		target: 'nodes/shared',
		from: 'nodes',
		except: ['shared'],
		message: 'The shared code imports no service.',
	},
	...SERVICES.flatMap((service) => [
		{
			target: `nodes/${service}`,
			from: 'nodes',
			except: ['shared', service],
			message: 'No service imports another.',
		},
		{
			target: `credentials/${service}Api.credentials.ts`,
			from: 'nodes',
			except: ['shared/http', service],
			message: 'A credential imports its own service and nodes/shared/http.',
		},
	]),
	{
		target: ['nodes', 'credentials'],
		from: ['sandbox', 'bench', 'test'],
		message: 'The published code imports nothing else.',
	},
	{
		target: 'sandbox',
		from: ['nodes', 'credentials'],
		message: 'The sandbox is written from the documentation of the services, not from the nodes.',
	},
	...layerZones('sandbox', SANDBOX_LAYERS),
	...SIMULATIONS.map((simulation) => ({
		target: `sandbox/services/${simulation}`,
		from: 'sandbox/services',
		except: [simulation],
		message: 'No simulation imports another.',
	})),
];

/** Parses imports of types as ordinary imports, because import-x/no-cycle would ignore them. */
const parserWithTypeImports = {
	meta: tseslint.parser.meta,
	parseForESLint(code, options) {
		const parsed = tseslint.parser.parseForESLint(code, options);
		for (const statement of parsed.ast.body) {
			for (const node of [statement, ...(statement.specifiers ?? [])]) {
				if (node.importKind) node.importKind = 'value';
				if (node.exportKind) node.exportKind = 'value';
			}
		}
		return parsed;
	},
};

export default tseslint.config(
	{ ignores: ['**/node_modules/', 'dist/', '.host/', '.run/', 'packages/'] },
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
	{
		files: ['nodes/**/*.ts', 'credentials/**/*.ts', '{sandbox,bench}/**/*.{mts,mjs}'],
		plugins: { 'import-x': importX },
		languageOptions: { parser: parserWithTypeImports },
		settings: {
			'import-x/extensions': ['.ts', '.mts', '.mjs'],
			'import-x/resolver-next': [importX.createNodeResolver({ extensions: ['.ts'] })],
		},
		rules: {
			'import-x/no-cycle': ['error', { ignoreExternal: true }],
			'import-x/no-restricted-paths': ['error', { basePath: import.meta.dirname, zones }],
		},
	},
	{
		files: ['nodes/**/*.ts'],
		// The cache of readCredential, and that of the webhooks, which outlives one delivery.
		ignores: ['nodes/shared/http/secrets.ts', 'nodes/shared/webhook/signature.ts'],
		rules: {
			'no-restricted-syntax': [
				'error',
				{
					selector: "CallExpression[callee.property.name='getCredentials']",
					message:
						'Use readCredential or readCheckedCredential: n8n looks up and decrypts a credential on every call.',
				},
			],
		},
	},
);
