import type { IDataObject, INodeExecutionData, IRun } from 'n8n-workflow';

import { inMemory, itemWith, sha256Of } from '../../support/binary';
import { errorOf, type NodeUnderTest, outputOf } from '../../support/engine';
import { filesAppUpload } from '../../support/filesApp';
import { credentialsOf, filestack, newHandle, TEXT } from '../../support/filestack';
import { useSandbox } from '../../support/useSandbox';
import { PACKAGE, SpeedyFilesUser } from '../../support/speedyFiles';

const FILES = {
	data: { name: 'a.txt', bytes: Buffer.from('first') },
	b: { name: 'b.txt', bytes: Buffer.from('second') },
	'other one': { name: 'c.txt', bytes: Buffer.from('third') },
};
const HASHES = Object.fromEntries(
	Object.entries(FILES).map(([field, { bytes }]) => [sha256Of(bytes), field]),
);

const sandbox = useSandbox();
const user = new SpeedyFilesUser(sandbox);
let handle: string;
beforeAll(async () => void (handle = await newHandle(sandbox, TEXT)));

type Upload = (
	input: INodeExecutionData[],
	binaryPropertyName: unknown,
	more?: Partial<NodeUnderTest>,
) => Promise<IRun>;
const field = (binaryPropertyName: unknown) => ({ binaryPropertyName }) as IDataObject;

/**
 * An operation with one output for all files, and one with an output per file; the uploaded files are identified by
 * their content.
 */
const UPLOADS: Record<string, Upload> = {
	'SpeedyFiles Send': (input, files, more) =>
		user.run('package.send', { ...PACKAGE, ...field(files) }, { input, ...more }),
	'Files App Upload': (input, files, more) => filesAppUpload(sandbox, input, field(files), more),
};
const overwrite: Upload = (input, files, more) =>
	filestack(
		credentialsOf(sandbox),
		'file',
		'overwrite',
		{ file: handle, ...field(files) },
		{ input, ...more },
	);

/** The fields of the uploaded files in order, identified by their content. */
function sentBy(run: IRun): string[] {
	const outputs = outputOf(run).map(({ json }) => json);
	const files = outputs.flatMap((json) => (json.files as IDataObject[] | undefined) ?? [json]);
	return files.map(({ sha256 }) => HASHES[String(sha256)]);
}

const COMBINED = { workflowSettings: { binaryMode: 'combined' } } as const;
const ALL = ['data', 'b', 'other one'];

describe.each(Object.entries(UPLOADS))('%s', (_, upload) => {
	it.each<[string, unknown, string[]]>([
		['one name', 'b', ['b']],
		['a name with a space', 'other one', ['other one']],
		['several names', ' b, data ,', ['b', 'data']],
		['all', '*', ALL],
		['an array of names', '={{ ["b", "other one"] }}', ['b', 'other one']],
		['an array with all', '={{ ["*"] }}', ALL],
		['one and all', 'b, *', ['b', 'data', 'other one']],
		['the same name twice', 'b,b , b', ['b']],
		['the same name twice in an array', '={{ ["b", "b"] }}', ['b']],
		['all and all', '*,*', ALL],
		['n8n’s object of all files', '={{ $binary }}', ALL],
		['n8n’s object of a file', '={{ $binary.b }}', ['b']],
		['an object and a name', '={{ [$binary.b, "data"] }}', ['b', 'data']],
		['an object and its name', '={{ ["b", $binary.b] }}', ['b']],
		['an object of another node', '={{ $("Source").first().binary.b }}', ['b']],
		['an object of another item', '={{ $("Source").last().binary.far }}', ['data']],
		['all objects of another item', '={{ $("Source").last().binary }}', ['data', 'b']],
	])('sends %s', async (__, value, sent) => {
		const far = await itemWith({ far: FILES.data, further: FILES.b });
		const first = await itemWith(FILES);
		const run = await upload([first, { ...far, json: {} }], value, {
			settings: { onError: 'continueRegularOutput' },
		});
		const outputs = outputOf(run).filter(({ pairedItem }) => itemOf(pairedItem) === 0);
		const files = outputs.flatMap(({ json }) => (json.files as IDataObject[]) ?? [json]);
		expect(outputs.map(({ json }) => json.message ?? json.error).filter(Boolean)).toEqual([]);
		expect(files.map(({ sha256 }) => HASHES[String(sha256)])).toEqual(sent);
	});

	it.each<[string, unknown, string[]]>([
		['one name', 'b', ['b']],
		['several names', 'b, data', ['b', 'data']],
		['all', '*', ALL],
		['a path', '_files.b', ['b']],
		['a path and its name', '_files.b, b', ['b']],
		['n8n’s object of a file', '={{ $json._files.b }}', ['b']],
		['n8n’s object of all files', '={{ $json._files }}', ALL],
		['an object of another node', '={{ $("Source").first()._files.b }}', ['b']],
	])('sends %s in n8n’s combined mode', async (__, value, sent) => {
		expect(sentBy(await upload([await itemWith(FILES)], value, COMBINED))).toEqual(sent);
	});

	it.each<[string, unknown, RegExp]>([
		['nothing', '={{ "" }}', /^The field “Input Data Field Name” is empty$/],
		['blanks', ' , ,', /^The field “Input Data Field Name” is empty$/],
		['null', '={{ null }}', /^The field “Input Data Field Name” is empty$/],
		['undefined', '={{ undefined }}', /^The field “Input Data Field Name” is empty$/],
		['an empty array', '={{ [] }}', /^The field “Input Data Field Name” is empty$/],
		['an array of nothing', '={{ [null, ""] }}', /^The field “Input Data Field Name” is empty$/],
		['an empty object', '={{ ({}) }}', /^The field “Input Data Field Name” must be text, not an/],
		['another object', '={{ ({ a: 1 }) }}', /^The field “Input Data Field Name” must be text, not/],
		['an array in an array', '={{ [["b"]] }}', /^The field “Input Data Field Name” must be text/],
		[
			'a file among others',
			'={{ ({ a: $binary.b, c: 1 }) }}',
			/^The field “Input Data Field Name”/,
		],
		['not a number', '={{ NaN }}', /^The field “Input Data Field Name” must be text$/],
		[
			'half a character',
			'={{ "\\ud83d" }}',
			/^The field “Input Data Field Name” contains an incomplete character/,
		],
		['a number', '={{ 5 }}', /“5”|'5'/],
		['true', '={{ true }}', /“true”|'true'/],
		['an unknown name', 'missing', /'missing'/],
		['a name that every object has', 'constructor', /“constructor”|'constructor'/],
		['a name of the prototype', '__proto__', /“__proto__”|'__proto__'/],
		['an unknown name behind one that is there', 'b, missing', /'missing'/],
	])('rejects %s, and sends nothing', async (__, value, message) => {
		const error = errorOf(await upload([await itemWith(FILES)], value));
		expect(error.message).toMatch(message);
		expect(error.description).toBeTruthy();
		expect(await sandbox.requests()).toEqual([]);
	});

	it.each<[string, unknown, RegExp]>([
		['an unknown name', 'missing', /missing/],
		['a path to a value that is not a file', 'text', /text/],
		['a name where there is no file', 'data.id', /data\.id/],
	])('rejects %s in n8n’s combined mode, and sends nothing', async (__, value, message) => {
		const item = { ...(await itemWith(FILES)), json: { text: 'x' } };
		expect(errorOf(await upload([item], value, COMBINED)).message).toMatch(message);
		expect(await sandbox.requests()).toEqual([]);
	});

	it.each(['*', '={{ $binary }}', 'data'])('reports an item without files: %s', async (value) => {
		const { message } = errorOf(await upload([{ json: {} }], value));
		expect(message).toMatch(
			/^No file found in the input$|“Input Data Field Name”|binary file 'data', but none/,
		);
		expect(await sandbox.requests()).toEqual([]);
	});

	describe('with files that n8n holds in memory', () => {
		const memory = { a: inMemory(FILES.data), b: inMemory(FILES.b) };

		it.each<[string, unknown, string[]]>([
			['names', 'b, a', ['b', 'data']],
			['all', '*', ['data', 'b']],
			['n8n’s object of a file', '={{ $binary.b }}', ['b']],
			['n8n’s object of all files', '={{ $binary }}', ['data', 'b']],
			['an object and its name', '={{ [$binary.b, "b"] }}', ['b']],
		])('sends %s', async (__, value, sent) => {
			expect(sentBy(await upload([{ json: {}, binary: memory }], value))).toEqual(sent);
		});

		const twins = {
			a: inMemory({ name: 'x.txt', bytes: FILES.data.bytes }),
			b: inMemory({ name: 'x.txt', bytes: FILES.b.bytes }),
		};

		it('sends files with the same name by their field names', async () => {
			const run = await upload([{ json: {}, binary: twins }], 'a,b');
			expect(sentBy(run)).toEqual(['data', 'b']);
		});

		it.each(['={{ $binary.b }}', '={{ [$binary.a, $binary.b] }}'])(
			'does not guess which of two files with the same name is meant: %s',
			async (value) => {
				const error = errorOf(await upload([{ json: {}, binary: twins }], value));
				expect(error.message).toBe('The input item has several files “x.txt”');
				expect(error.description).toContain('Enter the field name');
				expect(await sandbox.requests()).toEqual([]);
			},
		);

		it('sends the file of another item, and not one with the same name', async () => {
			const items = [
				{ json: {}, binary: { b: twins.a } },
				{ json: {}, binary: { b: twins.b } },
			];
			const run = await upload(items, '={{ $("Source").last().binary.b }}');
			expect(sentBy(run)).toEqual(['b', 'b']);
		});

		it('reports a file that is not in the item', async () => {
			const value = '={{ ({ fileName: "far.txt", mimeType: "text/plain" }) }}';
			const error = errorOf(await upload([{ json: {}, binary: memory }], value));
			expect(error.message).toBe('The input item has no file “far.txt”');
			expect(error.description).toContain('Enter the field name');
			expect(await sandbox.requests()).toEqual([]);
		});
	});
});

const itemOf = (paired: INodeExecutionData['pairedItem']) =>
	typeof paired === 'object' && !Array.isArray(paired) ? paired.item : paired;

describe('Filestack Overwrite', () => {
	it.each<[string, unknown, Partial<NodeUnderTest>]>([
		['a name', 'b', {}],
		['the same name twice', 'b, b', {}],
		['n8n’s object of a file', '={{ $binary.b }}', {}],
		['a name in n8n’s combined mode', 'b', COMBINED],
		['a path in n8n’s combined mode', '_files.b', COMBINED],
	])('sends %s', async (_, value, more) => {
		expect(sentBy(await overwrite([await itemWith(FILES)], value, more))).toEqual(['b']);
	});

	it.each([
		['several names', 'b, data', 'selects more than one file'],
		['all', '*', 'selects more than one file'],
		['nothing', '={{ "" }}', 'is empty'],
		['an array in an array', '={{ [["b"]] }}', 'must be text, not a list'],
		['an object that is not a file', '={{ ({}) }}', 'must be text, not an object'],
	])('rejects %s, and sends nothing', async (_, value, problem) => {
		const { message } = errorOf(await overwrite([await itemWith(FILES)], value));
		expect(message).toBe(`The field “Input Data Field Name” ${problem}`);
		expect(await sandbox.requests()).toEqual([]);
	});
});
