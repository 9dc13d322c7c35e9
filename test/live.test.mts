import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';

import { checkFileCourier } from '../live/fileCourier.mts';
import { checkFilesApp } from '../live/filesApp.mts';
import { checkFileShot } from '../live/fileShot.mts';
import { checkFilestack } from '../live/filestack.mts';
import type { ServiceReport } from '../live/observer.mts';
import { checkSpeedyFiles } from '../live/speedyFiles.mts';
import { Bench } from './sandbox/support.mts';

let bench: Bench;
beforeAll(async () => (bench = await Bench.start()));
afterAll(async () => await bench.stop());

const yes = () => Promise.resolve(true);
const no = () => Promise.resolve(false);

const set = async (service: string, settings: object) => {
	const { status } = await bench.control('patch', `/api/services/${service}/settings`, settings);
	expect(status).toBe(200);
};

const remainingIn = async (service: string, collection: string) => {
	const path = `/api/services/${service}/${collection}`;
	return (await bench.control<Record<string, unknown>[]>('get', path)).data;
};

const emails = async () => (await bench.control<object[]>('get', '/api/outbox')).data.length;

const numbersAsText = (settings: object) =>
	Object.fromEntries(Object.entries(settings).map(([name, value]) => [name, String(value)]));

/** The report contains neither the credentials nor values of the account. */
function expectNoSecrets(report: ServiceReport, credentials: Record<string, string>): void {
	const text = JSON.stringify(report);
	const secrets = Object.entries(credentials).filter(([name]) => !/url$/i.test(name));
	for (const [, secret] of secrets) expect(text).not.toContain(secret);
	for (const value of ['live-check', '127.0.0.1', '@example']) expect(text).not.toContain(value);
}

describe('the check of FileShot', () => {
	const run = async (settings: object) => {
		await bench.control('patch', '/api/services/fileShot/settings', settings);
		const { credentials } = bench.sandbox.info.services.fileShot;
		const report = await checkFileShot(credentials.baseUrl, credentials.apiKey);
		return { report, apiKey: credentials.apiKey };
	};

	test.each([
		{
			dialect: 'documented',
			listShape: 'files',
			fieldNames: 'camelCase',
			dates: 'iso',
			download: 'redirect',
			ranges: 'supported',
			deleteAnswer: 'json',
		},
		{
			dialect: 'desktop',
			listShape: 'array',
			fieldNames: 'snake_case',
			dates: 'epochSeconds',
			download: 'stream',
			ranges: 'unsupported',
			deleteAnswer: 'empty',
		},
		{
			dialect: 'both',
			listShape: 'items',
			fieldNames: 'camelCase',
			dates: 'epochMilliseconds',
			download: 'redirect',
			ranges: 'weakEtag',
			deleteAnswer: 'noContent',
		},
	])('identifies %j, and leaves no file behind', async (profile) => {
		const { report, apiKey } = await run(profile);
		expect(report.settings).toEqual(profile);
		const text = JSON.stringify(report);
		for (const secret of [apiKey, 'live-check', '127.0.0.1']) expect(text).not.toContain(secret);
		const { data } = await bench.control<object[]>('get', '/api/services/fileShot/files');
		expect(data).toEqual([]);
	});

	test('fails with the responses if the key is not valid', async () => {
		const { credentials } = bench.sandbox.info.services.fileShot;
		await expect(checkFileShot(credentials.baseUrl, 'wrong')).rejects.toThrow(
			/Check the API key[^]+init-upload → 401[^]+pre-upload → 401/,
		);
	});
});

describe('the check of Files App', () => {
	test.each([
		{
			createdStatus: '200',
			plan: 'free',
			chunkSize: 5 * 2 ** 20,
			chunkOptions: 'ignored',
			syncCursor: 'taken',
			ranges: 'supported',
		},
		{
			createdStatus: '201',
			plan: 'team',
			chunkSize: 1000,
			chunkOptions: 'used',
			syncCursor: 'ignored',
			ranges: 'weakEtag',
		},
		{
			createdStatus: '200',
			requestsPerHour: 777,
			chunkSize: 1000,
			chunkOptions: 'used',
			syncCursor: 'refused',
			ranges: 'unsupported',
		},
	])('identifies %j, and leaves no file behind', async (profile) => {
		await set('filesApp', { requestsPerHour: 0, ...profile });
		const { credentials } = bench.sandbox.info.services.filesApp;
		const report = await checkFilesApp(credentials.baseUrl, credentials.apiKey);
		expect(report.settings).toEqual(numbersAsText(profile));
		expectNoSecrets(report, credentials);
		expect(await remainingIn('filesApp', 'files')).toEqual([]);
	});

	test('fails with the response if the key is not valid', async () => {
		const { credentials } = bench.sandbox.info.services.filesApp;
		await expect(checkFilesApp(credentials.baseUrl, 'wrong')).rejects.toThrow(
			/Check the API key[^]+upload → 401/,
		);
	});
});

describe('the check of SpeedyFiles', () => {
	const run = async (confirm: () => Promise<boolean>) => {
		const { credentials } = bench.sandbox.info.services.speedyFiles;
		const report = await checkSpeedyFiles(credentials.baseUrl, credentials.apiToken, confirm);
		expectNoSecrets(report, credentials);
		return report;
	};
	const USUAL = { instance: 'ready', storage: 'local', ranges: 'supported' };
	afterEach(async () => await set('speedyFiles', USUAL));

	test.each([
		USUAL,
		{ instance: 'ready', storage: 's3', ranges: 'weakEtag' },
		{ instance: 'ready', storage: 'local', ranges: 'unsupported' },
	])('identifies %j, and leaves no package behind', async (profile) => {
		await set('speedyFiles', profile);
		expect((await run(yes)).settings).toEqual(profile);
		const { baseUrl, apiToken } = bench.sandbox.info.services.speedyFiles.credentials;
		const headers = { authorization: `Bearer ${apiToken}` };
		const packages = await fetch(`${baseUrl}/api/v1/packages`, { headers });
		expect(await packages.json()).toEqual({ total: 0, items: [] });
	});

	test('identifies an instance that is not set up', async () => {
		await set('speedyFiles', { instance: 'notSetUp' });
		expect((await run(yes)).settings).toEqual({ instance: 'notSetUp' });
	});

	test('sends no email unless the user agrees', async () => {
		const before = await emails();
		expect((await run(no)).settings).toEqual({ instance: 'ready', storage: 'local' });
		expect(await emails()).toBe(before);
		await run(yes);
		expect(await emails()).toBeGreaterThan(before);
	});
});

describe('the check of FileCourier', () => {
	const recipient = 'me@example.com';
	const run = async (confirm: () => Promise<boolean>) => {
		const { credentials } = bench.sandbox.info.services.fileCourier;
		const { baseUrl, clientId, clientSecret } = credentials;
		const report = await checkFileCourier(baseUrl, { clientId, clientSecret, recipient }, confirm);
		expectNoSecrets(report, credentials);
		return report;
	};
	const TABLE = { requiredFields: 'table' };

	test.each([
		{ ...TABLE, recipientForm: 'either', callbackField: 'either', expiryField: 'either' },
		{ ...TABLE, recipientForm: 'flat', callbackField: 'webhook_url', expiryField: 'expires_at' },
		{
			...{ ...TABLE, recipientForm: 'nested', callbackField: 'callback_url' },
			expiryField: 'expires_in_days',
		},
		{ requiredFields: 'examples', recipientForm: 'nested', expiryField: 'either' },
	])('identifies %j, and cancels its requests', async (profile) => {
		await set('fileCourier', profile);
		const report = await run(yes);
		expect(report.settings).toEqual(profile);
		const created = report.requests.filter((line) => /^POST .* → 201/.test(line));
		expect(created.length).toBeLessThanOrEqual(3);
		const cancelled = report.requests.filter((line) => /^DELETE .* → 200/.test(line));
		expect(cancelled).toHaveLength(created.length);
	});

	test('sends no email unless the user agrees', async () => {
		await set('fileCourier', TABLE);
		const before = await emails();
		expect((await run(no)).settings).toEqual(TABLE);
		expect(await emails()).toBe(before);
	});
});

describe('the check of Filestack', () => {
	let source: Server;
	beforeAll(async () => {
		source = createServer((_, response) => response.end('x'.repeat(77)));
		await new Promise<void>((done) => source.listen(0, '127.0.0.1', done));
	});
	afterAll(() => void source.close());

	const run = async (confirm: () => Promise<boolean>) => {
		const { credentials } = bench.sandbox.info.services.filestack;
		const { baseUrl, cdnBaseUrl, uploadBaseUrl, apiKey, appSecret } = credentials;
		const sourceUrl = `http://127.0.0.1:${(source.address() as AddressInfo).port}/a.txt`;
		const hosts = { baseUrl, cdnBaseUrl, uploadBaseUrl };
		const report = await checkFilestack(hosts, { apiKey, appSecret, sourceUrl }, confirm);
		expectNoSecrets(report, credentials);
		return report;
	};

	const USUAL = {
		security: 'on',
		uploadBody: 'documented',
		unknownKey: '200',
		intelligentIngestion: 'off',
		storeTaskHandle: 'missing',
		requestsPerMinute: 10_000,
		ranges: 'supported',
	};
	test.each([
		USUAL,
		{
			security: 'off',
			uploadBody: 'any',
			unknownKey: '401',
			intelligentIngestion: 'on',
			storeTaskHandle: 'returned',
			requestsPerMinute: 5000,
			ranges: 'weakEtag',
		},
		{ ...USUAL, uploadBody: 'raw', ranges: 'unsupported' },
		{ ...USUAL, uploadBody: 'formUrl' },
		{ ...USUAL, uploadBody: 'multipart' },
		{ ...USUAL, uploadBody: 'json' },
	])('identifies %j, and leaves no file behind', async (profile) => {
		await set('filestack', profile);
		expect((await run(yes)).settings).toEqual(numbersAsText(profile));
		expect(await remainingIn('filestack', 'files')).toEqual([]);
	});

	test('stores nothing unless the user agrees', async () => {
		await set('filestack', USUAL);
		const { settings, requests } = await run(no);
		expect(settings).toEqual({ unknownKey: '200', intelligentIngestion: 'off' });
		expect(requests).toHaveLength(2);
	});
});
