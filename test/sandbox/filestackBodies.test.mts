import { type Stored, handleOf, refusal, Stack } from './filestackSupport.mts';

let stack: Stack;
/** A local URL to store. */
let source: string;
beforeAll(async () => {
	stack = await Stack.start();
	source = `${stack.origins.developer}/assets/style.css`;
});
afterAll(async () => await stack.bench.stop());

/** Sends a store request with any body. */
const post = async (body: unknown, query: object = {}, type?: string) =>
	await stack.http.post<Stored>(`${stack.origins.api}/api/store/S3`, body, {
		params: { key: stack.apiKey, ...stack.sign({ call: ['pick', 'store'] }), ...query },
		headers: type === undefined ? {} : { 'content-type': type },
	});

const form = (url: string) => new URLSearchParams({ url });

describe('the body of a request, by setting (uploadBody)', () => {
	const multipart = (field = 'fileUpload') => {
		const body = new FormData();
		body.append('note', 'x');
		body.append(field, new Blob(['abc'], { type: 'image/gif' }), 'ümlaut.gif');
		return body;
	};
	/** The accepted bodies per profile: raw bytes, a form with a URL, multipart, JSON with a URL, a JSON file. */
	const profiles: [string, number[]][] = [
		['documented', [200, 200, 400, 200, 200]],
		['raw', [200, 400, 400, 200, 200]],
		['formUrl', [400, 200, 400, 400, 400]],
		['multipart', [400, 400, 200, 400, 400]],
		['json', [400, 400, 400, 200, 400]],
		['any', [200, 200, 200, 200, 200]],
	];
	test.each(profiles)('%s', async (uploadBody, statuses) => {
		await stack.settings({ uploadBody });
		const responses = [
			await post('abc', {}, 'text/plain'),
			await post(form(source)),
			await post(multipart()),
			await post({ url: source }, {}, 'application/json'),
			await post({ some: 'file' }, {}, 'application/json'),
		];
		expect(responses.map(({ status }) => status)).toEqual(statuses);
		// JSON without a URL is stored as a file.
		const fetched = ['json', 'any'].includes(uploadBody);
		const { status, data } = responses[3];
		if (status === 200) expect(data.type).toBe(fetched ? 'text/css' : 'application/json');
		await stack.settings({ uploadBody: 'documented' });
	});

	test('multipart contains the name and type, in any field; it is rejected without a file', async () => {
		await stack.settings({ uploadBody: 'multipart' });
		for (const field of ['fileUpload', 'other']) {
			const { data } = await post(multipart(field));
			expect(data).toMatchObject({ size: 3, type: 'image/gif', filename: 'ümlaut.gif' });
		}
		const empty = new FormData();
		empty.append('note', 'x');
		expect((await post(empty)).data).toEqual(refusal(400, 'fileUpload is required'));
		const cut = await post(
			'--b\r\nContent-Disposition: form-data; name="f"; filename="a"\r\n\r\nabc',
			{},
			'multipart/form-data; boundary=b',
		);
		expect(cut.data).toEqual(refusal(400, 'The upload arrived incomplete'));
		await stack.settings({ uploadBody: 'documented' });
	});

	test('JSON contains parameters besides the URL; a large one is a file', async () => {
		await stack.settings({ uploadBody: 'any' });
		const { data } = await post({ url: source, filename: 'named.png', path: 'x/' });
		expect(data.filename).toBe('named.png');
		expect(data.key).toMatch(/^x\//);
		const large = JSON.stringify({ url: source, filler: 'x'.repeat(100_000) });
		const stored = await post(large, {}, 'application/json');
		expect(stored.data.size).toBe(large.length);
		expect((await stack.bytes(handleOf(stored.data.url))).toString()).toBe(large);
		await stack.settings({ uploadBody: 'documented' });
	});

	test("curl's data without a type is a form without a URL, not a file", async () => {
		const response = await post('some bytes', {}, 'application/x-www-form-urlencoded');
		expect(response.data).toEqual(refusal(400, 'url is required'));
	});
});
