import type { IDataObject } from 'n8n-workflow';

import { serviceTime } from '../../shared/dates';
import { callApi } from '../../shared/http/client';
import { mayHaveSucceeded, withItemIndex } from '../../shared/http/errors';
import {
	confirmedBy,
	type ExpectedBody,
	isJsonObject,
	type ServiceContext,
	textOf,
} from '../../shared/http/service';
import type { ItemContext, Operation } from '../../shared/node/operation';
import { describePackage, packageOutput } from '../describe';
import { NOTIFICATION_TIMEOUT, PACKAGE, speedyFiles } from '../service';
import { activeField, finalizableField, packageField, packageIdOf, packagePath } from './fields';

export const get: Operation = {
	value: 'get',
	name: 'Get',
	action: 'Get package',
	description: 'Retrieve the status of a package and its files',
	fields: [packageField],
	output: packageOutput,
	async execute(item) {
		const { functions } = item;
		const path = packagePath(functions, packageIdOf(item));
		const call = { method: 'GET', path, expects: PACKAGE } as const;
		const { body, headers } = await callApi(functions, speedyFiles, call);
		return describePackage(body, serviceTime(headers));
	},
};

/** How to replace a link. SpeedyFiles only logs an email that fails (SpeedyFiles source, app/routes/api.py). */
const NEW_LINK =
	'SpeedyFiles emails it to the recipient, but does not report whether that worked. To get a new link, revoke the package and finalize it again.';

/** Why an output has no link: SpeedyFiles only stores the hash of the link (SpeedyFiles docs, Magic links). */
const ALREADY_FINALIZED = `The package was already finalized. SpeedyFiles only shows the magic link once. ${NEW_LINK}`;
const RESPONSE_LOST = `The package was finalized, but the response with the magic link was lost. ${NEW_LINK}`;

export const finalize: Operation = {
	value: 'finalize',
	name: 'Finalize',
	action: 'Finalize package and email magic link',
	description:
		'Create the magic link of an outbound package and email it to the recipient. The link is only shown once. Revoked packages get a new link.',
	fields: [finalizableField],
	output: { ...packageOutput, simple: undefined, omitted: ['ok', 'redirect'] },
	async execute(item) {
		const id = packageIdOf(item);
		return { json: await finalizePackage(item, id), added: { packageId: id } };
	},
};

/**
 * Finalizes a package. Never retried, because the response to a second call does not contain the link. If the response
 * is lost, the status of the package shows whether it was finalized.
 */
export async function finalizePackage(
	{ functions, itemIndex }: ItemContext,
	id: string,
): Promise<IDataObject> {
	const path = packagePath(functions, id);
	try {
		const { body } = await callApi(functions, speedyFiles, {
			method: 'POST',
			path: `${path}/finalize`,
			expects: FINALIZED,
			// A response that arrives after the timeout would be lost, and the link with it.
			timeout: NOTIFICATION_TIMEOUT,
			retryable: false,
			unknownResultHint:
				'SpeedyFiles may have finalized the package anyway. Use Package → Get to check: the status is then active.',
		});
		return linkOf(body, ALREADY_FINALIZED);
	} catch (error) {
		const isDone = mayHaveSucceeded(error) && (await fetchStatus(functions, path)) === 'active';
		if (isDone) return linkOf({ ok: true, magic_link: null }, RESPONSE_LOST);
		throw withItemIndex(functions.getNode(), error, itemIndex);
	}
}

const FINALIZED: ExpectedBody<IDataObject> = {
	what: 'the magic link',
	read: (body) =>
		isJsonObject(body) && (textOf(body.magic_link) || body.ok === true)
			? (body as IDataObject)
			: undefined,
};

const linkOf = (response: IDataObject, notice: string): IDataObject =>
	textOf(response.magic_link) ? response : { ...response, magic_link: null, notice };

/** Fetches the status of a package; undefined if the request fails. */
export async function fetchStatus(
	context: ServiceContext,
	path: string,
): Promise<string | undefined> {
	try {
		const call = { method: 'GET', path, expects: PACKAGE } as const;
		return textOf((await callApi(context, speedyFiles, call)).body.status);
	} catch {
		return undefined;
	}
}

export const revoke: Operation = {
	value: 'revoke',
	name: 'Revoke',
	action: 'Revoke links of package',
	description: 'Disable the magic links of a package. The package and its files are kept.',
	fields: [activeField],
	output: packageOutput,
	async execute(item) {
		const { body, headers } = await callApi(item.functions, speedyFiles, {
			method: 'POST',
			path: `${packagePath(item.functions, packageIdOf(item))}/revoke`,
			expects: PACKAGE,
			timeout: NOTIFICATION_TIMEOUT,
			// Not retried: each call sends the event package.revoked (SpeedyFiles source, app/routes/api.py).
			retryable: false,
			unknownResultHint:
				'SpeedyFiles may have revoked the package anyway. You can safely revoke it again.',
		});
		return describePackage(body, serviceTime(headers));
	},
};

export const deletePackage: Operation = {
	value: 'delete',
	name: 'Delete',
	action: 'Delete package',
	description: 'Delete a package with its files and links permanently',
	fields: [packageField],
	async execute(item) {
		const packageId = packageIdOf(item);
		await removePackage(item, packageId);
		return { json: { deleted: true, packageId } };
	},
};

export async function removePackage({ functions }: ItemContext, id: string): Promise<void> {
	const path = packagePath(functions, id);
	const expects = confirmedBy('the deletion', 'ok', 'deleted');
	await callApi(functions, speedyFiles, {
		method: 'DELETE',
		path,
		expects,
		timeout: NOTIFICATION_TIMEOUT,
	});
}
