import CryptoJS from 'crypto-js';

import { authenticate, policyQuery, signPolicy } from '../../../nodes/Filestack/signing';

describe('encodes and signs a policy like the test vector of', () => {
	it.each([
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
			'filestack-python, tests',
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
			'filestack-python, tests',
			'APPSECRET',
			'{"call": ["read"], "expiry": 10238239}',
			'eyJjYWxsIjogWyJyZWFkIl0sICJleHBpcnkiOiAxMDIzODIzOX0=',
			'858d1ee9c0a1f06283e495f78dc7950ff6e64136ce960465f35539791fcd486b',
		],
		[
			'filestack-python, tests',
			'another-secret',
			'{"call": ["write"], "expiry": 1655992432}',
			'eyJjYWxsIjogWyJ3cml0ZSJdLCAiZXhwaXJ5IjogMTY1NTk5MjQzMn0=',
			'625cc5b9beab3e939fb53935f7795919c9f57f628d43adfc14566d2ad9a4ad47',
		],
		[
			'this project, for the padding',
			'testAppSecret',
			'{"expiry":1893456000,"call":["remove"],"handle":"HANDLE00000000000001"}',
			'eyJleHBpcnkiOjE4OTM0NTYwMDAsImNhbGwiOlsicmVtb3ZlIl0sImhhbmRsZSI6IkhBTkRMRTAwMDAwMDAwMDAwMDAxIn0=',
			'8a855aad168b41b5ce865ac0f8005348b09c9e37959ddec13bbae199bb4a48b7',
		],
		[
			'this project, for the URL-safe alphabet',
			'testAppSecret',
			'{"expiry":1893456000,"call":["read","convert"],"url":"https://example\\\\.com/.*\\\\?x=~~~>>>"}',
			'eyJleHBpcnkiOjE4OTM0NTYwMDAsImNhbGwiOlsicmVhZCIsImNvbnZlcnQiXSwidXJsIjoiaHR0cHM6Ly9leGFtcGxlXFwuY29tLy4qXFw_eD1-fn4-Pj4ifQ==',
			'0662e4f68a3f08d6692ee21136293c2cf35120c6baf84f8212158a218f11f942',
		],
	])('%s', (_, secret, json, policy, signature) => {
		expect(signPolicy(json, secret)).toEqual({ policy, signature });
	});
});

describe('the policy of a call', () => {
	const secondsFromNow = (policy: string) =>
		(JSON.parse(policy) as { expiry: number }).expiry - Date.now() / 1000;

	it('allows only this call on this file, for longer than a clock may be off but at most an hour', () => {
		const { policy } = policyQuery(['stat'], 'HANDLE');
		expect(JSON.parse(policy)).toMatchObject({ call: ['stat'], handle: 'HANDLE' });
		expect(secondsFromNow(policy)).toBeGreaterThan(5 * 60);
		expect(secondsFromNow(policy)).toBeLessThanOrEqual(60 * 60);
	});

	it('is not limited to a file if there is none yet', () => {
		expect(Object.keys(JSON.parse(policyQuery(['store']).policy) as object)).toEqual([
			'expiry',
			'call',
		]);
	});
});

describe('the credential', () => {
	const credentials = { apiKey: ' AKEYz ', appSecret: ' secret ' };
	const draft = '{"expiry":123}';
	const policy = Buffer.from(draft).toString('base64');
	const signature = CryptoJS.HmacSHA256(policy, 'secret').toString(CryptoJS.enc.Hex);
	const url = 'http://127.0.0.1/x';

	it('signs the policy in the query and adds the API key', () => {
		const { qs } = authenticate(credentials, { url, qs: { size: 'true', policy: draft } });
		expect(qs).toEqual({ size: 'true', key: 'AKEYz', policy, signature });
	});

	it('adds only the API key if there is no policy, as in the HTTP Request node', () => {
		expect(authenticate(credentials, { url }).qs).toEqual({ key: 'AKEYz' });
	});

	it('does not sign a request without an app secret', () => {
		const options = { url, qs: { policy: draft } };
		expect(authenticate({ apiKey: 'AKEYz' }, options).qs).toEqual({ key: 'AKEYz' });
		expect(authenticate({ apiKey: 'AKEYz', appSecret: '' }, options).qs).toEqual({ key: 'AKEYz' });
	});

	it('does not change a policy that is already signed', () => {
		const qs = { policy: 'eyJ9', signature: 'abc' };
		expect(authenticate(credentials, { url, qs }).qs).toEqual({ ...qs, key: 'AKEYz' });
	});

	it('adds the credentials to a body with an apikey field instead of the query', () => {
		const body = { apikey: '', size: 3 };
		const options = authenticate(credentials, { url, qs: { policy: draft }, body });
		expect(options).toMatchObject({
			qs: {},
			body: { apikey: 'AKEYz', size: 3, policy, signature },
		});
		expect(options.qs).toEqual({});
		expect(body).toEqual({ apikey: '', size: 3 });
	});

	it('adds a security task to the tasks of the processing API', () => {
		const store = { name: 'store', params: {} };
		const body = { apikey: '', tasks: [store] };
		expect(authenticate(credentials, { url, qs: { policy: draft }, body }).body).toEqual({
			apikey: 'AKEYz',
			tasks: [store, { name: 'security', params: { policy, signature } }],
		});
	});

	it('does not change a binary body', () => {
		const body = Buffer.from('apikey');
		expect(authenticate(credentials, { url, body }).body).toBe(body);
	});
});
