import { expect } from '@jest/globals';
import { byId, onlyJson, type Steps } from './steps.mts';

const recipient = {
	title: 'Q4 financials',
	recipientEmail: 'cfo@acme.com',
	recipientName: 'Acme CFO',
	ttlDays: 7,
};
const sent = byId("={{ $('Send').first().json.packageId }}");
const created = byId("={{ $('Create').first().json.packageId }}");

/** One package in one step, which is kept; another one in single steps, which is revoked and deleted. */
export const speedyFiles: Steps = {
	Health: {
		does: 'instance.health',
		check: (items) => expect(onlyJson(items)).toEqual({ status: 'ok', healthy: true }),
	},
	Account: {
		does: 'account.get',
		check: (items) => expect(onlyJson(items)).toMatchObject({ role: 'admin' }),
	},
	Send: {
		does: 'package.send',
		parameters: { ...recipient, binaryPropertyName: '*' },
		after: 'Files',
		check(items, { files }) {
			const { link: magicLink, fileCount, files: arrived } = onlyJson(items);
			expect(fileCount).toBe(2);
			expect(magicLink).toMatch(/\/p\/[\w-]{20,}$/);
			const hashes = (arrived as Array<{ sha256: string }>).map(({ sha256 }) => sha256);
			expect(hashes.sort()).toEqual([files.document.sha256, files.photo.sha256].sort());
		},
	},
	'Download One': {
		does: 'file.download',
		parameters: {
			magicLink: "={{ $('Send').first().json.link }}",
			scope: 'one',
			fileId: byId("={{ $('Send').first().json.files[0].fileId }}"),
			binaryPropertyName: 'copy',
			options: { expectedSha256: "={{ $('Send').first().json.files[0].sha256 }}" },
		},
		async check(items, { files, bytesOf }) {
			const sentFile = Object.values(files).find(({ sha256 }) => sha256 === items[0].json.sha256)!;
			expect((await bytesOf(items[0], 'copy')).equals(sentFile.content)).toBe(true);
			expect(items[0].binary.copy.fileName).toBe(sentFile.name);
		},
	},
	'Download All': {
		does: 'file.download',
		parameters: {
			magicLink: "={{ $('Send').first().json.link }}",
			scope: 'all',
			binaryPropertyName: 'zip',
		},
		async check(items, { files, bytesOf }) {
			const zip = await bytesOf(items[0], 'zip');
			expect(zip.subarray(0, 2).toString()).toBe('PK');
			expect(zip.length).toBeGreaterThan(files.photo.content.length);
		},
	},
	Create: {
		does: 'package.create',
		parameters: { ...recipient, title: 'Step by step', direction: 'outbound' },
		after: 'Files',
		check: (items) => expect(onlyJson(items)).toMatchObject({ status: 'draft', fileCount: 0 }),
	},
	'Upload File': {
		does: 'package.uploadFile',
		parameters: { packageId: created, binaryPropertyName: 'document' },
		after: 'Files',
		check(items, { files }) {
			expect(onlyJson(items)).toMatchObject({
				fileCount: 1,
				files: [{ name: files.document.name, sha256: files.document.sha256 }],
			});
		},
	},
	Finalize: {
		does: 'package.finalize',
		parameters: { packageId: created },
		check(items, { itemsOf }) {
			const { packageId, link: magicLink } = onlyJson(items);
			expect(packageId).toBe(itemsOf('Create')[0].json.packageId);
			expect(magicLink).toMatch(/\/p\/[\w-]{20,}$/);
		},
	},
	Get: {
		does: 'package.get',
		parameters: { packageId: sent, simplify: true },
		check: (items) =>
			expect(onlyJson(items)).toMatchObject({ title: 'Q4 financials', status: 'active' }),
	},
	'Get Many': {
		does: 'package.getAll',
		parameters: { returnAll: true, simplify: true, options: { statuses: ['active'] } },
		check: (items) =>
			expect(items.map(({ json }) => json.title)).toEqual(['Step by step', 'Q4 financials']),
	},
	'Clean Up': {
		does: 'package.cleanUp',
		parameters: { selection: 'expired', output: 'summary' },
		after: 'Files',
		check: (items) =>
			expect(onlyJson(items)).toMatchObject({ dryRun: true, found: 2, selected: 0, kept: 2 }),
	},
	Revoke: {
		does: 'package.revoke',
		parameters: { packageId: created },
		after: 'Files',
		check: (items) =>
			expect(onlyJson(items)).toMatchObject({ title: 'Step by step', status: 'revoked' }),
	},
	Delete: {
		does: 'package.delete',
		parameters: { packageId: created },
		async check(items, { itemsOf, stateOf }) {
			expect(onlyJson(items)).toEqual({
				deleted: true,
				packageId: itemsOf('Create')[0].json.packageId,
			});
			const links = (await stateOf('links')).map((link) => link.package_id);
			expect(links).toEqual([itemsOf('Send')[0].json.packageId]);
		},
	},
	'Create Token': {
		does: 'token.create',
		parameters: { name: 'Nightly reports', options: { expiresInDays: 90 } },
		check: (items) =>
			expect(onlyJson(items)).toMatchObject({
				token: expect.stringMatching(/^sf_/) as unknown,
				status: 'active',
			}),
	},
	'Revoke Token': {
		does: 'token.revoke',
		parameters: { tokenId: byId("={{ $('Create Token').first().json.tokenId }}") },
		check: (items) => expect(onlyJson(items)).toMatchObject({ revoked: true }),
	},
	'Get Many Tokens': {
		does: 'token.getAll',
		parameters: { returnAll: true, options: { statuses: ['revoked'] } },
		check(items, { itemsOf }) {
			expect(onlyJson(items)).toMatchObject({
				tokenId: itemsOf('Create Token')[0].json.tokenId,
			});
			expect(onlyJson(items)).not.toHaveProperty('token');
		},
	},
};
