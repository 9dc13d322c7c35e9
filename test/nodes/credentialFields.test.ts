/**
 * Every operation that uses a credential validates all of its fields before it sends anything. The test finds these
 * operations by their requests, and the fields in the description of the credential.
 */
import type { ICredentialDataDecryptedObject, IDataObject } from 'n8n-workflow';
import { UserError } from 'n8n-workflow';

import { itemWith } from '../support/binary';
import { TestCredentials } from '../support/credentials';
import { allNodes, credentialsFor, operationsOf, parametersWith } from '../support/descriptions';
import { errorOf, outputOf, runNode } from '../support/engine';
import { everythingIn } from '../support/errors';
import { TestServer } from '../support/testServer';

const host = new TestServer();
beforeAll(async () => {
	await host.respond({ status: 400, body: '{"error":"no","detail":"no","message":"no"}' }).start();
});
afterAll(async () => await host.stop());

const HOSTILE_ADDRESSES = [
	'files.example.com',
	'https://user:s3cr3tpass@example.com',
	'https://user:12/s3cr3tpass@example.com',
	'https://example.com/?key=s3cr3tpass',
	'https://example.com/#s3cr3tpass',
	'https://example.com/%2E%2e/x',
	'https://exam ple.com',
	'https://example.com:0',
];
const HOSTILE_SECRETS = [' \u00a0\u200b', 's3cr3t\npass', 's3cr3t-\u{1F511}-pass', { a: 's3cr3t' }];

const input = itemWith({ data: { name: 'a.txt', bytes: Buffer.from('hello') } });
const actions = allNodes().filter(({ node }) => !node.description.group.includes('trigger'));

describe.each(actions.map((one) => [one.node.description.displayName, one] as const))(
	'%s',
	(_, { node, credentialType }) => {
		const fields = credentialType.properties;
		const addresses = fields.filter(({ name }) => /url$/i.test(name));
		const secrets = fields.filter(({ name, required }) => required && !/url$/i.test(name));
		const good = () => credentialsFor(credentialType, host.url);

		const run = async (
			operation: Parameters<typeof parametersWith>[0],
			credentials: IDataObject,
			settings = {},
		) => {
			host.requests.splice(0);
			const { binary } = await input;
			const json = {
				file: { url: `${host.url}/delivered` },
				files: [{ sha256: 'a'.repeat(64) }],
				link: `${host.url}/p/abc`,
			};
			return await runNode({
				...{ node, credentialType, settings, parameters: parametersWith(operation) },
				credentials: { ...good(), ...credentials } as ICredentialDataDecryptedObject,
				input: [{ json, binary }],
			});
		};
		/** Whether an operation sends the credential: in a header, the query or a body. */
		const usesCredential = async (operation: Parameters<typeof parametersWith>[0]) => {
			await run(operation, {});
			return (
				host.requests.some(({ headers }) => headers.authorization !== undefined) ||
				host.requests.some(({ url, body }) => `${url}${body}`.includes('secret-apiKey'))
			);
		};

		it('an operation rejects every invalid credential field before it sends anything', async () => {
			const found: string[] = [];
			let count = 0;
			for (const operation of operationsOf(node)) {
				if (!(await usesCredential(operation))) continue;
				count += 1;
				const rows = [
					...addresses.flatMap((field) => HOSTILE_ADDRESSES.map((value) => ({ field, value }))),
					...secrets.flatMap((field) => HOSTILE_SECRETS.map((value) => ({ field, value }))),
				];
				for (const { field, value } of rows) {
					const ended = await run(operation, { [field.name]: value });
					const { error } = ended.data.resultData;
					const { message = 'no error' } = error ?? {};
					const where = `${operation.title} ${field.name}=${JSON.stringify(value)}`;
					if (!message.startsWith(`The ${field.displayName} in the `)) {
						found.push(`${where}: ${message}`);
					}
					if (host.requests.length > 0) found.push(`${where}: sent ${host.requests[0].url}`);
					if (/s3cr3t|user:/.test(everythingIn(error)))
						found.push(`${where}: the error contains the value`);
				}
			}
			expect(found).toEqual([]);
			expect(count).toBeGreaterThan(2);
		}, 120_000);

		const [operation] = operationsOf(node).filter(({ title }) => /\.(get|delete)$/.test(title));

		it('a secret that is a number from an expression is sent like its digits', async () => {
			const field = secrets[0].name;
			const sent = async (value: unknown) => {
				await run(operation, { [field]: value as string });
				return host.requests.map(({ headers }) => headers.authorization);
			};
			expect(await sent(1234567890)).toEqual(await sent('1234567890'));
			expect(host.requests.length).toBeGreaterThan(0);
		});

		it('a credential that cannot be decrypted is an error that follows On Error', async () => {
			const problem = 'Credential with ID "credential-id" does not exist for type';
			const read = jest
				.spyOn(TestCredentials.prototype, 'getDecrypted')
				.mockRejectedValue(new UserError(problem));
			try {
				const error = errorOf(await run(operation, {}));
				expect(error.message).toContain(problem);
				expect(error.name).toMatch(/^Node(Api|Operation)Error$/);
				const kept = outputOf(await run(operation, {}, { onError: 'continueRegularOutput' }));
				expect(String(kept[0].json.error)).toContain(problem);
				expect(host.requests).toEqual([]);
			} finally {
				read.mockRestore();
			}
		});
	},
);
