import { NodeOperationError } from 'n8n-workflow';

import { readTrustedUrl } from '../http/credential';
import { type Service, textOf } from '../http/service';
import { inputField, urlField } from '../node/fields';
import type { ItemContext } from '../node/operation';
import { requireHttpUrl } from '../node/parameters';
import { checkMaxSize, describeRemote, openFile } from './download';
import { UNKNOWN_TYPE } from './fileName';
import type { RemoteBody } from './remoteBody';
import { readDownloadSettings } from './settings';
import { type FileSource, readFiles } from './source';
import { streamFrom } from './streams';

/** The host of a URL that the user entered. Its errors are not those of the service that receives the file. */
const sourceHost: Service = {
	name: 'The source host',
	credential: '',
	secretFields: {},
	errorMessage: (body) => textOf(body),
	advice: {
		401: 'The URL requires a login. n8n requests it without credentials.',
		403: 'The host does not allow n8n to download the file. A presigned URL may have expired.',
		404: 'The file does not exist. Check the URL.',
		410: 'The file no longer exists. Check the URL.',
	},
};

/**
 * Returns the files that an upload sends, from the source that the user selected: the fields of the item, or a URL.
 * @param service the receiver; a file may come from its own network, for example from an intranet
 * @throws NodeOperationError, NodeApiError for a missing field, an invalid URL, and a file that the host does not provide
 */
export async function readSourceFiles(item: ItemContext, service: Service): Promise<FileSource[]> {
	const { parameter } = item;
	const isUrl = (parameter<string>('source') ?? 'binary') !== 'binary';
	return isUrl
		? [await openUrlSource(item, service)]
		: await readFiles(item, parameter(inputField.name));
}

/**
 * Requests the file at a URL. Its bytes are passed on to the service as they arrive, and are never stored. The response is
 * used for the first attempt of the upload; a further one requests the file again.
 */
async function openUrlSource(item: ItemContext, service: Service): Promise<FileSource> {
	const { functions, parameter } = item;
	const url = requireHttpUrl(item, urlField.displayName, parameter(urlField.name));
	const settings = readDownloadSettings(item);
	// An expression or an AI agent may have filled in the URL. Only the user can enter Allowed Hosts.
	const trustedUrl = settings.allowedHosts?.length ? url : await readTrustedUrl(functions, service);
	const options = { ...settings, host: sourceHost, trustedUrl };
	let remote: RemoteBody = await openFile(functions, url, options);
	item.onEnd(() => remote.close());
	const { fileName, mimeType } = await describeRemote(remote, { url });
	const { size } = remote;
	if (size === undefined) throw unknownSizeError(item, fileName);
	checkMaxSize(functions, fileName, size, settings.maxSize);

	let isRead = false;
	const open = async () => {
		if (isRead) remote = await openFile(functions, url, options);
		isRead = true;
		const current = remote;
		const stream = streamFrom(current.read());
		return stream.once('close', () => current.close());
	};
	const readFailure = () => remote.failure?.error ?? stoppedError(item, settings.cancel);
	return { fileName, mimeType: mimeType ?? UNKNOWN_TYPE, size, open, readFailure };
}

/** The failure of a source whose reading the user has stopped; the host is not at fault. */
const stoppedError = ({ functions, itemIndex }: ItemContext, cancel?: AbortSignal) =>
	cancel?.aborted
		? new NodeOperationError(functions.getNode(), 'The execution was stopped', { itemIndex })
		: undefined;

/** Every service must know the size of a file before the upload starts. */
const unknownSizeError = ({ functions, itemIndex }: ItemContext, fileName: string) =>
	new NodeOperationError(
		functions.getNode(),
		`The source host does not report the size of “${fileName}”`,
		{
			itemIndex,
			description:
				'The size must be known before the upload starts. Download the file first, for example with the HTTP Request node, and set File Source to Workflow File.',
		},
	);
