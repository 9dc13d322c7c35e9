import type { MultipartFile } from '@fastify/multipart';
import type { FastifyRequest } from 'fastify';
import { randomBytes } from 'node:crypto';
import type { Blobs } from '../../core/blobs.mts';
import { codeOf } from '../../core/problem.mts';
import type { SessionFile } from './sessions.mts';

/** Longest file name that is taken, in characters. File systems stop at 255 bytes; browsers do not. */
const LONGEST_NAME = 1000;

/** The form came in a way that a person can put right. */
export class UploadRefused extends Error {
	readonly statusCode = 400;
}

/**
 * Streams the files of a multipart form to disk.
 * @throws UploadRefused without a file; whatever the stream throws when it breaks off. Nothing is kept then.
 */
export async function receiveFiles(request: FastifyRequest, blobs: Blobs): Promise<SessionFile[]> {
	if (!request.isMultipart()) throw new UploadRefused('Please choose at least one file.');
	const files: SessionFile[] = [];
	try {
		for await (const part of request.parts()) {
			if (part.type !== 'file') continue;
			// A browser sends a nameless empty part for a file field that nobody has used.
			if (!part.filename) part.file.resume();
			else files.push(await receiveFile(part, blobs));
		}
		if (files.length === 0) throw new UploadRefused('Please choose at least one file.');
	} catch (error) {
		await blobs.remove(files.map(({ blob }) => blob));
		// The multipart parser's own errors have no code; those of the disk and of the HTTP library do.
		if (error instanceof UploadRefused || codeOf(error) !== undefined) throw error;
		throw new UploadRefused('The upload arrived incomplete. Please try again.');
	}
	return files;
}

async function receiveFile(part: MultipartFile, blobs: Blobs): Promise<SessionFile> {
	const name = nameOf(part.filename);
	if (name.length > LONGEST_NAME) {
		part.file.resume();
		throw new UploadRefused(`A file name must not be longer than ${LONGEST_NAME} characters.`);
	}
	const { id: blob, size } = await blobs.write(part.file);
	return { id: randomBytes(6).toString('hex'), blob, name, size, type: typeOf(part.mimetype) };
}

/**
 * The name as the recipient's disk had it. Browsers write three characters of it in percent form (HTML Standard,
 * multipart/form-data encoding algorithm); the rest comes as UTF-8.
 */
function nameOf(filename: string): string {
	const decoded = filename.replace(/%(22|0D|0A)/gi, (_match, code: string) =>
		String.fromCharCode(parseInt(code, 16)),
	);
	return Buffer.from(decoded, 'utf8').toString('utf8');
}

/** The media type that the browser gave, if it is one. */
function typeOf(type: string): string {
	return /^[\w.+-]+\/[\w.+-]+$/.test(type) ? type.toLowerCase() : 'application/octet-stream';
}
