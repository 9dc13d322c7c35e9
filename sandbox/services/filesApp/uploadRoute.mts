import type { FastifyInstance } from 'fastify';
import { Fields, required } from '../../core/fields.mts';
import { readForm } from '../../core/form.mts';
import { body, each, exactly, flag, json, open, text } from '../../core/openapi.mts';
import { reportedSize } from '../../core/faultyValues.mts';
import { rejectOtherMethods } from '../../core/origin.mts';
import type { ServiceContext } from '../../core/service.mts';
import type { Account } from './account.mts';
import { errorBody } from './error.mts';
import { createdBody } from './files.mts';
import { validName } from './names.mts';
import { binary, created, CREATED, errors } from './schemas.mts';

const schema = {
	summary: 'Upload',
	description: 'Stores a file that is sent in one request.',
	...body({
		'multipart/form-data': open({ file: binary, folder_id: text, encrypt: flag }, [
			'folder_id',
			'encrypt',
		]),
	}),
	response: { ...errors, ...each(CREATED, json(exactly(created), 'The new file')) },
};

/** Files App docs, Upload. */
export function uploadRoute(app: FastifyInstance, context: ServiceContext, account: Account): void {
	const { blobs, settings } = context;
	rejectOtherMethods(app, errorBody, '/upload', ['POST']);
	app.post('/upload', { schema }, async (request, reply) => {
		const form = await readForm(request, blobs, settings.number('maxUploadBytes'));
		try {
			const fields = Fields.ofForm(form.fields);
			const upload = required(
				'file',
				form.files.find(({ field }) => field === 'file'),
			);
			const file = await account.files.add({
				name: validName('file', upload.name),
				size: upload.size,
				encrypted: fields.boolean('encrypt') ?? true,
				folderId: fields.string('folder_id', 100),
				type: upload.type,
				blob: upload.blob,
			});
			const others = form.files.filter(({ blob }) => blob !== file.blob);
			await blobs.remove(others.map(({ blob }) => blob));
			reply.code(Number(settings.get('createdStatus')));
			return createdBody(file, reportedSize(request, file.size));
		} catch (error) {
			await blobs.remove(form.files.map(({ blob }) => blob));
			throw error;
		}
	});
}
