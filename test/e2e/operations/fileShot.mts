import { expect } from '@jest/globals';
import { byId, onlyJson, type Steps } from './steps.mts';

const photo = byId("={{ $('Upload').last().json.fileId }}");
const document = byId("={{ $('Upload').first().json.fileId }}");

/** Files that expire within a week. */
const expiring = {
	selection: 'expiring',
	expiresWithin: 7,
	unit: 'days',
	maxDeletions: 10,
	output: 'selected',
};

/** Two files, the larger one in chunks; the first is deleted, the other is cleaned up because it expires soon. */
export const fileShot: Steps = {
	Upload: {
		does: 'file.upload',
		parameters: {
			binaryPropertyName: 'document, photo',
			expires: true,
			expiryDays: 3,
			options: { thresholdMb: 2, partSizeMb: 1 },
		},
		check(items, { files }) {
			expect(items.map(({ json }) => [json.name, json.sha256])).toEqual([
				[files.document.name, files.document.sha256],
				[files.photo.name, files.photo.sha256],
			]);
		},
	},
	'Get Many': {
		does: 'file.getAll',
		parameters: { returnAll: true, simplify: true, options: { nameContains: 'photo' } },
		after: 'Files',
		check(items, { files }) {
			expect(onlyJson(items)).toMatchObject({
				name: files.photo.name,
				size: files.photo.content.length,
				status: 'active',
			});
		},
	},
	Get: {
		does: 'file.get',
		parameters: { fileId: photo, simplify: true },
		check(items, { itemsOf }) {
			const { fileId, expiresAt } = itemsOf('Upload')[1].json;
			expect(onlyJson(items)).toMatchObject({ fileId });
			const days = (Date.parse(String(expiresAt)) - Date.now()) / 86_400_000;
			expect(Math.round(days)).toBe(3);
		},
	},
	Download: {
		does: 'file.download',
		parameters: { fileId: photo, binaryPropertyName: 'copy' },
		async check(items, { files, bytesOf }) {
			expect(onlyJson(items)).toMatchObject({ sha256: files.photo.sha256, isCiphertext: false });
			expect((await bytesOf(items[0], 'copy')).equals(files.photo.content)).toBe(true);
			expect(items[0].binary.copy.fileName).toBe(files.photo.name);
		},
	},
	'What Expires': {
		does: 'file.cleanUp',
		parameters: { selection: 'expiring', expiresWithin: 4, unit: 'days', output: 'summary' },
		after: 'Files',
		check: (items) =>
			expect(onlyJson(items)).toMatchObject({ dryRun: true, found: 2, wouldDelete: 2, deleted: 0 }),
	},
	Delete: {
		does: 'file.delete',
		parameters: { fileId: document },
		async check(items, { itemsOf, stateOf }) {
			const [{ json: first }] = itemsOf('Upload');
			expect(onlyJson(items)).toEqual({ deleted: true, fileId: first.fileId });
			const left = itemsOf('Upload for Longer').map(({ json }) => json.fileId);
			expect((await stateOf('files')).map(({ id }) => id)).toEqual(left);
		},
	},
	'Upload for Longer': {
		does: 'file.upload',
		parameters: { binaryPropertyName: 'document', expires: true, expiryDays: 30 },
		after: 'Files',
		check: (items, { files }) =>
			expect(onlyJson(items)).toMatchObject({ name: files.document.name }),
	},
	'Clean Up': {
		does: 'file.cleanUp',
		parameters: { ...expiring, dryRun: false },
		after: 'Files',
		check: (items, { files }) =>
			expect(onlyJson(items)).toMatchObject({ action: 'deleted', name: files.photo.name }),
	},
};
