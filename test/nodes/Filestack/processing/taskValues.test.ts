/** Values in tasks that could change the path, and tasks that a user enters as text. */
import {
	parseTasks,
	type Processing,
	processingPath,
	type Task,
} from '../../../../nodes/Filestack/processing/grammar';
import { filestackPaths } from '../../../support/processes';

const HANDLE = '5aYkEQJSQCmYShsoCnZN';
const APP = 'APIKEY0000000000000000';
const URL_SOURCE = 'https://e.com/x.jpg?a=1&b=2';

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
