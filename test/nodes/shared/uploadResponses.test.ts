import type { IDataObject } from 'n8n-workflow';

import { compareWithService } from '../../../nodes/shared/files/streams';
import { contentOf, countOf, type ExpectedBody } from '../../../nodes/shared/http/service';
import { sha256Of } from '../../support/binary';
import { errorOf, outputOf } from '../../support/engine';
import { ETAG, everyResponse, OPERATIONS } from '../../support/everyResponse';
import { runCase } from '../../support/operations';
import type { TestRequest, TestResponse } from '../../support/testServer';
import { FILE } from '../../support/validResponses';

const { server, good } = everyResponse();

/** The case of an operation with the default parameters, or the one that sends parts. */
function caseOf(operation: string, inParts = false) {
	const [, cases] = OPERATIONS.find(([name]) => name === operation)!;
	return cases.find(({ name }) => !inParts || name.includes('"thresholdMb":0'))!;
}

/** Runs an operation with a server that sends the responses of `other`, and a valid one where that returns none. */
async function upload(
	operation: string,
	inParts: boolean,
	other: (request: TestRequest, valid: IDataObject) => TestResponse | undefined,
) {
	server.respond((request) => {
		const valid = good(request) as IDataObject;
		return { headers: ETAG, body: valid, ...other(request, valid) };
	});
	return await runCase(caseOf(operation, inParts), server.url);
}
const paths = () => server.requests.map(({ path }) => path);

const ID: ExpectedBody<unknown> = {
	what: 'an ID',
	read: (body) => (body as { id?: unknown } | undefined)?.id,
};

describe('the content of a response', () => {
	const content = { id: 'a' };

	it.each([
		...[content, { ...content, data: { id: 'b' } }, { data: content }, { result: content }],
		...[{ data: { file: content }, error: null }, [content], { data: [content] }],
	])('is found in %j', (body) => expect(ID.read(contentOf(body, ID, 200), 200)).toBe(content.id));

	it.each([
		...[{}, [], null, 'a', { details: content }, { data: {} }, { data: { x: content } }],
		...[[content, content], { data: content, result: { id: 'b' } }],
		...[{ data: { ...content, error: 'x' } }, { data: { data: { data: content } } }],
	])('is not found in %j', (body) => expect(contentOf(body, ID, 200)).toBe(body));

	it('is not the only entry of a list that may be a search result', () => {
		const body = [content];
		expect(contentOf(body, ID, 200, { allowsList: false })).toBe(body);
	});
});

it.each([
	...[[5, 5] as const, ['5', 5] as const, [' 5 ', 5] as const, ['5.0', 5] as const],
	...[['5.5', undefined] as const, ['5 KB', undefined] as const, [-1, undefined] as const],
])('the number %j is read as %j', (value, count) => expect(countOf(value)).toBe(count));

describe.each([
	['FileCourier session create', false],
	['FileShot file upload', false],
	['FileShot file upload', true],
	['FilesApp file upload', false],
	['FilesApp file upload', true],
	['Filestack file store', false],
	['Filestack file store', true],
	['Filestack file overwrite', false],
	['SpeedyFiles package uploadFile', false],
	['SpeedyFiles package send', false],
] as const)('%s (in parts: %j)', (operation, inParts) => {
	it('reads responses in an envelope', async () => {
		const run = async (other: Parameters<typeof upload>[2]) =>
			outputOf(await upload(operation, inParts, other)).map(({ json }) => Object.keys(json));
		const usual = await run(() => undefined);
		expect(await run((_, valid) => ({ body: { result: valid } }))).toEqual(usual);
	});
});

it.each([false, true])('Files App may number files and uploads (in parts: %j)', async (inParts) => {
	const run = await upload('FilesApp file upload', inParts, (_, valid) => ({
		body: { ...valid, fileId: undefined, id: 42, upload_id: 7 },
	}));
	expect(outputOf(run)[0].json.fileId).toBe('42');
	expect(server.requests.at(-1)!.body).toContain(inParts ? '"upload_id":"7"' : 'hello');
});

describe.each([
	['FileShot file upload', /\/upload-chunk\//],
	['FilesApp file upload', /\/chunks$/],
])('%s: a chunk', (operation, chunk) => {
	/** Responds to the requests for chunks with these statuses, one after the other. */
	const respondWith = (statuses: number[]) => {
		const left = [...statuses];
		return ({ path }: TestRequest) => {
			const status = chunk.test(path) ? left.shift() : undefined;
			return status === undefined ? undefined : { status, body: { error: 'already exists' } };
		};
	};

	it.each([409, 412])(
		'that the service already has (%i) has arrived if a response was lost',
		async (status) => {
			outputOf(await upload(operation, true, respondWith([503, status])));
			expect(paths().filter((path) => chunk.test(path))).toHaveLength(2);
		},
	);

	it('is rejected by a conflict otherwise, which is not blamed on the slug', async () => {
		const error = errorOf(await upload(operation, true, respondWith([409])));
		expect(error.httpCode).toBe('409');
		expect(error.description).not.toContain('slug');
	});

	it.each(['OK', 'true'])('may be acknowledged with %j', async (body) => {
		outputOf(
			await upload(operation, true, ({ path }) => (chunk.test(path) ? { body } : undefined)),
		);
	});

	it.each(['<html>Log in</html>', 'false', '{"ok":false}', '{"success":0}'])(
		'has not arrived after %j',
		async (body) => {
			errorOf(
				await upload(operation, true, ({ path }) => (chunk.test(path) ? { body } : undefined)),
			);
		},
	);
});

describe('FileShot', () => {
	it('may have completed the file if the response to the last chunk was lost and the upload is gone', async () => {
		const statuses = [503, 404];
		const run = await upload('FileShot file upload', true, ({ path }) =>
			path.includes('/upload-chunk/') ? { status: statuses.shift() ?? 404, body: {} } : undefined,
		);
		expect(errorOf(run).description).toContain('the upload may have succeeded');
		expect(paths().filter((path) => path.endsWith('/init-upload'))).toHaveLength(1);
	});

	it.each([409, 412])(
		'has completed the file if a retry of the completion gets %i',
		async (status) => {
			const statuses = [503, status];
			outputOf(
				await upload('FileShot file upload', true, ({ path }) =>
					path.includes('/finalize-upload/') ? { status: statuses.shift(), body: {} } : undefined,
				),
			);
		},
	);

	it('may not have completed the file if the first completion gets 409', async () => {
		const run = await upload('FileShot file upload', true, ({ path }) =>
			path.includes('/finalize-upload/') ? { status: 409, body: {} } : undefined,
		);
		const { httpCode, description } = errorOf(run);
		expect(httpCode).toBe('409');
		expect(description).toContain('use Get to check whether the file is complete');
		expect(description).not.toContain('slug');
	});

	it('keeps the ID of the upload, whatever the details contain', async () => {
		const run = await upload('FileShot file upload', true, ({ method }, valid) =>
			method === 'GET' ? { body: { ...valid, fileId: 'other' } } : undefined,
		);
		expect(outputOf(run)[0].json.fileId).toBe('file-1');
	});
});

it('Filestack keeps the handle of an overwritten file, whatever the response contains', async () => {
	const run = await upload('Filestack file overwrite', false, (_, valid) => ({
		body: { ...valid, handle: 'OTHER', url: `${server.url}/OTHER` },
	}));
	expect(outputOf(run)[0].json.handle).toBe('12345678');
});

describe('the comparison with what the service reports', () => {
	const sha256 = sha256Of(Buffer.from(FILE));
	const base64 = Buffer.from(sha256, 'hex').toString('base64');
	const compare = (reported: object) =>
		compareWithService({} as never, 'a.txt', { size: 5, sha256 }, reported);

	it.each([
		...[{}, { size: null, sha256: null }, { size: '', sha256: '' }, { size: 5, sha256 }],
		...[{ size: '5.0' }, { size: ' 5 ' }, { size: -1 }, { size: '5 B' }, { size: {} }],
		...[
			{ sha256: sha256.toUpperCase() },
			{ sha256: `sha256:${sha256}` },
			{ sha256: `${sha256}\n` },
		],
		...[{ sha256: base64 }, { sha256: base64.replace('=', '') }, { sha256: 'unknown' }],
	])('finds no difference to %j', (reported) => expect(() => compare(reported)).not.toThrow());

	it.each([
		...[{ size: 0 }, { size: 4 }, { size: '6' }, { size: 5, sha256: sha256Of(Buffer.from('x')) }],
		{ sha256: Buffer.alloc(32).toString('base64') },
	])('finds a difference to %j', (reported) =>
		expect(() => compare(reported)).toThrow('was changed or damaged during upload'),
	);
});
