import CryptoJS from 'crypto-js';
import type { FastifyError, FastifyInstance, FastifyRequest } from 'fastify';
import { createHash } from 'node:crypto';
import { Transform } from 'node:stream';
import { HIDDEN } from '../../core/describeRoutes.mts';
import { body, each, query, text } from '../../core/openapi.mts';
import { timingSafeEqualStrings } from '../../core/timingSafeEqual.mts';
import type { ServiceContext } from '../../core/service.mts';
import { queryOf } from './access.mts';
import { StorageError, storageError } from './error.mts';
import type { Instance } from './instance.mts';
import type { Upload } from './uploads.mts';

/** Maximum difference of `x-amz-date`, in milliseconds (Amazon S3, RequestTimeTooSkewed: 15 minutes). */
const SKEW_MS = 15 * 60_000;

/** Returns the URL for a chunk and the headers to send with it, for the response of `multipart/upload`. */
export function storageRequest(
	upload: Upload,
	{ part, offset, md5 }: { part: number; offset: number; md5?: string },
	{ origins, secrets, clock }: ServiceContext,
): { url: string; headers: Record<string, string> } {
	const path = upload.uri.split('/').map(encodeURIComponent).join('/');
	const target = `${path}?partNumber=${part}&offset=${offset}&uploadId=${upload.id}`;
	const date = clock
		.now()
		.toISOString()
		.replace(/[-:]|\.\d+/g, '');
	const signature = signatureOf(target, date, md5, secrets.storageSecret);
	const scope = `SANDBOX/${date.slice(0, 8)}/${upload.region}/s3/aws4_request`;
	const signed = `${md5 === undefined ? '' : 'content-md5;'}host;x-amz-date`;
	return {
		url: `${origins.storage}${target}`,
		headers: {
			Authorization: `AWS4-HMAC-SHA256 Credential=${scope}, SignedHeaders=${signed}, Signature=${signature}`,
			...(md5 !== undefined && { 'Content-MD5': md5 }),
			'x-amz-date': date,
		},
	};
}

/** Looks like an Amazon S3 signature but is the sandbox's own, because clients only pass it on. */
function signatureOf(target: string, date: string, md5 = '', secret: string): string {
	const signed = ['PUT', target, date, md5].join('\n');
	return CryptoJS.HmacSHA256(signed, secret).toString(CryptoJS.enc.Hex);
}

const schema = {
	summary: 'Upload a part or chunk',
	...query({ partNumber: text, offset: text, uploadId: text }, ['partNumber', 'uploadId']),
	headers: {
		type: 'object',
		required: ['x-amz-date'],
		properties: {
			'content-md5': { ...text, description: 'Base64' },
			'x-amz-date': { ...text, description: 'ISO 8601 basic format, as in the signed headers' },
		},
	},
	...body({ '*/*': {} }),
	response: {
		200: { description: 'The part is stored', type: 'null', headers: { etag: text } },
		...each([400, 403, 404, 405], {
			description: 'The reason',
			content: { 'application/xml': { schema: text } },
		}),
	},
};

/** The storage that receives the parts: a separate host without policies. */
export function storageRoutes(app: FastifyInstance, instance: Instance): void {
	app.removeAllContentTypeParsers();
	app.addContentTypeParser('*', (_request, _payload, done) => done(null));
	app.addHook('onSend', async (_request, reply, payload) => {
		if (typeof payload === 'string' && payload.startsWith('<?xml')) reply.type('application/xml');
		return await Promise.resolve(payload);
	});
	app.setErrorHandler(async (error: FastifyError, _request, reply) => {
		if (!(error instanceof StorageError)) throw error;
		const { statusCode, message, storageCode } = error;
		return await reply
			.code(statusCode)
			.send(storageError(statusCode, message, undefined, storageCode));
	});

	app.put('/*', { schema }, async (request, reply) => {
		const { partNumber, offset, uploadId = '' } = queryOf(request);
		checkSignature(request, instance.context);
		const upload = instance.uploads.get(uploadId);
		if (upload?.state !== 'open') throw noSuchUpload();
		const { etag, size, blob } = await receive(request, instance.context);
		// The upload may have been completed while the bytes were arriving.
		if (instance.uploads.get(uploadId)?.state !== 'open') {
			await instance.context.blobs.remove([blob]);
			throw noSuchUpload();
		}
		const chunk = { offset: Number(offset), size, etag, blob };
		await instance.uploads.addChunk(upload, Number(partNumber), chunk);
		return await reply.header('etag', etag).send();
	});
	app.route({
		...HIDDEN,
		method: ['GET', 'POST', 'PATCH', 'DELETE'],
		url: '/*',
		handler: () => {
			const sentence = 'The specified method is not allowed against this resource.';
			throw new StorageError(405, 'MethodNotAllowed', sentence);
		},
	});
}

function checkSignature(request: FastifyRequest, { clock, secrets }: ServiceContext): void {
	const { authorization = '', 'content-md5': md5, 'x-amz-date': date } = request.headers;
	const text = (value: string | string[] | undefined) => (value === undefined ? '' : String(value));
	const right = signatureOf(request.url, text(date), text(md5), secrets.storageSecret);
	const given = /Signature=([0-9a-f]{64})$/.exec(authorization)?.[1] ?? '';
	if (given === '') throw new StorageError(403, 'AccessDenied', 'Access Denied');
	if (!timingSafeEqualStrings(given, right)) {
		const sentence =
			'The request signature we calculated does not match the signature you provided.';
		throw new StorageError(403, 'SignatureDoesNotMatch', sentence);
	}
	const iso = text(date).replace(/^(....)(..)(..T..)(..)(..Z)$/, '$1-$2-$3:$4:$5');
	if (Math.abs(Date.parse(iso) - clock.now().getTime()) > SKEW_MS) {
		const sentence = "The difference between the request time and the server's time is too large.";
		throw new StorageError(403, 'RequestTimeTooSkewed', sentence);
	}
}

/** Streams a chunk to disk and verifies its Content-MD5. */
async function receive(
	request: FastifyRequest,
	{ blobs }: ServiceContext,
): Promise<{ etag: string; size: number; blob: string }> {
	const hash = createHash('md5');
	const hashing = new Transform({
		transform(chunk: Buffer, _encoding, done) {
			hash.update(chunk);
			done(null, chunk);
		},
	});
	// `pipe` alone would not stop the writing when the upload is aborted.
	request.raw.on('error', () => hashing.destroy(incomplete()));
	const { id: blob, size } = await blobs.write(request.raw.pipe(hashing));
	const digest = hash.digest();
	const announced = request.headers['content-md5'];
	if (announced !== undefined && announced !== digest.toString('base64')) {
		await blobs.remove([blob]);
		const sentence = 'The Content-MD5 you specified did not match what we received.';
		throw new StorageError(400, 'BadDigest', sentence);
	}
	return { etag: `"${digest.toString('hex')}"`, size, blob };
}

const incomplete = (): StorageError =>
	new StorageError(400, 'IncompleteBody', 'The request body terminated unexpectedly.');

const noSuchUpload = (): StorageError =>
	new StorageError(404, 'NoSuchUpload', 'The specified multipart upload does not exist.');
