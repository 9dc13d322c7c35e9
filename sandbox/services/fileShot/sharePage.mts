import formbody from '@fastify/formbody';
import type { FastifyInstance, FastifyReply } from 'fastify';
import { HIDDEN } from '../../core/describeRoutes.mts';
import { download } from '../../core/download.mts';
import {
	body,
	bytes,
	html,
	inPath,
	open,
	OPTIONAL_BODY,
	query,
	redirect,
	text,
} from '../../core/openapi.mts';
import { addPages } from '../../core/pages.mts';
import { timingSafeEqualStrings } from '../../core/timingSafeEqual.mts';
import type { ServiceContext } from '../../core/service.mts';
import { cdnUrl } from './cdn.mts';
import { sentBlob } from './encryptedDownloads.mts';
import type { Files, StoredFile } from './files.mts';

type Route = { Params: { link: string } };

const UNKNOWN = { title: 'File not found', text: 'Check that you copied the entire link.' };
const LINK = inPath({ link: 'The ID or the name in the link' });
const failures = { 404: html('Unknown link'), 410: html('The file has expired') };

const schemas = {
	page: {
		summary: 'The page of a share link',
		...LINK,
		response: { ...failures, 200: html('The file, or a form for the password') },
	},
	unlock: {
		summary: 'Enter the password of a file',
		...LINK,
		...body({ 'application/x-www-form-urlencoded': open({ password: text }) }),
		...OPTIONAL_BODY,
		response: { ...failures, 200: html('The file'), 403: html('Incorrect password') },
	},
	content: {
		summary: 'The encrypted bytes, for the page that decrypts them',
		...LINK,
		response: { ...failures, 200: bytes('The file'), 206: bytes('A part of the file') },
	},
	former: {
		summary: 'A link in an older format',
		...LINK,
		response: { 301: redirect('The present link') },
	},
	formerQuery: {
		summary: 'A link in the oldest format',
		...query({ f: text }),
		response: { 301: redirect('The present link'), 404: failures[404] },
	},
};

const OVER = { title: 'This file has expired', text: 'Ask the sender for a new link.' };

/** The page of a share link: asks for the password, if the file has one, and then offers the download. */
export async function sharePageRoutes(
	app: FastifyInstance,
	context: ServiceContext,
	files: Files,
): Promise<void> {
	await addPages(app);
	await app.register(formbody);
	app.all('*', HIDDEN, (_request, reply) => message(reply, 404, UNKNOWN));

	const show = async (reply: FastifyReply, file: StoredFile): Promise<string> =>
		await reply.viewAsync('fileShot/file', { file, href: cdnUrl(file, context) });

	app.get<Route>('/f/:link', { schema: schemas.page }, async (request, reply) => {
		const file = files.byLink(request.params.link);
		if (!file) return await message(reply, 404, UNKNOWN);
		if (files.isExpired(file)) return await message(reply, 410, OVER);
		if (!asksForPassword(file)) return await show(reply, file);
		return await reply.viewAsync('fileShot/password', { file });
	});

	type Unlock = Route & { Body?: { password?: unknown } };
	app.post<Unlock>('/f/:link', { schema: schemas.unlock }, async (request, reply) => {
		const file = files.byLink(request.params.link);
		if (!file) return await message(reply, 404, UNKNOWN);
		if (files.isExpired(file)) return await message(reply, 410, OVER);
		const typed = request.body?.password;
		const given = typeof typed === 'string' ? typed : '';
		if (!file.passwordProtected) return await show(reply, file);
		if (file.password !== undefined && timingSafeEqualStrings(given, file.password))
			return await show(reply, file);
		const problem = 'Incorrect password.';
		return await reply.code(403).viewAsync('fileShot/password', { file, problem });
	});

	// The page of an encrypted file reads it from its own origin and decrypts it.
	app.get<Route>('/f/:link/content', { schema: schemas.content }, async (request, reply) => {
		const file = files.byLink(request.params.link);
		if (!file?.isZeroKnowledge) return await message(reply, 404, UNKNOWN);
		if (files.isExpired(file)) return await message(reply, 410, OVER);
		const blob = await sentBlob(context, file, await files.blobOf(file));
		await files.countDownload(file);
		return await download(reply, context, { ...file, blob });
	});

	// Older link formats (fileshot-desktop, main.js; FileShotZKE, README).
	app.get<Route>('/d/:link', { schema: schemas.former }, async (request, reply) => {
		return await reply.redirect(`/f/${encodeURIComponent(request.params.link)}`, 301);
	});
	type Former = { Querystring: { f?: unknown } };
	const { formerQuery: schema } = schemas;
	app.get<Former>('/downloads.html', { schema }, async (request, reply) => {
		const { f } = request.query;
		if (typeof f !== 'string') return await message(reply, 404, UNKNOWN);
		return await reply.redirect(`/f/${encodeURIComponent(f)}`, 301);
	});
}

/** Whether the server checks a password. The passphrase of an encrypted file is for its decryption alone. */
const asksForPassword = ({ passwordProtected, password, isZeroKnowledge }: StoredFile): boolean =>
	passwordProtected && !(isZeroKnowledge && password === undefined);

async function message(
	reply: FastifyReply,
	status: number,
	text: { title: string; text: string },
): Promise<string> {
	return await reply.code(status).viewAsync('fileShot/message', text);
}
