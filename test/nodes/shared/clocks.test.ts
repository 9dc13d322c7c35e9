/* eslint-disable @n8n/community-nodes/no-restricted-imports, @n8n/community-nodes/no-restricted-globals */
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

const NODES = join(__dirname, '../../../nodes');

/** The files that compare calendar times, or compute some. Durations use `performance.now()`, because clocks may jump. */
const CALENDAR = [
	'FileCourier/session/create.ts',
	'FileCourier/session/requestAndWait.ts',
	'FileShot/encryption/container.ts',
	'FileShot/file/uploadInChunks.ts',
	'FilesApp/change/pollChanges.ts',
	'FilesApp/file/uploadInChunks.ts',
	'Filestack/file/multipart.ts',
	'Filestack/link.ts',
	'Filestack/processing/request.ts',
	'Filestack/signing.ts',
	'shared/cleanUp/list.ts',
	'shared/dates.ts',
	'shared/files/downloadAll.ts',
	'shared/files/unfinishedUploads.ts',
	'shared/http/errors.ts',
	'shared/node/parameters.ts',
	'shared/webhook/deduplication.ts',
	'shared/webhook/signature.ts',
];

it('only code about calendar times reads the clock', () => {
	const files = readdirSync(NODES, { recursive: true, encoding: 'utf8' });
	const readers = files.filter(
		(file) =>
			file.endsWith('.ts') &&
			/Date\.now\b|new Date\(\)/.test(readFileSync(join(NODES, file), 'utf8')),
	);
	expect(readers.sort()).toEqual(CALENDAR);
});
