import type { Blob } from '../../core/blobs.mts';
import type { ReceivedFile, StorageLocation, StoredFile } from './files.mts';
import type { Instance } from './instance.mts';
import type { Permission } from './policy.mts';
import { openSource, unreachable } from './remoteSource.mts';
import type { StoreOptions } from './storeOptions.mts';

/** Downloads an external source to disk, if the policy allows it. */
export async function fetchSource(
	url: string,
	permission: Permission,
	{ context }: Instance,
	headers?: Readonly<Record<string, string>>,
): Promise<ReceivedFile> {
	permission.source(url);
	const { stream, ...named } = await openSource(url, headers);
	try {
		return { ...named, blob: await context.blobs.write(stream), sourceUrl: url };
	} catch (error) {
		throw stream.errored ? unreachable() : error;
	}
}

/** Runs `keep` and removes the received bytes if it throws. */
export async function removeOnFailure<T>(
	{ context }: Instance,
	blob: Blob,
	keep: () => Promise<T>,
): Promise<T> {
	try {
		return await keep();
	} catch (error) {
		await context.blobs.remove([blob.id]);
		throw error;
	}
}

/** Stores received bytes as a new file, if the policy allows it, and sends the webhooks. */
export async function storeFile(
	instance: Instance,
	options: StoreOptions,
	permission: Permission,
	arrived: ReceivedFile,
	chosen?: StorageLocation,
): Promise<StoredFile> {
	const { files } = instance;
	const file = await removeOnFailure(instance, arrived.blob, async () => {
		const place = chosen ?? files.place(options, arrived.filename);
		permission.size(arrived.blob.size);
		permission.place(place.key, options.container);
		return await files.store(place, options, arrived);
	});
	await sendUploadEvent(instance, file);
	return file;
}

/** Filestack docs, Webhooks, fp.upload. The older form (the SDK's test vector) nests the file's metadata. */
async function sendUploadEvent(
	{ webhooks, files, context }: Instance,
	file: StoredFile,
): Promise<void> {
	const { filename, mimetype: type, size, container, key } = file;
	const url = files.url(file);
	const text =
		context.settings.get('uploadEvent') === 'nested'
			? { url, client: 'Computer', data: { filename, type, size } }
			: { container, url, filename, client: 'Computer', key, type, status: 'Stored', size };
	await webhooks.send('fp.upload', file.id, text);
}
