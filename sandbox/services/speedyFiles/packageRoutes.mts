import type { FastifyInstance, FastifyRequest } from 'fastify';
import type { User } from './accounts.mts';
import { SpeedyFilesError } from './error.mts';
import { recipientFields, totals, expiryFields, packageFields } from './eventFields.mts';
import { scheduleExpiry } from './expiry.mts';
import type { Instance } from './instance.mts';
import { jsonBody } from './jsonBody.mts';
import { linkUrl, emailLink } from './magicLinkEmail.mts';
import type { Package } from './packages.mts';
import { API, NO_HEAD } from './paths.mts';
import { withUploads, receiveForm, requireFile, type Upload } from './receiveForm.mts';
import { packageCreate, page } from './requests.mts';
import { fileOut, noContent, packageOut } from './responses.mts';

const PACKAGES = `${API}/packages`;
const PACKAGE = `${PACKAGES}/:id`;

/** Returns the user whose token is in the request. */
export type Authenticate = (request: FastifyRequest) => Promise<User>;

type Route = { Params: { id: string } };

/** SpeedyFiles source, app/routes/api.py: packages, and the events that each call fires. */
export function packageRoutes(
	app: FastifyInstance,
	instance: Instance,
	whoAsks: Authenticate,
): void {
	const { context, packages, webhooks } = instance;

	app.get(PACKAGES, NO_HEAD, async (request) => {
		const visible = packages.visibleTo(await whoAsks(request));
		const { limit, offset } = page(request.query);
		const items = visible.slice(offset, offset + limit).map((one) => packageOut(one, request));
		return { total: visible.length, items };
	});

	app.post(PACKAGES, async (request, reply) => {
		const body = jsonBody(request);
		const user = await whoAsks(request);
		const made = await packages.create(user, packageCreate(body));
		scheduleExpiry(instance, made);
		// Only the web form emails the recipient of an inbound package; the API creates a link but neither returns nor
		// emails it.
		const isMailed = context.settings.get('inboundLink') === 'mailed';
		if (isMailed)
			for (const link of made.links) await emailLink(made, link, user.displayName, context);
		// Documented, but the source does not fire it.
		if (context.settings.get('events') === 'documented') {
			await webhooks.fire('package.created', made.id, {
				...packageFields(made),
				...expiryFields(made),
			});
		}
		return await reply.code(201).send(packageOut(made, request));
	});

	app.get<Route>(PACKAGE, NO_HEAD, async (request) => {
		const user = await whoAsks(request);
		return packageOut(packages.open(user, request.params.id), request);
	});

	app.post<Route>(`${PACKAGE}/files`, async (request, reply) => {
		const parts = await receiveForm(request, context.blobs);
		const { to, file } = await withUploads(parts, context.blobs, async (keep) => {
			const user = await whoAsks(request);
			const upload = requireFile(parts);
			const wanted = packages.open(user, request.params.id);
			checkUpload(wanted, upload);
			keep(upload);
			return { to: wanted, file: await packages.addFile(wanted, upload) };
		});
		await webhooks.fire('package.file_uploaded', to.id, {
			file_id: file.id,
			size_bytes: file.size,
			original_name: file.name,
			duration_ms: file.durationMs,
			uploaded_by: 'api',
		});
		return await reply.code(201).send(fileOut(file, request));
	});

	app.post<Route>(`${PACKAGE}/finalize`, async (request) => {
		const user = await whoAsks(request);
		const draft = packages.open(user, request.params.id);
		const redirect = `/dash/packages/${draft.id}`;
		if (draft.direction !== 'outbound') throw new SpeedyFilesError(400, 'not an outbound package');
		// The link was returned when it was created; only its hash is stored.
		if (draft.status === 'active') return { ok: true, redirect, magic_link: null };
		const count = draft.files.length;
		if (count === 0) throw new SpeedyFilesError(400, 'package has no completed files yet');
		const link = await packages.activate(draft);
		await emailLink(draft, link, user.displayName, context);
		await webhooks.fire('package.finalized', draft.id, {
			...packageFields(draft),
			file_count: count,
			...expiryFields(draft),
		});
		return { ok: true, redirect, magic_link: linkUrl(context, link) };
	});

	app.post<Route>(`${PACKAGE}/revoke`, async (request) => {
		const user = await whoAsks(request);
		const live = packages.open(user, request.params.id);
		await packages.revoke(live);
		await webhooks.fire('package.revoked', live.id, recipientFields(live));
		return packageOut(live, request);
	});

	app.delete<Route>(PACKAGE, async (request, reply) => {
		const user = await whoAsks(request);
		const old = packages.open(user, request.params.id);
		await packages.remove(old);
		await webhooks.fire('package.deleted', old.id, { ...recipientFields(old), ...totals(old) });
		return await noContent(reply);
	});
}

/** Checks an upload, in the order of the source. */
function checkUpload({ direction, status }: Package, { name }: Upload): void {
	if (direction !== 'outbound') {
		const sentence = 'files can only be uploaded to outbound packages via this endpoint';
		throw new SpeedyFilesError(400, sentence);
	}
	if (status === 'revoked') throw new SpeedyFilesError(400, `package status is '${status}'`);
	if (name === '') throw new SpeedyFilesError(400, 'filename required');
}
