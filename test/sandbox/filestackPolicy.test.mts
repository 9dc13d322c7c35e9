import {
	Permission,
	policySignature,
	readPolicy,
} from '../../sandbox/services/filestack/policy.mts';
import { matches } from '../../sandbox/services/filestack/safeRegExp.mts';
import { http } from './support.mts';
import { refusal, type Signed, signed, Stack } from './filestackSupport.mts';

/** Sources: the tests and docs of filestack-js, -go and -python; the last two are the sandbox's own. */
const VECTORS: [string, string, string, string, string][] = [
	[
		'filestack-js, security.spec.node.ts',
		'testAppSecret',
		'{"expiry":1523595600,"call":["pick","read","stat","write","writeUrl","store","convert","remove","exif","runWorkflow"],"handle":"TEST_HANDLE"}',
		'eyJleHBpcnkiOjE1MjM1OTU2MDAsImNhbGwiOlsicGljayIsInJlYWQiLCJzdGF0Iiwid3JpdGUiLCJ3cml0ZVVybCIsInN0b3JlIiwiY29udmVydCIsInJlbW92ZSIsImV4aWYiLCJydW5Xb3JrZmxvdyJdLCJoYW5kbGUiOiJURVNUX0hBTkRMRSJ9',
		'7df0536104cdcc16370ad6494cdbda30c9773a62eec6e5153fa539544db6206e',
	],
	[
		'filestack-go, security_test.go',
		'MBVEKA6ARFGNDDTVY7IQDZ4HYU',
		'{"expiry":1617228000}',
		'eyJleHBpcnkiOjE2MTcyMjgwMDB9',
		'8ff61ba46198ad2778933e578e62fdf37ca4e28193655e8cd04f775598165f90',
	],
	[
		'filestack-python, models/security.py',
		'SECURITY-SECRET',
		'{"call": ["read"], "expiry": 1562763146}',
		'eyJjYWxsIjogWyJyZWFkIl0sICJleHBpcnkiOiAxNTYyNzYzMTQ2fQ==',
		'89f1325dca54cfce976163fb692bb266f28129525b8c6bb0eeadf4b7d450e2f0',
	],
	[
		'filestack-python, tests, a policy without an expiry',
		'secret',
		'{"expires": 123}',
		'eyJleHBpcmVzIjogMTIzfQ==',
		'379d2ba0d5be34eddf09f873b7f38643dc51599b0afcd564f52733b52d698748',
	],
	[
		'filestack-python, tests',
		'secret',
		'{"expiry": 123}',
		'eyJleHBpcnkiOiAxMjN9',
		'4de8b7441b3daf0d68b4f8ebcf7e015d07aef43a1295476a1dde1aed327abc01',
	],
	[
		'filestack-python, tests, read',
		'APPSECRET',
		'{"call": ["read"], "expiry": 10238239}',
		'eyJjYWxsIjogWyJyZWFkIl0sICJleHBpcnkiOiAxMDIzODIzOX0=',
		'858d1ee9c0a1f06283e495f78dc7950ff6e64136ce960465f35539791fcd486b',
	],
	[
		'filestack-python, tests, write',
		'another-secret',
		'{"call": ["write"], "expiry": 1655992432}',
		'eyJjYWxsIjogWyJ3cml0ZSJdLCAiZXhwaXJ5IjogMTY1NTk5MjQzMn0=',
		'625cc5b9beab3e939fb53935f7795919c9f57f628d43adfc14566d2ad9a4ad47',
	],
	[
		'with padding',
		'testAppSecret',
		'{"expiry":1893456000,"call":["remove"],"handle":"HANDLE00000000000001"}',
		'eyJleHBpcnkiOjE4OTM0NTYwMDAsImNhbGwiOlsicmVtb3ZlIl0sImhhbmRsZSI6IkhBTkRMRTAwMDAwMDAwMDAwMDAxIn0=',
		'8a855aad168b41b5ce865ac0f8005348b09c9e37959ddec13bbae199bb4a48b7',
	],
	[
		'with both special characters of the URL-safe alphabet',
		'testAppSecret',
		'{"expiry":1893456000,"call":["read","convert"],"url":"https://example\\\\.com/.*\\\\?x=~~~>>>"}',
		'eyJleHBpcnkiOjE4OTM0NTYwMDAsImNhbGwiOlsicmVhZCIsImNvbnZlcnQiXSwidXJsIjoiaHR0cHM6Ly9leGFtcGxlXFwuY29tLy4qXFw_eD1-fn4-Pj4ifQ==',
		'0662e4f68a3f08d6692ee21136293c2cf35120c6baf84f8212158a218f11f942',
	],
];

describe('the signature of a policy', () => {
	test.each(VECTORS)('%s', (_source, secret, json, policy, signature) => {
		expect(signed(json, secret)).toEqual({ policy, signature });
		expect(policySignature(policy, secret)).toBe(signature);
		const before = new Date(0);
		const { expiry } = JSON.parse(json) as { expiry?: number };
		const read = () => readPolicy(policy, signature, secret, before);
		if (expiry === undefined) expect(read).toThrow('policy has no expiry');
		else expect(read()).toMatchObject(JSON.parse(json) as object);
	});
});

describe('a policy', () => {
	let stack: Stack;
	let handle: string;
	beforeAll(async () => {
		stack = await Stack.start();
		handle = await stack.handle('abc');
	});
	afterAll(async () => await stack.bench.stop());

	const get = async (params: object) =>
		await stack.http.get<unknown>(stack.file(handle), { params });
	const soon = () => Math.floor(stack.bench.sandbox.clock.now().getTime() / 1000) + 60;
	const as = (policy: unknown): Signed => signed(JSON.stringify(policy), stack.appSecret);

	test('allows its calls', async () => {
		const policies = [
			...[{}, { call: ['read'] }, { call: 'read' }, { handle }, { call: ['stat', 'read'], handle }],
			{ maxSize: 0, path: 'elsewhere', unknown: 1 },
		];
		for (const policy of policies) {
			expect((await get(stack.sign(policy))).status).toBe(200);
		}
	});

	const NOT_BASE64 = 'policy was not properly url-safe base64 encoded';
	const refused: [string, () => object, number, string][] = [
		['none', () => ({}), 403, 'Policy required'],
		['no signature', () => ({ policy: stack.sign().policy }), 403, 'Signature required'],
		['no policy', () => ({ signature: stack.sign().signature }), 403, 'Policy required'],
		[
			'another call',
			() => stack.sign({ call: ['stat'] }),
			403,
			'policy does not allow the call read',
		],
		['no call', () => stack.sign({ call: [] }), 403, 'policy does not allow the call read'],
		['another handle', () => stack.sign({ handle: 'x' }), 403, 'policy is for another handle'],
		['no expiry', () => as({ call: ['read'] }), 403, 'policy has no expiry'],
		['an expiry as a string', () => as({ expiry: String(soon()) }), 403, 'policy has no expiry'],
		['an expiry in the past', () => as({ expiry: soon() - 61 }), 403, 'policy has expired'],
		['an expiry in relative seconds', () => as({ expiry: 3600 }), 403, 'policy has expired'],
		['another secret', () => stack.sign({}, 'x'), 401, 'signature does not match the policy'],
		[
			'an upper-case signature',
			() => ({ ...stack.sign(), signature: stack.sign().signature.toUpperCase() }),
			401,
			'signature does not match the policy',
		],
		['no JSON', () => signed('abc', stack.appSecret), 403, 'policy is not a JSON object'],
		['a list', () => as([]), 403, 'policy is not a JSON object'],
		['an invalid call', () => as({ expiry: soon(), call: 1 }), 403, 'policy has an invalid call'],
		[
			'an invalid handle',
			() => as({ expiry: soon(), handle: 1 }),
			403,
			'policy has an invalid handle',
		],
		[
			'a negative size',
			() => as({ expiry: soon(), maxSize: -1 }),
			403,
			'policy has an invalid maxSize',
		],
		['not base64', () => ({ policy: 'a b!', signature: 'x' }), 403, NOT_BASE64],
		['both alphabets', () => ({ policy: 'a-b+', signature: 'x' }), 403, NOT_BASE64],
		['twice', () => new URLSearchParams('policy=a&policy=b'), 400, 'policy must be given once'],
	];
	test.each(refused)('%s: is rejected', async (_what, params, status, sentence) => {
		const response = await get(params());
		expect([response.status, response.data]).toEqual([status, refusal(status, sentence)]);
	});

	test('without padding is rejected as not properly encoded, even if signed', async () => {
		// One of these has a length that is not a multiple of three bytes.
		const { policy } = ['', 'x', 'xx']
			.map((filler) => stack.sign({ filler }))
			.find(({ policy: text }) => text.endsWith('=')) ?? { policy: '' };
		const bare = policy.replaceAll('=', '');
		const response = await get({ policy: bare, signature: policySignature(bare, stack.appSecret) });
		expect([response.status, response.data]).toEqual([403, refusal(403, NOT_BASE64)]);
	});

	test('in the standard alphabet works if the URL preserves it', async () => {
		const json = JSON.stringify({ expiry: soon(), url: '~~~>>>' });
		const policy = Buffer.from(json).toString('base64');
		expect(policy).toMatch(/[+/]/);
		const signature = policySignature(policy, stack.appSecret);
		expect((await get({ policy, signature })).status).toBe(200);
		// An unescaped plus in a query is a space.
		const url = `${stack.file(handle)}?policy=${policy}&signature=${signature}`;
		expect((await http.get(url)).status).toBe(policy.includes('+') ? 403 : 200);
	});

	test('expires by the sandbox clock', async () => {
		const params = stack.sign();
		await stack.bench.advance(599);
		expect((await get(params)).status).toBe(200);
		await stack.bench.advance(2);
		expect((await get(params)).status).toBe(403);
	});

	test('is required before handles are revealed', async () => {
		for (const path of ['', '/metadata']) {
			const unknown = await stack.http.get<unknown>(stack.file('A'.repeat(20), path));
			expect([unknown.status, unknown.data]).toEqual([403, refusal(403, 'Policy required')]);
			const params = stack.sign();
			const known = await stack.http.get<unknown>(stack.file('A'.repeat(20), path), { params });
			expect([known.status, known.data]).toEqual([404, refusal(404, 'File not found')]);
		}
	});

	test('is not required with the app secret', async () => {
		const asApp = async (username: string, password: string) =>
			(await stack.http.get(stack.file(handle), { auth: { username, password } })).status;
		expect(await asApp('app', stack.appSecret)).toBe(200);
		expect(await asApp('app', `${stack.appSecret}x`)).toBe(401);
		expect(await asApp('App', stack.appSecret)).toBe(401);
		const headers = { authorization: `Bearer ${stack.appSecret}` };
		expect((await stack.http.get(stack.file(handle), { headers })).status).toBe(401);
	});

	test('is not required with security off, except for changes and EXIF; a wrong one is still rejected', async () => {
		await stack.settings({ security: 'off' });
		expect((await get({})).status).toBe(200);
		expect((await get(stack.sign({ call: ['stat'] }))).status).toBe(403);
		const metadata = stack.file(handle, '/metadata');
		expect((await stack.http.get(metadata)).status).toBe(200);
		expect((await stack.http.get(`${metadata}?exif=true`)).status).toBe(403);
		expect((await stack.http.post(stack.file(handle), 'x')).status).toBe(403);
		expect((await stack.http.delete(stack.file(handle))).status).toBe(403);
		await stack.settings({ security: 'on' });
	});

	test('without calls allows everything except EXIF', async () => {
		const exif = async (policy: object) =>
			await stack.http.get<unknown>(stack.file(handle, '/metadata?exif=true'), {
				params: stack.sign(policy),
			});
		expect((await exif({})).status).toBe(403);
		expect((await exif({ call: ['exif'] })).status).toBe(403);
		expect((await exif({ call: ['stat', 'exif'] })).data).toEqual({ exif: {} });
	});
});

describe('the patterns of a policy', () => {
	test.each([
		['matches', '^uploads/', 'uploads/a.png', true],
		['does not match', '^uploads/', 'other/a.png', false],
		['is invalid: no match', '[', 'anything', false],
		['is too long: no match', 'a'.repeat(2000), 'a'.repeat(2000), false],
	])('%s', (_what, pattern, text, isMatch) => {
		expect(matches(pattern, text)).toBe(isMatch);
	});

	test('have a time limit for catastrophic backtracking', () => {
		const started = performance.now();
		expect(matches('^(a+)+$', `${'a'.repeat(60)}!`)).toBe(false);
		expect(performance.now() - started).toBeLessThan(30_000);
	});

	test('revoke is accepted as the old name of remove', () => {
		expect(() => new Permission({ expiry: 0, call: ['revoke'] }).call('remove')).not.toThrow();
		expect(() => new Permission({ expiry: 0, call: ['read'] }).call('remove')).toThrow();
	});
});
