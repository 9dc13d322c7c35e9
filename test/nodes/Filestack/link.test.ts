import axios from 'axios';
import CryptoJS from 'crypto-js';
import type { IDataObject } from 'n8n-workflow';

import { errorOf, outputOf } from '../../support/engine';
import { byUrl } from '../../support/locators';
import { credentialsOf, filestack, newHandle, TEXT } from '../../support/filestack';
import { useSandbox } from '../../support/useSandbox';

const sandbox = useSandbox();
let handle: string;

beforeAll(async () => {
	handle = await newHandle(sandbox, TEXT);
});

const minutes = { expiry: 'minutes', expiresInMinutes: 60 };
const sign = async (parameters: IDataObject = {}, credentials = {}) =>
	await filestack({ ...credentialsOf(sandbox), ...credentials }, 'link', 'createSigned', {
		file: handle,
		linkTo: 'cdn',
		...minutes,
		...parameters,
	});
const policy = async (parameters: IDataObject = {}, credentials = {}) =>
	await filestack({ ...credentialsOf(sandbox), ...credentials }, 'policy', 'create', {
		calls: ['read'],
		...minutes,
		...parameters,
	});
const fetchStatus = async (url: string) =>
	(await axios.get<string>(url, { validateStatus: () => true })).status;

describe('Link: Create Signed', () => {
	it.each([
		['cdn', /^http:\/\/127\.0\.0\.1:\d+\/security=p:[\w=-]+,s:[0-9a-f]{64}\/\w+$/],
		['fileApi', /\/api\/file\/\w+\?policy=[\w%-]+&signature=[0-9a-f]{64}$/],
	])('opens only this file on the host %s, without credentials', async (linkTo, form) => {
		const [{ json }] = outputOf(await sign({ linkTo }));
		expect(json.url).toMatch(form);
		expect(Object.keys(json).sort()).toEqual(['expiresAt', 'handle', 'url']);
		const { data } = await axios.get<string>(json.url as string);
		expect(data).toBe('hello');
		const other = await newHandle(sandbox, TEXT);
		expect(await fetchStatus((json.url as string).replace(handle, other))).toBe(403);
	});

	it('sends no request', async () => {
		outputOf(await sign());
		expect(await sandbox.requests()).toEqual([]);
	});

	it('expires after the given number of minutes', async () => {
		const [{ json }] = outputOf(await sign({ expiresInMinutes: 5 }));
		const seconds = (Date.parse(json.expiresAt as string) - Date.now()) / 1000;
		expect(seconds).toBeGreaterThan(295);
		expect(seconds).toBeLessThanOrEqual(300);
	});

	it('expires at a date in the workflow’s time zone', async () => {
		const parameters = { expiry: 'date', expiresAt: '2100-01-31T12:00:00' };
		const [{ json }] = outputOf(await sign(parameters));
		// n8n's default time zone is America/New_York.
		expect(json.expiresAt).toBe('2100-01-31T17:00:00.000Z');
	});

	it('stops working after its expiry', async () => {
		const [{ json }] = outputOf(await sign({ expiresInMinutes: 1 }));
		expect(await fetchStatus(json.url as string)).toBe(200);
		await sandbox.control.post('/clock', { advance: 61 });
		expect(await fetchStatus(json.url as string)).toBe(403);
		await sandbox.control.post('/clock', { reset: true });
	});

	it.each([
		[
			{ linkTo: 'fileApi', options: { forceDownload: true, cache: false } },
			'?dl=true&cache=false&',
		],
		[{ linkTo: 'cdn', options: { cache: false } }, '/cache=false/'],
	])('with %j contains %s', async (parameters, part) => {
		const [{ json }] = outputOf(await sign(parameters));
		expect(json.url).toContain(part);
		expect(await fetchStatus(json.url as string)).toBe(200);
	});

	it('accepts a pasted URL', async () => {
		const file = byUrl(`https://www.filestackapi.com/api/file/${handle}?dl=true`);
		expect(outputOf(await sign({ file }))[0].json.handle).toBe(handle);
	});

	it.each(['x?y#z', 'a\r\nb', 'n\u0000l', '🎉', 'resize=w:1', 'x'.repeat(300)])(
		'encodes %j as a single path segment',
		async (hostile) => {
			const file = `={{ ${JSON.stringify(hostile)} }}`;
			for (const linkTo of ['cdn', 'fileApi']) {
				const { url } = outputOf(await sign({ file, linkTo }))[0].json;
				const { pathname } = new URL(url as string);
				expect(decodeURIComponent(pathname.split('/').at(-1)!)).toBe(hostile);
				expect(pathname.split('/')).toHaveLength(linkTo === 'cdn' ? 3 : 4);
			}
		},
	);
});

describe('Policy: Create', () => {
	it('signs the policy with the same result as an independent implementation', async () => {
		const options = {
			handle: `https://cdn.filestackcontent.com/${handle}`,
			container: '^bucket$',
			path: '^a/',
			url: '^https://x\\.example/~~~>>>',
			minSize: 0,
			maxSize: 1000,
		};
		const calls = ['exif', 'read'];
		const [{ json }] = outputOf(await policy({ calls, options }));
		const { policy: encoded, signature, expiresAt, ...allowed } = json;
		expect(allowed).toEqual({
			call: calls,
			...options,
			handle,
		});
		const decoded = Buffer.from(encoded as string, 'base64').toString();
		const expiry = Date.parse(expiresAt as string) / 1000;
		expect(JSON.parse(decoded)).toEqual({ expiry, ...allowed });
		expect((encoded as string).length % 4).toBe(0);
		const { appSecret } = credentialsOf(sandbox);
		expect(signature).toBe(
			CryptoJS.HmacSHA256(encoded as string, appSecret).toString(CryptoJS.enc.Hex),
		);
	});

	it('is accepted by the service for the allowed calls only', async () => {
		const { policy: encoded, signature } = outputOf(await policy())[0].json;
		const query = new URLSearchParams({
			policy: encoded as string,
			signature: signature as string,
		}).toString();
		const { baseUrl } = credentialsOf(sandbox);
		expect(await fetchStatus(`${baseUrl}/api/file/${handle}?${query}`)).toBe(200);
		expect(await fetchStatus(`${baseUrl}/api/file/${handle}/metadata?${query}`)).toBe(403);
	});

	it.each([
		[{ calls: '={{ [] }}' }, 'The field “Allowed Calls” is empty'],
		[{ calls: '={{ ["read", "all"] }}' }, 'The field “Allowed Calls” has the unknown value “all”'],
		[
			{ options: { maxSize: -1 } },
			'The field “Max Size (Bytes)” must be a whole number of 0 or more',
		],
		[
			{ options: { minSize: 1.5 } },
			'The field “Min Size (Bytes)” must be a whole number of 0 or more',
		],
		[{ options: { handle: 'https://example.com' } }, 'The field “Handle” is not a valid handle'],
		[{ options: { handle: 'HANDLE1, HANDLE2' } }, 'The field “Handle” is not a valid handle'],
		[{ options: { handle: 'HANDLE1+a.png' } }, 'The field “Handle” is not a valid handle'],
		[{ options: { handle: 'HANDLE1?x=1' } }, 'The field “Handle” is not a valid handle'],
		[
			{ options: { minSize: 10, maxSize: 9 } },
			'The field “Max Size (Bytes)” is smaller than the minimum of 10',
		],
		[{ options: { handle: '={{ `${$json.x}` }}' } }, 'The field “Handle” is not a valid handle'],
	])('rejects %j with “%s”', async (parameters, message) => {
		expect(errorOf(await policy(parameters)).message).toBe(message);
	});
});

describe.each([
	['Link: Create Signed', sign, 'A signed link requires the App Secret'],
	['Policy: Create', policy, 'A policy requires the App Secret'],
])('%s', (_, run, missingSecret) => {
	it.each([
		[{ expiresInMinutes: 0 }, /^The field “Expires After” must be a whole number from 1 to/],
		[
			{ expiresInMinutes: '={{ "soon" }}' },
			/^The field “Expires After” must be a whole number from 1 to/,
		],
		[
			{ expiresInMinutes: 5300, unit: 'weeks' },
			/^The field “Expires After” must be at most 5228 if the unit is weeks$/,
		],
		[{ expiry: 'date', expiresAt: '={{ "" }}' }, /^The field “Date and Time” is empty$/],
		[{ expiry: 'date', expiresAt: 'soon' }, /^The field “Date and Time” is not a valid date$/],
		[
			{ expiry: 'date', expiresAt: '2020-01-01T00:00:00Z' },
			/^The field “Date and Time” is in the past$/,
		],
	])('rejects %j', async (parameters, message) => {
		expect(errorOf(await run(parameters)).message).toMatch(message);
	});

	it('requires the app secret', async () => {
		expect(errorOf(await run({}, { appSecret: '  ' })).message).toBe(missingSecret);
	});
});
