/* eslint-disable @n8n/community-nodes/no-restricted-imports, @n8n/community-nodes/no-restricted-globals */
import { readdirSync, readFileSync } from 'node:fs';
import { join, relative } from 'node:path';

/** The test server and its proxy, models of other programs, tests that only occupy a port, and two older tests. */
const CREATE_SERVERS = [
	'e2e/chatModel.mts',
	'e2e/launcher.test.mts',
	'e2e/portalPages.test.mts',
	'live.test.mts',
	'sandbox/commandLine.test.mts',
	'support/objectStorage.js',
	'support/tcpProxy.ts',
	'support/testServer.ts',
	'support/webhooks.ts',
];

it('all other files of the tests use the test server instead of creating one', () => {
	const files = readdirSync(__dirname, { recursive: true, withFileTypes: true })
		.filter((entry) => entry.isFile() && /\.(m?ts|m?js)$/.test(entry.name))
		.map((entry) => join(entry.parentPath, entry.name))
		.filter((file) => file !== __filename && /\bcreateServer\b/.test(readFileSync(file, 'utf8')));
	expect(files.map((file) => relative(__dirname, file)).sort()).toEqual(CREATE_SERVERS);
});
