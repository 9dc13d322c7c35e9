import { describeFile, extractHandle, filestackOutput } from '../../../nodes/Filestack/handle';
import { toOutput } from '../../../nodes/shared/node/output';
import { outputOf } from '../../support/engine';
import { byUrl } from '../../support/locators';
import { filestack, FilestackServer } from '../../support/filestack';

const HANDLE = 's7tdGfE5RRKFUxwsZoYv';
const CDN = 'https://cdn.filestackcontent.com';

const urls = [
	`${CDN}/${HANDLE}`,
	`${CDN}/${HANDLE}/`,
	`HTTPS://CDN.FILESTACKCONTENT.COM/${HANDLE}`,
	`Https://cdn.filestackcontent.com/${HANDLE}`,
	`${CDN}/${HANDLE}/metadata`,
	`${CDN}/${HANDLE}/metadata?sha256=true`,
	`${CDN}/${HANDLE}+photo.jpg`,
	`${CDN}/${HANDLE}?policy=eyJ&signature=abc/def`,
	`${CDN}/resize=width:100,height:50/${HANDLE}`,
	`${CDN}/security=p:eyJ9==,s:0a/cache=false/${HANDLE}`,
	`${CDN}/AKEYz/rotate=deg:90/${HANDLE}#x`,
	`https://www.filestackapi.com/api/file/${HANDLE}`,
	`https://www.filestackapi.com/api/file/${HANDLE}?dl=true`,
	`https://www.filestackapi.com/api/file/${HANDLE}/metadata`,
	`https://www.filestackapi.com/api/file/${HANDLE}/metadata/`,
	`http://files.example.com:8080/${HANDLE}`,
];

it.each([HANDLE, ` ${HANDLE} `, ...urls])('extracts the handle from %j', (text) => {
	expect(extractHandle(text)).toBe(HANDLE);
});

it.each(['a/b', '../x', 'metadata', 'x+y', 'x?y', 'ftp://host/x'])(
	'returns %j unchanged as the handle, because it is not a URL of a file',
	(text) => {
		expect(extractHandle(text)).toBe(text);
	},
);

describe('the field File', () => {
	const recorder = new FilestackServer();
	recorder.respond({ body: { size: 5 } });
	beforeAll(async () => await recorder.start());
	afterAll(async () => await recorder.stop());

	it.each(urls)('accepts the URL %s', async (url) => {
		const run = await filestack(recorder.credentials(), 'file', 'getMetadata', {
			file: byUrl(url),
			fields: [],
		});
		expect(outputOf(run)[0].json).toEqual({ handle: HANDLE, size: 5 });
		expect(recorder.requests.at(-1)!.path).toBe(`/api/file/${HANDLE}/metadata`);
	});
});

it.each([
	[
		{ url: `${CDN}/${HANDLE}`, type: 'image/png', size: 8331 },
		{ handle: HANDLE, url: `${CDN}/${HANDLE}`, size: 8331, mimeType: 'image/png' },
	],
	[
		{ url: `https://www.filestackapi.com/api/file/${HANDLE}`, mimetype: 'text/plain' },
		{
			handle: HANDLE,
			url: `https://www.filestackapi.com/api/file/${HANDLE}`,
			mimeType: 'text/plain',
		},
	],
	[
		{ handle: HANDLE, url: `${CDN}/other` },
		{ handle: HANDLE, url: `${CDN}/other` },
	],
	[{ uploaded: 1431950945811.783 }, { handle: 'given', uploadedAt: '2015-05-18T12:09:05.811Z' }],
])('outputs %j with the handle, one media type and dates in ISO 8601', (data, output) => {
	expect(toOutput(filestackOutput, { json: describeFile(data, 'given') })).toEqual(output);
});
