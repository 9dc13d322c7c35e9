import {
	parseTasks,
	type Processing,
	processingPath,
	type Task,
	type TaskValue,
} from '../../../../nodes/Filestack/processing/grammar';
import { filestackPaths } from '../../../support/processes';

const HANDLE = '5aYkEQJSQCmYShsoCnZN';
const OTHER = '4aYkEQJSQCmYShsoCnZN';
const APP = 'APIKEY0000000000000000';
const URL_SOURCE = 'https://e.com/x.jpg?a=1&b=2';

/** Returns a path without percent-encoding, and with the quotation marks of a single source as filestack-js has them. */
const decoded = (path: string) =>
	decodeURIComponent(path).replace(/\/"?((https?|src):\/\/[^"]+)"?$/, '/"$1"');

/** Documented results (filestack-js 4.3.8), by what they show. */
const VECTORS: ReadonlyArray<[title: string, request: Processing, path: string]> = [
	[
		'a pair',
		{
			tasks: [
				{
					name: 'resize',
					params: { width: 800, height: 600, fit: 'crop', align: ['top', 'left'] },
				},
			],
			sources: HANDLE,
		},
		`/resize=width:800,height:600,fit:crop,align:[top,left]/${HANDLE}`,
	],
	[
		'texts with a comma and slashes',
		{
			tasks: [
				{ name: 'resize', params: { width: 10 } },
				{
					name: 'store',
					params: { filename: 'a, b.jpg', path: '/x/y/', location: 's3', access: 'public' },
				},
			],
			sources: HANDLE,
		},
		`/resize=width:10/store=filename:"a, b.jpg",path:"/x/y/",location:s3,access:public/${HANDLE}`,
	],
	[
		'a URL as a parameter',
		{ tasks: [{ name: 'watermark', params: { file: 'https://e.com/w.png' } }], sources: HANDLE },
		`/watermark=file:"https://e.com/w.png"/${HANDLE}`,
	],
	[
		'a list with a URL that contains a comma',
		{
			tasks: [
				{
					name: 'collage',
					params: { files: [OTHER, 'https://e.com/a,b.jpg'], width: 600, height: 400, margin: 10 },
				},
			],
			sources: HANDLE,
		},
		`/collage=files:[${OTHER},"https://e.com/a,b.jpg"],width:600,height:400,margin:10/${HANDLE}`,
	],
	[
		'several handles',
		{ apiKey: APP, tasks: [{ name: 'zip' }], sources: [HANDLE, OTHER] },
		`/${APP}/zip/[${HANDLE},${OTHER}]`,
	],
	[
		'several sources with a URL',
		{ apiKey: APP, tasks: [{ name: 'zip' }], sources: [HANDLE, 'https://e.com/x.pdf?a=1'] },
		`/${APP}/zip/[${HANDLE},"https://e.com/x.pdf?a=1"]`,
	],
	[
		'a URL',
		{ apiKey: APP, tasks: [{ name: 'resize', params: { width: 5 } }], sources: URL_SOURCE },
		`/${APP}/resize=width:5/"${URL_SOURCE}"`,
	],
	[
		'a storage alias',
		{
			apiKey: APP,
			tasks: [{ name: 'resize', params: { width: 5 } }],
			sources: 'src://alias/dir/x.jpg',
		},
		`/${APP}/resize=width:5/"src://alias/dir/x.jpg"`,
	],
	[
		'page ranges',
		{
			tasks: [{ name: 'pdfconvert', params: { pages: [1, '3-5'], pageformat: 'a4' } }],
			sources: HANDLE,
		},
		`/pdfconvert=pages:[1,3-5],pageformat:a4/${HANDLE}`,
	],
	[
		'a list of lists',
		{
			tasks: [
				{
					name: 'partial_blur',
					params: {
						amount: 5,
						objects: [
							[1, 2, 3, 4],
							[5, 6, 7, 8],
						],
					},
				},
			],
			sources: HANDLE,
		},
		`/partial_blur=amount:5,objects:[[1,2,3,4],[5,6,7,8]]/${HANDLE}`,
	],
	[
		'the same task twice',
		{
			tasks: [
				{ name: 'resize', params: { width: 100 } },
				{ name: 'resize', params: { width: 50 } },
			],
			sources: HANDLE,
		},
		`/resize=width:100/resize=width:50/${HANDLE}`,
	],
	[
		'a single value, and a task without parameters',
		{ tasks: [{ name: 'cache', params: false }, { name: 'flip' }], sources: HANDLE },
		`/cache=false/flip/${HANDLE}`,
	],
];

describe('the path of a processing URL', () => {
	it.each(VECTORS)('%s', (_, request, path) => {
		expect(decoded(processingPath(request))).toBe(path);
	});

	it('is the same as that of the official SDK', () => {
		const requests = VECTORS.map(([, request]) => request);
		expect(requests.map((request) => decoded(processingPath(request)))).toEqual(
			filestackPaths(requests).map(decoded),
		);
	});

	it('has the policy after the API key and before the tasks', () => {
		const signed = { policy: 'eyJhIjoxfQ==', signature: 'ab'.repeat(32) };
		const request = { apiKey: APP, tasks: [{ name: 'flip' }], sources: URL_SOURCE };
		expect(processingPath(request, signed)).toBe(
			`/${APP}/security=p:eyJhIjoxfQ==,s:${signed.signature}/flip/https%3A%2F%2Fe.com%2Fx.jpg%3Fa%3D1%26b%3D2`,
		);
	});

	it('has no source for a task that does not need one', () => {
		const tasks = [{ name: 'workflow_status', params: { job_id: 'a-b' } }];
		expect(processingPath({ apiKey: APP, tasks })).toBe(`/${APP}/workflow_status=job_id:a-b`);
	});
});

describe('a value that could change the path', () => {
	/** What a value must not be able to add. */
	const HOSTILE = [
		'x/store=path:y/',
		'x,format:pdf',
		'x]/flip/[',
		'?policy=a#b',
		'%2Fflip%2F',
		'a b\tc',
		'ä – 証明',
		'back\\slash',
		"it's (a) *test*!",
		'[a,b]',
	];

	it.each(HOSTILE)('is one value: %s', (value) => {
		const tasks = [
			{ name: 'store', params: { filename: value, location: 's3' } },
			{ name: 'flip' },
		];
		const path = processingPath({ tasks, sources: HANDLE });
		// A URL parser does not change the path.
		expect(new URL(path, 'https://e.com').pathname).toBe(path);
		expect(new URL(path, 'https://e.com').href).toBe(`https://e.com${path}`);
		expect(parseTasks(decodeURIComponent(path.slice(0, path.lastIndexOf('/'))))).toHaveLength(2);
		const pairs = /^\/store=filename:(.*),location:s3\/flip\/\w+$/.exec(path)!;
		expect(decodeURIComponent(pairs[1]).replace(/^"|"$/g, '')).toBe(value);
	});

	it.each(['he said "hi"', '"', 'a/../../x', '..', './x', '..\\x'])(
		'uses the Base64 form: %s',
		(value) => {
			const tasks = [{ name: 'store', params: { filename: value } }];
			const path = processingPath({ tasks, sources: HANDLE });
			expect(new URL(path, 'https://e.com').pathname).toBe(path);
			const [, json, source] = /^\/b64\/([\w=-]+)\/b64:\/\/([\w=-]+)$/.exec(path)!;
			expect(JSON.parse(Buffer.from(json, 'base64url').toString())).toEqual(tasks);
			expect(Buffer.from(source, 'base64url').toString()).toBe(HANDLE);
		},
	);

	it('is signed in the Base64 form as well', () => {
		const tasks = [{ name: 'store', params: { filename: '"' } }];
		const signed = { policy: 'eyJhIjoxfQ==', signature: 'ab' };
		const [, json] = /b64\/([\w=-]+)\/b64:/.exec(
			processingPath({ tasks, sources: HANDLE }, signed),
		)!;
		expect(JSON.parse(Buffer.from(json, 'base64url').toString())).toEqual([
			{ name: 'security', params: signed },
			...tasks,
		]);
	});

	it('has the Base64 form of the official SDK', () => {
		const requests: Processing[] = [
			{
				tasks: [{ name: 'watermark', params: { file: 'a"b' } }, { name: 'flip' }],
				sources: HANDLE,
			},
			{ apiKey: APP, tasks: [{ name: 'watermark', params: { file: '"' } }], sources: URL_SOURCE },
			{
				apiKey: APP,
				tasks: [{ name: 'watermark', params: { file: '"' } }, { name: 'zip' }],
				sources: [HANDLE, 'https://e.com/x.pdf?a=1'],
			},
			{
				tasks: [
					{ name: 'cache', params: false },
					{ name: 'watermark', params: { file: '"' } },
				],
				sources: HANDLE,
			},
		];
		expect(requests.map((request) => processingPath(request))).toEqual(
			filestackPaths(requests.map((request) => ({ ...request, base64: true }))),
		);
	});
});

/** A reproducible series of numbers from 0 to 1 (mulberry32). */
function seeded(seed: number): () => number {
	let state = seed;
	return () => {
		state = (state + 0x6d2b79f5) | 0;
		let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
		mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
		return ((mixed ^ (mixed >>> 14)) >>> 0) / 4294967296;
	};
}

it('is the same as that of the official SDK for 500 random lists of tasks', () => {
	const random = seeded(18);
	const pick = <T>(choices: readonly T[]): T => choices[Math.floor(random() * choices.length)];
	const TEXTS = [
		'red',
		'a b',
		'x,y',
		'/dir/',
		'ä',
		'k:v',
		'src://alias/x',
		'100%',
		'a?b#c',
		'a&b;c',
	];
	const value = (depth = 0): TaskValue =>
		pick<() => TaskValue>([
			() => Math.floor(random() * 1000),
			() => random() < 0.5,
			() => pick(TEXTS),
			() => (depth < 2 ? [value(depth + 1), value(depth + 1)] : 7),
		])();
	const task = (): Task => ({
		name: pick(['resize', 'blur', 'output', 'partial_blur', 'store']),
		params: Object.fromEntries(
			['a', 'b', 'c'].slice(0, 1 + Math.floor(random() * 3)).map((name) => [name, value()]),
		),
	});
	const requests = Array.from({ length: 500 }, (): Processing => {
		const sources = pick<Processing['sources']>([HANDLE, URL_SOURCE, [HANDLE, URL_SOURCE]]);
		const tasks = Array.from({ length: 1 + Math.floor(random() * 4) }, task);
		return { apiKey: APP, tasks, sources };
	});
	// The SDK does not encode “%”, so that its own value would be decoded to a different one.
	const comparable = requests.filter(({ tasks }) => !/%|\?|#/.test(JSON.stringify(tasks)));
	expect(comparable.length).toBeGreaterThan(150);
	expect(comparable.map((request) => decoded(processingPath(request)))).toEqual(
		filestackPaths(comparable).map(decoded),
	);
});

describe('parsing tasks', () => {
	it.each<[string, Task[]]>([
		['flip', [{ name: 'flip' }]],
		[
			'resize=width:300,fit:crop/output=format:webp',
			[
				{ name: 'resize', params: { width: 300, fit: 'crop' } },
				{ name: 'output', params: { format: 'webp' } },
			],
		],
		[
			'\n resize=width:300 \n\n sharpen \r\n',
			[{ name: 'resize', params: { width: 300 } }, { name: 'sharpen' }],
		],
		['cache=false', [{ name: 'cache', params: false }]],
		['a=b:"x, /y",c:[1,[2,"z,"]]', [{ name: 'a', params: { b: 'x, /y', c: [1, [2, 'z,']] } }]],
		['blur=amount:1.5', [{ name: 'blur', params: { amount: 1.5 } }]],
		['border=color:000000', [{ name: 'border', params: { color: '000000' } }]],
		[' / ', []],
	])('%j', (text, tasks) => expect(parseTasks(text)).toEqual(tasks));

	it.each([
		['resize=width:300,fit', 'has a parameter without a name'],
		['resize=width:300,width:400', 'sets “width” twice'],
		['Resize', 'has a step that is not a task'],
		['https://e.com/x', 'has a step that is not a task'],
		['a=b:"c', 'has an unclosed quotation mark'],
		['a=b:[c', 'has an unclosed bracket'],
	])('rejects %j', (text, message) => expect(() => parseTasks(text)).toThrow(message));

	it('returns the tasks of a path that was built from them', () => {
		const tasks: Task[] = [
			{ name: 'store', params: { filename: 'a, b.jpg', path: '/x/' } },
			{ name: 'partial_blur', params: { objects: [[1, 2, 3, 4]] } },
		];
		expect(parseTasks(decodeURIComponent(processingPath({ tasks })))).toEqual(tasks);
	});
});
