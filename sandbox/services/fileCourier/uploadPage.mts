import type { FastifyError, FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { parseForms } from '../../core/form.mts';
import { HIDDEN } from '../../core/describeRoutes.mts';
import { body, html, inPath, listOf, open, redirect } from '../../core/openapi.mts';
import { isHttpUrl } from '../../core/origin.mts';
import { addPages } from '../../core/pages.mts';
import type { ServiceContext } from '../../core/service.mts';
import { requestorOf } from './notification.mts';
import { receiveFiles, UploadError } from './receiveFiles.mts';
import type { Session, Sessions, SessionState } from './sessions.mts';
import { filesDelivered } from './webhook.mts';

type Route = { Params: { token: string } };

/** The messages that a recipient sees instead of the form. */
const CLOSED: Readonly<Record<Exclude<SessionState, 'pending'>, { title: string; text: string }>> =
	{
		uploaded: {
			title: 'Already uploaded',
			text: 'The documents were already uploaded. There is nothing else to do.',
		},
		completed: {
			title: 'Already uploaded',
			text: 'The documents were already uploaded. There is nothing else to do.',
		},
		failed: {
			title: 'Already uploaded',
			text: 'The documents were already uploaded. There is nothing else to do.',
		},
		expired: { title: 'This link has expired', text: 'Ask the sender for a new link.' },
		cancelled: {
			title: 'This request was cancelled',
			text: 'The sender no longer needs these documents.',
		},
	};

const TOKEN = inPath({ token: 'The token of the link' });
const failures = {
	404: html('Unknown link'),
	410: html('The request is no longer open'),
};

const formSchema = {
	summary: 'The form for the requested files',
	...TOKEN,
	response: { ...failures, 200: html('The form') },
};

const uploadSchema = {
	summary: 'Upload the requested files',
	...TOKEN,
	...body({ 'multipart/form-data': open({ files: listOf({ type: 'string', format: 'binary' }) }) }),
	response: {
		...failures,
		303: redirect('The files are stored'),
		400: html('The form with the reason'),
		409: html('Another upload is in progress'),
		415: html('The body is not a form'),
	},
};

const thanksSchema = {
	summary: 'The page after the upload',
	...TOKEN,
	response: { 200: html('The uploaded files'), 404: html('Unknown link, or nothing is uploaded') },
};

/** The recipient's web page: the requested documents, a form for the files, and the result. */
export async function uploadPageRoutes(
	app: FastifyInstance,
	context: ServiceContext,
	sessions: Sessions,
): Promise<void> {
	await addPages(app);
	await parseForms(app);
	/** Sessions with an upload in progress; a second upload has to wait for its result. */
	const receiving = new Set<string>();

	app.all('*', HIDDEN, (_request, reply) => message(reply, 404, UNKNOWN));
	app.setErrorHandler(async (error: FastifyError, _request, reply) => {
		const status = error.statusCode ?? 500;
		if (status >= 500) throw error;
		return await message(reply, status, { title: 'Something went wrong', text: error.message });
	});

	app.get<Route>('/u/:token', { schema: formSchema }, async (request, reply) => {
		const session = sessions.byToken(request.params.token);
		if (!session) return await message(reply, 404, UNKNOWN);
		const state = sessions.state(session);
		if (state !== 'pending') return await message(reply, 410, CLOSED[state], session);
		return await form(reply, session);
	});

	app.post<Route>('/u/:token', { schema: uploadSchema }, async (request, reply) => {
		const session = sessions.byToken(request.params.token);
		if (!session) return await message(reply, 404, UNKNOWN);
		const state = sessions.state(session);
		if (state !== 'pending') return await message(reply, 410, CLOSED[state], session);
		if (receiving.has(session.id)) return await message(reply, 409, BUSY, session);
		receiving.add(session.id);
		try {
			return await receive(request, reply, session);
		} finally {
			receiving.delete(session.id);
		}
	});

	app.get<Route>('/u/:token/thanks', { schema: thanksSchema }, async (request, reply) => {
		const session = sessions.byToken(request.params.token);
		if (!session?.uploadedAt) return await message(reply, 404, UNKNOWN);
		return await reply.viewAsync('fileCourier/thanks', { ...brandOf(session), session });
	});

	async function receive(
		request: FastifyRequest,
		reply: FastifyReply,
		session: Session,
	): Promise<string | FastifyReply> {
		let files;
		try {
			files = await receiveFiles(request, context.blobs);
		} catch (error) {
			if (!(error instanceof UploadError)) throw error;
			return await form(reply.code(error.statusCode), session, error.message);
		}
		// The link may have been cancelled or may have expired during the upload.
		const state = sessions.state(session);
		if (state !== 'pending') {
			await context.blobs.remove(files.map(({ blob }) => blob));
			return await message(reply, 410, CLOSED[state], session);
		}
		await sessions.uploaded(session, files);
		const webhook = filesDelivered(session, context);
		if (webhook) await context.deliver(webhook);
		return await reply.redirect(`/u/${session.id}/thanks`, 303);
	}
}

const UNKNOWN = { title: 'Link not found', text: 'Check that you copied the entire link.' };
const BUSY = {
	title: 'Upload in progress',
	text: 'Wait until it is finished, then try again.',
};

async function form(reply: FastifyReply, session: Session, problem?: string): Promise<string> {
	return await reply.viewAsync('fileCourier/upload', { ...brandOf(session), session, problem });
}

async function message(
	reply: FastifyReply,
	status: number,
	text: { title: string; text: string },
	session?: Session,
): Promise<string> {
	const brand = session ? brandOf(session) : { brand: 'FileCourier', logo: undefined };
	return await reply.code(status).viewAsync('fileCourier/message', { ...brand, ...text });
}

/** The name and logo at the top of the page. Only http(s) logos are shown, never `javascript:` or `data:` URLs. */
function brandOf(session: Session): { brand: string; requestor: string; logo: string | undefined } {
	const { brandName, brandLogoUrl } = session;
	const requestor = requestorOf(session);
	const logo = brandLogoUrl !== undefined && isHttpUrl(brandLogoUrl) ? brandLogoUrl : undefined;
	return { brand: brandName ?? requestor, requestor, logo };
}
