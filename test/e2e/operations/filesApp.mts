import { expect } from '@jest/globals';
import { byId, onlyJson, type Steps } from './steps.mts';

const photo = byId("={{ $('Upload').last().json.fileId }}");
const document = byId("={{ $('Upload').first().json.fileId }}");

/** Two files, the larger one in chunks; the first is deleted. */
export const filesApp: Steps = {
	Upload: {
		does: 'file.upload',
		parameters: {
			binaryPropertyName: 'document, photo',
			folderId: 'folder_abc123',
			encrypt: true,
			options: { thresholdMb: 2 },
		},
		check(items, { files }) {
			expect(items.map(({ json }) => [json.name, json.sha256, json.size])).toEqual([
				[files.document.name, files.document.sha256, files.document.content.length],
				[files.photo.name, files.photo.sha256, files.photo.content.length],
			]);
		},
	},
	'Get Many': {
		does: 'file.getAll',
		parameters: { returnAll: true, options: { sort: 'size' } },
		after: 'Files',
		check(items, { files }) {
			expect(items.map(({ json }) => json.name).sort()).toEqual(
				[files.document.name, files.photo.name].sort(),
			);
		},
	},
	Get: {
		does: 'file.get',
		parameters: { fileId: photo },
		after: 'Files',
		check(items, { files }) {
			expect(onlyJson(items)).toMatchObject({
				name: files.photo.name,
				mimeType: files.photo.type,
				createdAt: expect.stringMatching(/Z$/) as unknown,
			});
		},
	},
	Download: {
		does: 'file.download',
		parameters: { fileId: photo, binaryPropertyName: 'copy' },
		async check(items, { files, bytesOf }) {
			expect(onlyJson(items)).toMatchObject({ sha256: files.photo.sha256 });
			expect((await bytesOf(items[0], 'copy')).equals(files.photo.content)).toBe(true);
		},
	},
	Share: {
		does: 'shareLink.create',
		parameters: {
			fileId: photo,
			expires: true,
			expiresIn: 2,
			expiryUnit: 'days',
			password: 'open sesame',
			allowDownload: false,
		},
		async check(items, { itemsOf, stateOf }) {
			const link = onlyJson(items);
			expect(link).toMatchObject({ passwordProtected: true, allowDownload: false });
			expect(await stateOf('shares')).toEqual([
				expect.objectContaining({
					id: link.shareId,
					fileId: itemsOf('Upload')[1].json.fileId,
					allowDownload: false,
				}),
			]);
			expect(JSON.stringify(items)).not.toContain('open sesame');
		},
	},
	'Clean Up': {
		does: 'file.cleanUp',
		parameters: { olderThan: 1, unit: 'hours', output: 'summary' },
		check: (items) =>
			expect(onlyJson(items)).toMatchObject({ dryRun: true, found: 2, selected: 0, kept: 2 }),
	},
	Delete: {
		does: 'file.delete',
		parameters: { fileId: document },
		async check(items, { itemsOf, stateOf }) {
			const [deleted, kept] = itemsOf('Upload').map(({ json }) => json.fileId);
			expect(onlyJson(items)).toEqual({ deleted: true, fileId: deleted });
			expect((await stateOf('files')).map(({ id }) => id)).toEqual([kept]);
		},
	},
	Changes: {
		does: 'change.getAll',
		parameters: {
			since: '={{ $now.minus({ hours: 1 }).toISO() }}',
			returnAll: true,
			options: { details: true },
		},
		check(items, { itemsOf, files }) {
			const [deleted, kept] = itemsOf('Upload').map(({ json }) => json.fileId);
			const changes = items.map(({ json }) => [json.fileId, json.event]);
			expect(changes).toEqual(
				expect.arrayContaining([
					[kept, 'created'],
					[deleted, 'deleted'],
				]),
			);
			const { file } = items.find(({ json }) => json.fileId === kept)!.json;
			expect(file).toMatchObject({ name: files.photo.name });
		},
	},
};
