import { expect } from '@jest/globals';
import { byId, onlyJson, type Steps } from './steps.mts';

const photo = byId("={{ $('Store').last().json.handle }}");
const document = byId("={{ $('Store').first().json.handle }}");

/** Two files, the larger one in parts; one is overwritten, stored from a URL and deleted. */
export const filestack: Steps = {
	Store: {
		does: 'file.store',
		parameters: {
			source: 'binary',
			binaryPropertyName: 'document, photo',
			storage: 'S3',
			options: { thresholdMb: 5, partSizeMb: 5, path: 'customers/' },
		},
		check(items, { files }) {
			expect(items.map(({ json }) => [json.filename, json.sha256, json.size])).toEqual([
				[files.document.name, files.document.sha256, files.document.content.length],
				[files.photo.name, files.photo.sha256, files.photo.content.length],
			]);
			expect(items[1].json.parts).toBe(2);
		},
	},
	Overwrite: {
		does: 'file.overwrite',
		parameters: {
			file: document,
			source: 'binary',
			binaryPropertyName: 'photo',
			options: { verify: true },
		},
		after: 'Files',
		check(items, { files, itemsOf }) {
			expect(onlyJson(items)).toMatchObject({
				handle: itemsOf('Store')[0].json.handle,
				sha256: files.photo.sha256,
				verified: true,
			});
		},
	},
	'Get Hashes': {
		does: 'file.getHashes',
		parameters: { file: photo, hashes: ['md5', 'sha256', 'sha512'] },
		check(items, { files }) {
			expect(onlyJson(items)).toMatchObject({
				sha256: files.photo.sha256,
				md5: expect.stringMatching(/^[0-9a-f]{32}$/) as unknown,
				sha512: expect.stringMatching(/^[0-9a-f]{128}$/) as unknown,
			});
		},
	},
	'Get Metadata': {
		does: 'file.getMetadata',
		parameters: { file: photo, fields: [] },
		check(items, { files }) {
			expect(onlyJson(items)).toMatchObject({
				filename: files.photo.name,
				mimetype: files.photo.type,
				uploadedAt: expect.stringMatching(/Z$/) as unknown,
			});
		},
	},
	'Get Storage': {
		does: 'file.getStorage',
		parameters: { file: photo },
		check(items) {
			expect(onlyJson(items)).toMatchObject({
				location: 'S3',
				path: expect.stringMatching(/^customers\//) as unknown,
			});
		},
	},
	Download: {
		does: 'file.download',
		parameters: { file: photo, binaryPropertyName: 'copy', options: { verify: true } },
		async check(items, { files, bytesOf }) {
			expect(onlyJson(items)).toMatchObject({ sha256: files.photo.sha256, verified: true });
			expect((await bytesOf(items[0], 'copy')).equals(files.photo.content)).toBe(true);
		},
	},
	'Create Signed': {
		does: 'link.createSigned',
		parameters: { file: photo, linkTo: 'cdn', expiry: 'minutes', expiresInMinutes: 10 },
		async check(items, { files, sha256Behind }) {
			const { url } = onlyJson(items);
			expect(await sha256Behind(String(url))).toBe(files.photo.sha256);
			await expect(sha256Behind(String(url).replace(/security=[^/]*\//, ''))).rejects.toThrow();
		},
	},
	'Store from URL': {
		does: 'file.store',
		parameters: {
			source: 'url',
			url: "={{ $('Create Signed').first().json.url }}",
			storage: 'S3',
			options: { fileName: 'copy.png' },
		},
		async check(items, { files, stateOf }) {
			const { handle } = onlyJson(items);
			const stored = (await stateOf('files')).find(({ id }) => id === handle);
			expect(stored).toMatchObject({ size: files.photo.content.length });
		},
	},
	'Create Policy': {
		does: 'policy.create',
		parameters: { calls: ['read', 'stat'], expiry: 'minutes', expiresInMinutes: 10 },
		check(items) {
			const { policy, signature, call, expiry } = onlyJson(items);
			expect(JSON.parse(Buffer.from(String(policy), 'base64url').toString())).toEqual({
				call,
				expiry,
			});
			expect(signature).toMatch(/^[0-9a-f]{64}$/);
		},
	},
	Delete: {
		does: 'file.delete',
		parameters: { file: document },
		async check(items, { itemsOf, stateOf }) {
			const [deleted, kept] = itemsOf('Store').map(({ json }) => json.handle);
			expect(onlyJson(items)).toMatchObject({ deleted: true, handle: deleted });
			const handles = (await stateOf('files')).map(({ id }) => id);
			expect(handles).toContain(kept);
			expect(handles).not.toContain(deleted);
		},
	},
};
