import type { Readable } from 'node:stream';
import { ZipFile } from 'yazl';
import type { Blobs } from '../../core/blobs.mts';
import { sanitized } from './download.mts';
import type { PackageFile } from './packages.mts';

/** The ZIP is named after the package (SpeedyFiles source, app/routes/public.py). */
export function zipName(title: string): string {
	return `${sanitized(title || 'package')}.zip`;
}

/** Streams all files as one uncompressed ZIP64 archive. */
export function streamZip(files: readonly PackageFile[], blobs: Blobs): Readable {
	const zip = new ZipFile();
	const output = zip.outputStream as Readable;
	const taken = new Set<string>();
	let reading: Readable | undefined;
	for (const file of files) {
		nameNextEntry(zip, entryName(file.name, taken));
		zip.addReadStreamLazy('file', { compress: false, forceZip64Format: true }, (done) => {
			reading = blobs.read(file.blob);
			done(null, reading);
		});
	}
	zip.on('error', (error: Error) => output.destroy(error));
	// Close the file if the client disconnects.
	output.on('close', () => reading?.destroy());
	zip.end();
	return output;
}

/** Numbers files with the same name (SpeedyFiles source, app/routes/public.py): the number precedes the last period. */
function entryName(name: string, taken: Set<string>): string {
	const dot = name.lastIndexOf('.');
	const [base, extension] = [name.slice(0, Math.max(dot, 0)), name.slice(dot + 1)];
	let entry = name;
	for (let count = 2; taken.has(entry); count += 1) {
		entry = extension ? `${base} (${count}).${extension}` : `${name} (${count})`;
	}
	taken.add(entry);
	return entry;
}

/**
 * Makes an archive write the next entry with any name, also with one that points outside of it, as the real service does;
 * the library rejects such names.
 */
function nameNextEntry(zip: ZipFile, name: string): void {
	const { entries } = zip as unknown as { entries: { utf8FileName: Buffer }[] };
	entries.push = (entry) => {
		entry.utf8FileName = Buffer.from(name);
		return Array.prototype.push.call(entries, entry);
	};
}
