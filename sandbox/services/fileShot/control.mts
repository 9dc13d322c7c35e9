import type { FastifyInstance } from 'fastify';
import { Readable } from 'node:stream';
import { InvalidField, Fields, required } from '../../core/fields.mts';
import { typeOfName } from '../../core/mediaTypes.mts';
import type { ServiceContext } from '../../core/service.mts';
import type { Files } from './files.mts';
import { validName } from './options.mts';

/**
 * Simulates uploads in the web app: POST /api/services/fileShot/files creates a file from `fileName` and `content`
 * (base64; the ciphertext of an encrypted file), with optional `mimeType`, `isZeroKnowledge`, `password`, `expiryDays`,
 * `maxDownloads`, `price`, `customSlug` and `originalFileSize` (before encryption).
 */
export function controlRoutes(app: FastifyInstance, { blobs }: ServiceContext, files: Files): void {
	app.post('/files', async (request) => {
		const fields = Fields.ofJson(request.body);
		const name = validName('fileName', fields.string('fileName'));
		const content = required('content', fields.string('content', 1_000_000));
		if (!/^[A-Za-z0-9+/]*={0,2}$/.test(content)) throw new InvalidField('content must be base64');
		const password = fields.string('password') || undefined;
		const wanted = {
			name,
			type: fields.string('mimeType') ?? typeOfName(name),
			slug: fields.string('customSlug'),
			passwordProtected: password !== undefined,
			password,
			days: fields.integer('expiryDays', 1, 365) ?? 90,
			price: fields.integer('price', 100, 100_000_000),
			maxDownloads: fields.integer('maxDownloads', 1, 1_000_000_000),
			isZeroKnowledge: fields.boolean('isZeroKnowledge') ?? false,
			originalSize: fields.integer('originalFileSize', 0, Number.MAX_SAFE_INTEGER),
		};
		const { id: blob, size } = await blobs.write(Readable.from([Buffer.from(content, 'base64')]));
		const file = await files.add({ ...wanted, blob, size });
		return { fileId: file.id, downloadUrl: files.url(file) };
	});
}
