import type { FastifyInstance, FastifyReply } from 'fastify';
import { reportedHash, reportedSize } from '../../core/faultyValues.mts';
import {
	body,
	bytes,
	exactly,
	flag,
	html,
	inPath,
	integer,
	json,
	open,
	redirect,
	text,
} from '../../core/openapi.mts';
import { addPages } from '../../core/pages.mts';
import { formatErrors } from './api.mts';
import { redocRoute } from './docsRoutes.mts';
import { contentDisposition, presignedUrl, sendFile } from './download.mts';
import { SpeedyFilesError } from './error.mts';
import { totals } from './eventFields.mts';
import type { Instance } from './instance.mts';
import type { DeadReason, Link, Package, PackageFile } from './packages.mts';
import { NO_HEAD } from './paths.mts';
import { withUploads, receiveForm, parseForms, requireFile } from './receiveForm.mts';
import { siteRoutes } from './routing.mts';
import { webhookPages } from './webhookPages.mts';
import { streamZip, zipName } from './zip.mts';

type Route = { Params: { raw: string; file: string }; Querystring: { from?: string } };

/** A link that works. */
interface WorkingLink {
	package: Package;
	link: Link;
}

type Reason = DeadReason | 'invalid';

/** The messages for links that do not work. */
const DEAD: Readonly<Record<Reason, { title: string; text: string }>> = {
	token_revoked: { title: 'This link was revoked', text: 'Ask the sender for a new link.' },
	token_expired: { title: 'This link has expired', text: 'Ask the sender for a new link.' },
	invalid: {
		title: 'This link is not valid',
		text: 'Check that you copied the entire link.',
	},
};

const LINK = inPath({ raw: 'The token of the magic link' });
const closed = html('The link is invalid, revoked or expired');
const detail = json(exactly({ detail: text }), 'The reason');

const schemas = {
	page: {
		summary: 'The page of a magic link',
		...LINK,
		response: { 200: html('The files, or a form for them'), 410: closed },
	},
	file: {
		summary: 'Download a file of a magic link',
		...inPath({ raw: 'The token of the magic link', file: 'The file’s ID' }),
		response: {
			200: bytes('The file'),
			206: bytes('A part of the file'),
			302: redirect('The file in the S3 storage'),
			404: detail,
			410: closed,
		},
	},
	zip: {
		summary: 'Download all files of a magic link as a ZIP file',
		...LINK,
		response: {
			200: { description: 'The files', content: { 'application/zip': { schema: {} } } },
			400: detail,
			404: detail,
			410: closed,
		},
	},
	upload: {
		summary: 'Upload a file to a magic link',
		...LINK,
		...body({ 'multipart/form-data': open({ file: { type: 'string', format: 'binary' } }) }),
		response: {
			200: json(
				exactly({
					...{ ok: flag, file_id: text, size: integer, sha256: text },
					duration_ms: { ...integer, nullable: true },
				}),
				'The file is stored',
			),
			303: redirect('The page, whose form was used'),
			400: detail,
			410: detail,
		},
	},
};

/** SpeedyFiles docs, Magic links: the recipient's pages. Anyone who has the link can use it. */
export async function publicRoutes(app: FastifyInstance, instance: Instance): Promise<void> {
	const { context, packages, webhooks } = instance;
	formatErrors(app);
	await addPages(app);
	parseForms(app);
	redocRoute(app);
	siteRoutes(app, instance);
	await app.register(async (scope) => await webhookPages(scope, instance));

	/** Returns the link, or the reason why it does not work or does not have this purpose. */
	function look(raw: string, purpose?: Link['purpose']): WorkingLink | Reason {
		const found = packages.byLink(raw);
		if (!found) return 'invalid';
		const dead = packages.deadReason(found.package, found.link);
		if (dead) return dead;
		return purpose === undefined || found.link.purpose === purpose ? found : 'invalid';
	}

	app.get<Route>('/p/:raw', { ...NO_HEAD, schema: schemas.page }, async (request, reply) => {
		const live = look(request.params.raw);
		if (typeof live === 'string') return await gone(reply, live);
		await packages.countUse(live.package, live.link);
		return await reply.viewAsync(`speedyFiles/${live.link.purpose}`, {
			package: live.package,
			raw: live.link.raw,
			hasZip: live.package.storage === 'local',
		});
	});

	app.get<Route>(
		'/p/:raw/file/:file',
		{ ...NO_HEAD, schema: schemas.file },
		async (request, reply) => {
			const live = look(request.params.raw, 'download');
			if (typeof live === 'string') return await gone(reply, live);
			const file = live.package.files.find(({ id }) => id === request.params.file);
			if (!file) throw new SpeedyFilesError(404);
			await webhooks.fire('package.downloaded', live.package.id, {
				file_id: file.id,
				original_name: file.name,
				size_bytes: file.size,
				ip: request.ip,
			});
			if (live.package.storage === 's3') {
				return await reply.redirect(presignedUrl(live.package, file, context), 302);
			}
			return await sendFile(reply, file, context);
		},
	);

	app.get<Route>('/p/:raw/zip', { ...NO_HEAD, schema: schemas.zip }, async (request, reply) => {
		const live = look(request.params.raw, 'download');
		if (typeof live === 'string') return await gone(reply, live);
		const { files, storage, title, id } = live.package;
		if (storage !== 'local') {
			const sentence = 'bulk zip download is only available for local-storage packages';
			throw new SpeedyFilesError(400, sentence);
		}
		if (files.length === 0) throw new SpeedyFilesError(404, 'no files to download');
		const payload = { kind: 'zip', ...totals(live.package), ip: request.ip };
		await webhooks.fire('package.downloaded', id, payload);
		return await reply
			.type('application/zip')
			.header('content-disposition', contentDisposition(zipName(title)))
			.send(streamZip(files, context.blobs));
	});

	app.post<Route>('/p/:raw/upload', { schema: schemas.upload }, async (request, reply) => {
		const parts = await receiveForm(request, context.blobs);
		// The sandbox's page works without JavaScript: it submits all files at once, and the response redirects back to
		// it.
		const isFromPage = request.query.from === 'page';
		const taken = await withUploads(parts, context.blobs, async (keep) => {
			const last = requireFile(parts);
			const live = look(request.params.raw, 'upload');
			if (typeof live === 'string') return live;
			if (last.name === '') throw new SpeedyFilesError(400, 'filename required');
			const files: PackageFile[] = [];
			for (const part of isFromPage ? parts : [last]) {
				if (typeof part === 'string') continue;
				keep(part);
				files.push(await packages.addFile(live.package, part));
			}
			return { live, files };
		});
		if (typeof taken === 'string') {
			if (isFromPage) return await gone(reply, taken);
			throw new SpeedyFilesError(410, taken);
		}
		await tellUploads(taken.live.package, taken.files);
		if (isFromPage) return await reply.redirect(`/p/${taken.live.link.raw}`, 303);
		const [{ id, durationMs, ...file }] = taken.files;
		const size = reportedSize(request, file.size);
		const sha256 = reportedHash(request, file.sha256);
		return { ok: true, file_id: id, size, sha256, duration_ms: durationMs };
	});

	async function tellUploads(to: Package, files: readonly PackageFile[]): Promise<void> {
		for (const file of files) {
			await webhooks.fire('package.file_uploaded', to.id, {
				file_id: file.id,
				original_name: file.name,
				size_bytes: file.size,
				duration_ms: file.durationMs,
				uploaded_by: 'recipient',
			});
		}
	}
}

async function gone(reply: FastifyReply, reason: Reason): Promise<string> {
	const text = DEAD[reason];
	return await reply.code(410).viewAsync('speedyFiles/message', text);
}
