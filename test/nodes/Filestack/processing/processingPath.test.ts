import {
	type Processing,
	processingPath,
	type Task,
	type TaskValue,
} from '../../../../nodes/Filestack/processing/grammar';
import { filestackPaths } from '../../../support/processes';
import { SeededRandom } from '../../../torture/seededRandom';

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

it('is the same as that of the official SDK for 500 random lists of tasks', () => {
	const random = new SeededRandom(18);
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
		random.oneOf<() => TaskValue>([
			() => random.whole(0, 999),
			() => random.next() < 0.5,
			() => random.oneOf(TEXTS),
			() => (depth < 2 ? [value(depth + 1), value(depth + 1)] : 7),
		])();
	const task = (): Task => ({
		name: random.oneOf(['resize', 'blur', 'output', 'partial_blur', 'store']),
		params: Object.fromEntries(
			['a', 'b', 'c'].slice(0, random.whole(1, 3)).map((name) => [name, value()]),
		),
	});
	const requests = Array.from({ length: 500 }, (): Processing => {
		const sources = random.oneOf<Processing['sources']>([HANDLE, URL_SOURCE, [HANDLE, URL_SOURCE]]);
		const tasks = Array.from({ length: random.whole(1, 4) }, task);
		return { apiKey: APP, tasks, sources };
	});
	// The SDK does not encode “%”, so that its own value would be decoded to a different one.
	const comparable = requests.filter(({ tasks }) => !/%|\?|#/.test(JSON.stringify(tasks)));
	expect(comparable.length).toBeGreaterThan(150);
	expect(comparable.map((request) => decoded(processingPath(request)))).toEqual(
		filestackPaths(comparable).map(decoded),
	);
});
