import type { FastifyInstance, FastifyRequest } from 'fastify';
import { open, query, text } from '../../core/openapi.mts';
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
import { operation, ref } from './schemas.mts';

const PACKAGES = `${API}/packages`;
const PACKAGE = `${PACKAGES}/:pkg_id`;

const params = open({ pkg_id: text });

const schemas = {
	list: operation({
		...{ id: 'list_packages_packages_get', summary: 'Packages, newest first', tag: 'packages' },
		...{ response: [200, ref('PackageList')], problems: [401, 422] },
		...query({
			limit: { type: 'integer', minimum: 1, maximum: 200, default: 50 },
			offset: { type: 'integer', minimum: 0, default: 0 },
		}),
	}),
	create: operation({
		...{ id: 'create_package_packages_post', summary: 'Create a package', tag: 'packages' },
		...{ response: [201, ref('PackageOut')], problems: [400, 401, 422] },
		takes: ['application/json', ref('PackageCreate')],
	}),
	get: operation({
		...{ id: 'get_package_packages__pkg_id__get', summary: 'A package with its files' },
		...{ tag: 'packages', response: [200, ref('PackageOut')], problems: [401, 403, 404], params },
	}),
	remove: operation({
		...{ id: 'delete_package_packages__pkg_id__delete', summary: 'Delete a package permanently' },
		...{ tag: 'packages', response: [204], problems: [401, 403, 404], params },
	}),
	upload: operation({
		...{ id: 'upload_file_packages__pkg_id__files_post', summary: 'Upload a file' },
		...{ tag: 'packages', response: [201, ref('PackageFileOut')], params },
		problems: [400, 401, 403, 404, 422],
		takes: ['multipart/form-data', ref('Body_upload_file')],
	}),
	finalize: operation({
		...{ id: 'finalize_package_packages__pkg_id__finalize_post', summary: 'Create the magic link' },
		...{ tag: 'packages', response: [200, ref('FinalizeOut')], params },
		problems: [400, 401, 403, 404],
	}),
	revoke: operation({
		...{ id: 'revoke_package_packages__pkg_id__revoke_post', summary: 'Revoke the magic links' },
		...{ tag: 'packages', response: [200, ref('PackageOut')], problems: [401, 403, 404], params },
	}),
};

/** Returns the user whose token is in the request. */
export type Authenticate = (request: FastifyRequest) => Promise<User>;

type Route = { Params: { pkg_id: string } };

/** SpeedyFiles source, app/routes/api.py: packages, and the events that each call fires. */
export function packageRoutes(
	app: FastifyInstance,
	instance: Instance,
	whoAsks: Authenticate,
): void {
	const { context, packages, webhooks } = instance;

	app.get(PACKAGES, { ...NO_HEAD, schema: schemas.list }, async (request) => {
		const visible = packages.visibleTo(await whoAsks(request));
		const { limit, offset } = page(request.query);
		const items = visible.slice(offset, offset + limit).map((one) => packageOut(one, request));
		return { total: visible.length, items };
	});

	app.post(PACKAGES, { schema: schemas.create }, async (request, reply) => {
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

	app.get<Route>(PACKAGE, { ...NO_HEAD, schema: schemas.get }, async (request) => {
		const user = await whoAsks(request);
		return packageOut(packages.open(user, request.params.pkg_id), request);
	});

	app.post<Route>(`${PACKAGE}/files`, { schema: schemas.upload }, async (request, reply) => {
		const parts = await receiveForm(request, context.blobs);
		const { to, file } = await withUploads(parts, context.blobs, async (keep) => {
			const user = await whoAsks(request);
			const upload = requireFile(parts);
			const wanted = packages.open(user, request.params.pkg_id);
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

	app.post<Route>(`${PACKAGE}/finalize`, { schema: schemas.finalize }, async (request) => {
		const user = await whoAsks(request);
		const draft = packages.open(user, request.params.pkg_id);
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

	app.post<Route>(`${PACKAGE}/revoke`, { schema: schemas.revoke }, async (request) => {
		const user = await whoAsks(request);
		const live = packages.open(user, request.params.pkg_id);
		await packages.revoke(live);
		await webhooks.fire('package.revoked', live.id, recipientFields(live));
		return packageOut(live, request);
	});

	app.delete<Route>(PACKAGE, { schema: schemas.remove }, async (request, reply) => {
		const user = await whoAsks(request);
		const old = packages.open(user, request.params.pkg_id);
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
