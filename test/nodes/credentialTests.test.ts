/** The test of every credential with servers that are unrelated, unavailable or malicious. */
import type { ICredentialTestFunction } from 'n8n-workflow';

import { cert, key } from '../support/certificate';
import { credentialTestOf } from '../support/credentialTest';
import { credentialsFor } from '../support/descriptions';
import { actions, everyCredential } from '../support/everyCredential';
import { TestServer } from '../support/testServer';

const { host, respond, subject } = everyCredential();

describe.each(actions.map((one) => [one.credentialType.displayName, one] as const))(
	'%s',
	(_, one) => {
		const { good, tested, secrets, address } = subject(one);

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
