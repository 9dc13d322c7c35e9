import type { FastifyInstance } from 'fastify';
import { Fields, required } from '../../core/fields.mts';
import { readForm } from '../../core/form.mts';
import { body, flag, open, text } from '../../core/openapi.mts';
import { rejectOtherMethods } from '../../core/origin.mts';
import type { ServiceContext } from '../../core/service.mts';
import type { Account } from './account.mts';
import { errorBody } from './error.mts';
import { validName, readOptions } from './options.mts';
import { binary, errors, positive, uploaded } from './schemas.mts';
import { currentTier } from './tiers.mts';

const options = {
	customSlug: text,
	passwordProtected: flag,
	expiryDays: { ...positive, maximum: 365 },
	enablePaidAccess: flag,
	price: { type: 'integer', minimum: 100, description: 'Cents' },
};

const schema = {
	summary: 'Upload a file',
	...body({ 'multipart/form-data': open({ file: binary, ...options }, Object.keys(options)) }),
	response: { ...errors, 200: uploaded },
};

/** FileShot docs, Upload File. */
export function uploadRoute(
	app: FastifyInstance,
	{ blobs, settings }: ServiceContext,
	{ files, responses }: Account,
): void {
	rejectOtherMethods(app, errorBody, '/files/upload', ['POST']);
	const config = { dialect: 'documented', isUpload: true } as const;
	app.post('/files/upload', { config, schema }, async (request) => {
		const largest = Math.min(settings.number('maxUploadBytes'), currentTier(settings).maxFileBytes);
		const form = await readForm(request, blobs, largest);
		try {
			const upload = required(
				'file',
				form.files.find(({ field }) => field === 'file'),
			);
			const name = validName('file', upload.name);
			const options = readOptions(Fields.ofForm(form.fields), settings, files);
			const { size, type, blob } = upload;
			const file = await files.add({ ...options, name, size, type, blob });
			const others = form.files.filter((other) => other !== upload);
			await blobs.remove(others.map((other) => other.blob));
			return responses.uploaded(request, file);
		} catch (error) {
			await blobs.remove(form.files.map(({ blob }) => blob));
			throw error;
		}
	});
}
