import type {
	ICredentialDataDecryptedObject,
	ICredentialTestFunction,
	ICredentialTestFunctions,
	IDataObject,
} from 'n8n-workflow';

import { cert, key } from '../support/certificate';
import { allNodes, credentialsFor, operationsOf, parametersWith } from '../support/descriptions';
import { credentialTestOf } from '../support/credentialTest';
import { everythingIn } from '../support/errors';
import { errorOf, runNode } from '../support/engine';
import { TestServer, useTestServer } from '../support/testServer';

const otherwise = {
	status: 404,
	body: '{"message":"Not Found"}',
	headers: {} as Record<string, string>,
};
const host = useTestServer().respond(otherwise);
beforeEach(() => {
	host.requests.splice(0);
	respond(404, '{"message":"Not Found"}');
});
const respond = (status: number, body: string, headers: Record<string, string> = {}) =>
	Object.assign(otherwise, { status, body, headers });

const HOSTILE = [
	'files.example.com',
	'https://user:s3cr3tpass@example.com',
	'https://example.com/?key=s3cr3tpass',
	'https://example.com/#s3cr3tpass',
	'https://example.com/../s3cr3tpass',
	'ftp://example.com',
];

const actions = allNodes().filter(({ node }) => !node.description.group.includes('trigger'));

describe.each(actions.map((one) => [one.credentialType.displayName, one] as const))(
	'%s',
	(_, { node, credentialType }) => {
		const [{ name, testedBy }] = node.description.credentials!;
		const test = Object.entries(node.methods!.credentialTest!).find(
			([method]) => method === testedBy,
		)![1] as ICredentialTestFunction;
		const good = () => credentialsFor(credentialType, host.url);
		const tested = async (more: IDataObject = {}) =>
			await credentialTestOf(test, name, { ...good(), ...more } as ICredentialDataDecryptedObject);
		const secrets = credentialType.properties.filter(
			({ typeOptions, required }) => typeOptions?.password && required,
		);
		const address = credentialType.properties.find((field) => field.name === 'baseUrl')!;

		/** An operation that calls the service at its base URL. */
		const [operation] = operationsOf(node).filter(
			({ title }) => /\.(get|delete|getAll|cancel)$/.test(title) && !title.startsWith('account'),
		);
		const run = async (credentials: IDataObject) =>
			await runNode({
				...{ node, credentialType, parameters: parametersWith(operation) },
				credentials: { ...good(), ...credentials } as ICredentialDataDecryptedObject,
			});

		it.each([
			[404, '{"message":"Not Found"}'],
			[404, '{"status":404,"error":"Not Found","path":"/x"}'],
			[404, '{"error":"not_found"}'],
			[404, '{}'],
			[200, '{}'],
			[200, '{"ok":true}'],
			[200, '{"error":"invalid"}'],
			[200, '[{"a":1}]'],
			[400, '{"message":"Bad Request"}'],
			[201, '{"id":1}'],
			[200, '[]'],
			[200, '[1,2]'],
			[200, '["a"]'],
			[200, '{"data":[]}'],
			[200, '{"success":true,"items":[]}'],
			[200, '{"results":[{"id":1,"name":"x"}]}'],
			[200, '[{"id":1,"title":"x"}]'],
			[200, '{"files":[1]}'],
			[200, '{"files":[{"id":"1"}]}'],
			[200, '{"files":{}}'],
			[200, '{"status":true}'],
			[200, '{"status":true,"data":{}}'],
			[200, '{"status":false}'],
			[404, '{"status":false}'],
			[400, '{"status":true}'],
			[404, '{"result":"error"}'],
			[404, '{"result":"error","error":{}}'],
			[200, '{"result":"error","error":{"code":404,"msg":"no"}}'],
			[200, '{"status":false,"error":"Invalid API key"}'],
			[400, '{"status":false,"message":"Authentication failed"}'],
			[200, '{"email":"a@b.c"}'],
			[200, '{"status":"ok","data":[]}'],
			[302, '{"a":1}'],
			[204, ''],
			[200, '<!doctype html><title>Log in</title>'],
			[404, '<html>nginx</html>'],
			[200, 'OK'],
			[429, '{"error":"slow"}'],
			[503, '{"error":"down"}'],
		])('the test fails for an unrelated server that responds with %i %s', async (status, body) => {
			respond(status, body);
			const result = await tested();
			expect(result.status).toBe('Error');
			expect(result.message).toMatch(/[a-z]/);
		});

		it.each([
			[301, '', /returned a redirect \(301\) to https:\/\/other\.example\. /],
			[302, '{"a":1}', /returned a redirect \(302\) to https:\/\/other\.example\. /],
			[429, '<html>Slow down</html>', /responded with 429.*[Tt]ry again later/],
			[429, '{"error":"slow"}', /responded with 429.*[Tt]ry again later/],
			[502, '<html>Bad gateway</html>', /responded with 502.*[Tt]ry again later/],
			[503, '', /responded with 503.*[Tt]ry again later/],
			[200, '<!doctype html><title>Log in</title>', /a web page \(200\).*Check the /],
			[404, '<html>nginx</html>', /a web page \(404\).*Check the /],
		])('the test explains the response %i %j', async (status, body, message) => {
			const location = 'https://user:s3cr3tpass@other.example/login?next=s3cr3tpass';
			respond(status, body, status < 400 && status > 299 ? { location } : {});
			const result = await tested();
			expect(result.status).toBe('Error');
			expect(result.message).toMatch(message);
			expect(result.message).not.toMatch(/<|s3cr3tpass/);
		});

		it('the test shortens a long message of several lines to one line', async () => {
			const said = `a\r\nb\u202e<script>${'x'.repeat(100_000)}`;
			for (const status of [200, 401, 403, 404, 500]) {
				respond(status, JSON.stringify({ error: said, message: said, detail: said }));
				const { message } = await tested();
				expect(message.length).toBeLessThan(500);
				expect(message).not.toMatch(/[\r\n\u202e]/);
			}
		});

		it('the test hides a secret in the message of the service', async () => {
			const secret = String(good()[secrets[0].name]);
			for (const status of [200, 401, 403, 404, 500]) {
				const said = `bad key ${secret} ${Buffer.from(`x:${secret}`).toString('base64')}`;
				respond(
					status,
					JSON.stringify({ error: said, message: said, detail: said, status: false }),
				);
				expect((await tested()).message).not.toContain(secret);
			}
		});

		it.each([
			['files.example.com', /must start with https:\/\/.*Enter https:\/\/files\.example\.com$/],
			['files.example.com:8443/api', /Enter https:\/\/files\.example\.com:8443\/api$/],
			['user:s3cr3tpass@example.com', /must start with https:\/\/[^.]*$/],
			['sk_live_s3cr3tpass', /must start with https:\/\/[^.]*$/],
			['//files.example.com', /must start with https:\/\//],
			['ftp://files.example.com', /must start with https:\/\//],
			['javascript:alert(1)', /must start with https:\/\//],
			['', /is empty$/],
			['  ', /is empty$/],
			['https://', /is not a valid URL$/],
			['https://a b.example.com', /is not a valid URL$/],
			['https://example.com/../x', /is not a valid URL$/],
			['https://example.com\\evil', /is not a valid URL$/],
			['https://example.com:99999', /is not a valid URL$/],
			['https://user@example.com', /must not contain a user name or a password$/],
			['https://user:s3cr3tpass@example.com', /must not contain a user name or a password$/],
			['https://@example.com', /must not contain a user name or a password$/],
			['https://example.com?x=1', /must not contain “\?” or “#”$/],
			['https://example.com/#x', /must not contain “\?” or “#”$/],
			['https://user:12/s3cr3tpass@example.com', /must not contain a user name or a password$/],
			['https://user:s3cr3tpass?@example.com', /must not contain “\?” or “#”$/],
			['https:///example.com', /is not a valid URL$/],
			['https://example.com/%2e%2E/x', /is not a valid URL$/],
			['https://example.com/.%2e', /is not a valid URL$/],
			['https://example.com:0', /is not a valid URL$/],
			['https://exa\u200bmple.com', /is not a valid URL$/],
			['https://example.com/a\u0000b', /is not a valid URL$/],
			['https://example.com/\ud83d', /is not a valid URL$/],
		])('the base URL %j is rejected before the first request', async (baseUrl, message) => {
			const { status, message: said } = await tested({ baseUrl });
			expect([status, said.startsWith(`The ${address.displayName} `)]).toEqual(['Error', true]);
			expect(said).toMatch(message);
			const error = errorOf(await run({ baseUrl }));
			expect(error.message).toMatch(
				new RegExp(`^The ${address.displayName} in the .* credential `),
			);
			expect(everythingIn(error)).not.toContain('s3cr3tpass');
			expect(host.requests).toEqual([]);
		});

		it.each([
			['spaces', (text: string) => `  ${text} `],
			['line breaks', (text: string) => `\r\n${text}\n`],
			['a no-break space', (text: string) => `\u00a0${text}\u00a0`],
			['a zero-width space', (text: string) => `\u200b${text}\ufeff`],
			['marks of direction', (text: string) => `\u202a${text}\u2066\u2069`],
			['control characters', (text: string) => `\u0000${text}\u0007`],
		])('%s around secrets and addresses are ignored', async (__, around) => {
			const pasted = Object.fromEntries(
				Object.entries(good()).map(([field, value]) => [field, around(String(value))]),
			);
			const seen = async (credentials: IDataObject) => {
				host.requests.splice(0);
				await tested(credentials);
				await run(credentials);
				const heads = host.requests.map(({ headers }) => headers.authorization);
				// Policies contain an expiry that depends on the current second.
				const urls = host.requests.map(({ url }) => url.replace(/(policy|signature)=[^&]*/g, '$1'));
				return { heads, urls };
			};
			const plain = await seen({});
			expect(plain.urls.length).toBeGreaterThan(1);
			expect(await seen(pasted)).toEqual(plain);
		});

		it.each(['', ' \u00a0', 'a\nb-0123456789', 'schlüssel-\u{1F511}'])(
			'the secret %j is rejected before the first request',
			async (secret) => {
				for (const field of secrets) {
					const result = await tested({ [field.name]: secret });
					expect(result.status).toBe('Error');
					expect(result.message).toMatch(
						new RegExp(`^The ${field.displayName} (is empty|contains a )`),
					);
					const { message } = errorOf(await run({ [field.name]: secret }));
					expect(message).toMatch(
						new RegExp(`^The ${field.displayName} in the .* credential (is empty|contains a )`),
					);
				}
				expect(host.requests).toEqual([]);
			},
		);

		it('a secret that was entered with surrounding white space is hidden in messages', async () => {
			const [field] = secrets;
			const secret = 'k3y-of-12-ch';
			const pasted = { [field.name]: `\u200b${secret}\u2060` };
			respond(403, JSON.stringify({ error: secret, message: secret, detail: secret }));
			expect((await tested(pasted)).message).not.toContain(secret);
			expect(everythingIn(errorOf(await run(pasted)))).not.toContain(secret);
		});

		it.each(HOSTILE)('every address field of the credential rejects %s', async (value) => {
			for (const { name: field, displayName } of credentialType.properties) {
				if (!/url$/i.test(field)) continue;
				const { status, message } = await tested({ [field]: value });
				expect([status, message.startsWith(`The ${displayName} `)]).toEqual(['Error', true]);
				expect(message).not.toContain('s3cr3tpass');
			}
			expect(host.requests).toEqual([]);
		});

		it('the test explains that http:// was used for a port that speaks TLS', async () => {
			const server = await new TestServer({ tls: { key, cert } }).start();
			const { message } = await tested({ baseUrl: server.url.replace('https:', 'http:') });
			await server.stop();
			expect(message).toMatch(/Could not reach.*may need to start with https:\/\/.*Check the/);
		});

		it('the test explains that a certificate is self-signed', async () => {
			const server = await new TestServer({ tls: { key, cert } }).start();
			const { message } = await tested({ baseUrl: server.url.replace('127.0.0.1', 'localhost') });
			await server.stop();
			expect(message).toMatch(/Could not reach.*certificate of the host is self-signed.*Check the/);
		});

		it('the test distinguishes https:// for a port without TLS from an unknown host', async () => {
			const tls = await tested({ baseUrl: host.url.replace('http:', 'https:') });
			expect(tls.message).toMatch(/TLS|http:\/\//);
			const { message } = await tested({ baseUrl: 'https://nowhere.invalid' });
			expect(message).toMatch(/Could not reach .* \((ENOTFOUND|EAI_AGAIN)\)\. .*Check the/);
			// The user's own server has no usual address.
			if (address.default !== '') expect(message).toContain(` is ${String(address.default)}.`);
		});
	},
);

it.each([
	['FileCourier API', ['', '/', '/api', '/api/ext', '/api/ext/'], '/api/ext/sessions/'],
	['FileShot API', ['', '/api', '/api/'], '/api/files'],
	['SpeedyFiles API', ['', '/api', '/api/v1', '/api/v1/'], '/api/v1/me'],
	['Filestack API', ['', '/api', '/api/'], '/api/file/'],
	['Files App API', ['', '/'], '/files'],
])(
	'%s: the documented forms of the base URL, ending with %j, are equivalent',
	async (title, ends, path) => {
		const { node, credentialType } = actions.find(
			(one) => one.credentialType.displayName === title,
		)!;
		const [[, test]] = Object.entries(node.methods!.credentialTest!);
		for (const end of ends) {
			host.requests.splice(0);
			const data = { ...credentialsFor(credentialType, host.url), baseUrl: `${host.url}${end}` };
			await credentialTestOf(test as ICredentialTestFunction, credentialType.name, data);
			expect(host.requests.map(({ url }) => url.startsWith(path))).toEqual([true]);
		}
	},
);

it('a host name that equals the path of the API is not removed', async () => {
	const { node, credentialType } = actions.find(
		(one) => one.credentialType.displayName === 'FileShot API',
	)!;
	const [[, test]] = Object.entries(node.methods!.credentialTest!);
	const data = { ...credentialsFor(credentialType, host.url), baseUrl: 'http://api' };
	const request = jest.fn(() => Promise.resolve({ statusCode: 401, headers: {}, body: {} }));
	const context = { helpers: { request } } as unknown as ICredentialTestFunctions;
	await (test as ICredentialTestFunction).call(context, {
		...{ id: '1', name: 'test', type: credentialType.name },
		data,
	});
	expect(request).toHaveBeenCalledWith(
		expect.objectContaining({
			uri: 'http://api/api/files',
			timeout: 15_000,
			followRedirect: false,
		}),
	);
});

it('the test times out for a server that does not respond', async () => {
	const server = await new TestServer().handle(() => undefined).start();
	const { node, credentialType } = actions[0];
	const [[, test]] = Object.entries(node.methods!.credentialTest!);
	const baseUrl = server.url;
	const data = credentialsFor(credentialType, baseUrl);
	const { message } = await credentialTestOf(
		test as ICredentialTestFunction,
		credentialType.name,
		data,
		500,
	);
	await server.stop();
	expect(message).toBe(
		`Could not reach ${baseUrl} (ECONNABORTED). The request timed out. Check the Base URL. The address of FileCourier is https://api.filecourier.io.`,
	);
});
