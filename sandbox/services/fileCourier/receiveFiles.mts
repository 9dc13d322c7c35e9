import type { FastifyRequest } from 'fastify';
import { randomBytes } from 'node:crypto';
import type { Blobs } from '../../core/blobs.mts';
import { type Form, FormError, readForm } from '../../core/form.mts';
import { reportedSize } from '../../core/faultyValues.mts';
import type { SessionFile } from './sessions.mts';

/** Maximum length of a file name, in characters. File systems only allow 255 bytes, but browsers send longer names. */
const MAX_NAME_LENGTH = 1000;

/** Thrown for a form that the user can correct. */
export class UploadError extends Error {
	readonly statusCode = 400;
}

/**
 * Streams the files of a multipart form to disk. Keeps nothing if it throws.
 * @throws {UploadError} if the form contains no file; or the stream's error
 */
export async function receiveFiles(request: FastifyRequest, blobs: Blobs): Promise<SessionFile[]> {
	const { files } = await formOf(request, blobs);
	// Browsers send an empty part without a name for an unused file field.
	const named = files.filter(({ name }) => name !== '');
	const long = named.some(({ name }) => name.length > MAX_NAME_LENGTH);
	const unwanted = long ? files : files.filter(({ name }) => name === '');
	await blobs.remove(unwanted.map(({ blob }) => blob));
	if (long) {
		throw new UploadError(`A file name must not be longer than ${MAX_NAME_LENGTH} characters.`);
	}
	if (named.length === 0) throw new UploadError('Please select at least one file.');
	return named.map(({ blob, name, size, type }) => {
		const id = randomBytes(6).toString('hex');
		return { id, blob, name, size: reportedSize(request, size), type };
	});
}

async function formOf(request: FastifyRequest, blobs: Blobs): Promise<Form> {
	try {
		return await readForm(request, blobs);
	} catch (error) {
		if (!(error instanceof FormError)) throw error;
		throw new UploadError(
			error.reason === 'notMultipart'
				? 'Please select at least one file.'
				: 'The upload was incomplete. Please try again.',
		);
	}
}
