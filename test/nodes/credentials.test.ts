/** Values of credentials: which are rejected before the first request, and which are equivalent. */
import type { ICredentialTestFunction, ICredentialTestFunctions, IDataObject } from 'n8n-workflow';

import { credentialTestOf } from '../support/credentialTest';
import { credentialsFor } from '../support/descriptions';
import { errorOf } from '../support/engine';
import { everythingIn } from '../support/errors';
import { actions, everyCredential } from '../support/everyCredential';

const { host, respond, subject } = everyCredential();

const HOSTILE = [
	'files.example.com',
	'https://user:s3cr3tpass@example.com',
	'https://example.com/?key=s3cr3tpass',
	'https://example.com/#s3cr3tpass',
	'https://example.com/../s3cr3tpass',
	'ftp://example.com',
];

describe.each(actions.map((one) => [one.credentialType.displayName, one] as const))(
	'%s',
	(_, one) => {
		const { good, tested, run, secrets, address } = subject(one);

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
			for (const { name: field, displayName } of one.credentialType.properties) {
				if (!/url$/i.test(field)) continue;
				const { status, message } = await tested({ [field]: value });
				expect([status, message.startsWith(`The ${displayName} `)]).toEqual(['Error', true]);
				expect(message).not.toContain('s3cr3tpass');
			}
			expect(host.requests).toEqual([]);
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
