import formbody from '@fastify/formbody';
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { download } from '../../core/download.mts';
import { HIDDEN } from '../../core/describeRoutes.mts';
import {
	body,
	bytes,
	html,
	inPath,
	open,
	OPTIONAL_BODY,
	redirect,
	text,
} from '../../core/openapi.mts';
import { addPages } from '../../core/pages.mts';
import { timingSafeEqualStrings } from '../../core/timingSafeEqual.mts';
import type { ServiceContext } from '../../core/service.mts';
import type { Account } from './account.mts';
import type { StoredFile } from './files.mts';
import type { Share } from './shares.mts';

type Route = { Params: { token: string } };

/** Lifetime of the page's download button, in milliseconds. */
const DOWNLOAD_LINK_MS = 15 * 60_000;

const UNKNOWN = { title: 'Link not found', text: 'Check that you copied the entire link.' };
const EXPIRED = { title: 'This link has expired', text: 'Ask the sender for a new link.' };
const TOKEN = inPath({ token: 'The end of the link' });
const failures = { 404: html('Unknown link'), 410: html('The link has expired') };

const pageSchema = {
	summary: 'The page of a share link',
	...TOKEN,
	response: { ...failures, 200: html('The file, or a form for the password') },
};

const unlockSchema = {
	summary: 'Enter the password of a share link',
	...TOKEN,
	...body({ 'application/x-www-form-urlencoded': open({ password: text }) }),
	...OPTIONAL_BODY,
	response: { ...failures, 200: html('The file'), 403: html('Incorrect password') },
};

const fileSchema = {
	summary: 'Download the file of a share link',
	...TOKEN,
	response: {
		...failures,
		200: bytes('The file'),
		206: bytes('A part of the file'),
		303: redirect('The download button has expired'),
		403: html('Downloads are disabled'),
	},
};

const GONE = { title: 'File not found', text: 'The file was deleted after the link was created.' };

/** The page of a share link: asks for the password, if the link has one, and then shows the file. */
export async function sharePageRoutes(
	app: FastifyInstance,
	context: ServiceContext,
	{ files, shares }: Account,
): Promise<void> {
	await addPages(app);
	await app.register(formbody);
	app.all('/s', HIDDEN, (_request, reply) => message(reply, 404, UNKNOWN));
	app.all('/s/*', HIDDEN, (_request, reply) => message(reply, 404, UNKNOWN));

	/** Returns the share and its file, or a page with the reason why the link does not work. */
	const opened = async (request: FastifyRequest<Route>, reply: FastifyReply) => {
		const share = shares.byToken(request.params.token);
		if (!share) return { page: await message(reply, 404, UNKNOWN) };
		if (!shares.isOpen(share)) return { page: await message(reply, 410, EXPIRED) };
		const file = files.find(share.fileId);
		return file ? { share, file } : { page: await message(reply, 410, GONE) };
	};

	const show = async (reply: FastifyReply, share: Share, file: StoredFile): Promise<string> => {
		const url = `${context.origins.api}/s/${share.token}/file`;
		const until = new Date(context.clock.now().getTime() + DOWNLOAD_LINK_MS);
		const { pathname, search } = new URL(context.presigner.sign(url, until));
		return await reply.viewAsync('filesApp/file', { share, file, href: pathname + search });
	};

	app.get<Route>('/s/:token', { schema: pageSchema }, async (request, reply) => {
		const { page, share, file } = await opened(request, reply);
		if (page !== undefined) return page;
		if (share.password === undefined) return await show(reply, share, file);
		return await reply.viewAsync('filesApp/password', { share });
	});

	type Unlock = Route & { Body?: { password?: unknown } };
	app.post<Unlock>('/s/:token', { schema: unlockSchema }, async (request, reply) => {
		const { page, share, file } = await opened(request, reply);
		if (page !== undefined) return page;
		const typed = request.body?.password;
		const given = typeof typed === 'string' ? typed : '';
		if (share.password === undefined || timingSafeEqualStrings(given, share.password)) {
			return await show(reply, share, file);
		}
		const problem = 'Incorrect password.';
		return await reply.code(403).viewAsync('filesApp/password', { share, problem });
	});

	app.get<Route>('/s/:token/file', { schema: fileSchema }, async (request, reply) => {
		const { page, share, file } = await opened(request, reply);
		if (page !== undefined) return page;
		const permission = context.presigner.check(request.url, context.clock.now());
		if (permission !== 'valid') return await reply.redirect(`/s/${share.token}`, 303);
		if (!share.allowDownload) {
			const text = 'The sender has disabled downloads for this file.';
			return await message(reply, 403, { title: 'Downloads disabled', text });
		}
		return await download(reply, context, file);
	});
}

async function message(
	reply: FastifyReply,
	status: number,
	text: { title: string; text: string },
): Promise<string> {
	return await reply.code(status).viewAsync('filesApp/message', text);
}
