import { checkFileShot } from '../live/fileShot.mts';
import { Bench } from './sandbox/support.mts';

let bench: Bench;
beforeAll(async () => (bench = await Bench.start()));
afterAll(async () => await bench.stop());

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
