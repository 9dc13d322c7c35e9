import type { IDataObject } from 'n8n-workflow';

import { itemWith } from '../../support/binary';
import { outputOf } from '../../support/engine';
import { fileShotUpload } from '../../support/fileShot';
import { filesAppUpload } from '../../support/filesApp';
import { storeFile } from '../../support/filestack';
import { useSandbox } from '../../support/useSandbox';
import { SpeedyFilesUser } from '../../support/speedyFiles';

const sandbox = useSandbox();
const user = new SpeedyFilesUser(sandbox);
const bytes = Buffer.from('hello');

const NAMES = [
	'say "hi".txt',
	'"quoted"',
	'one".txt',
	'a"; filename="evil.txt',
	'semi;colon.txt',
	"it's.txt",
	'100%.txt',
	'a%20b.txt',
	'Grüße 文件 🎉.txt',
	' two  blanks .txt',
	'=?UTF-8?Q?x?=.txt',
];

it.each([...NAMES, 'a%22b.txt'])('SpeedyFiles keeps the name %j', async (name) => {
	const id = await user.create();
	const [{ json }] = outputOf(await user.upload(id, { data: { name, bytes } }));
	expect((json.files as IDataObject[])[0].name).toBe(name.trim());
	const { files } = await user.look(id);
	expect((files as IDataObject[]).map((file) => file.original_name)).toEqual([name.trim()]);
});

describe.each<[string, (name: string) => Promise<unknown>]>([
	[
		'Files App',
		async (name) => {
			const [{ json }] = outputOf(
				await filesAppUpload(sandbox, [await itemWith({ data: { name, bytes } })]),
			);
			const files = await sandbox.control.get<IDataObject[]>('/services/filesApp/files');
			return files.data.find(({ id }) => id === json.fileId)!.name;
		},
	],
	[
		'FileShot',
		async (name) =>
			outputOf(await fileShotUpload(sandbox, [await itemWith({ data: { name, bytes } })]))[0].json
				.name,
	],
	['Filestack', async (name) => outputOf(await storeFile(sandbox, { name, bytes }))[0].json.name],
])('%s', (_, stored) => {
	it.each(NAMES)('keeps the name %j', async (name) => {
		expect(await stored(name)).toBe(name.trim());
	});
});
