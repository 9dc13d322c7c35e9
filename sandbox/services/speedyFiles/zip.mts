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
		const name = entryName(file.name, taken);
		zip.addReadStreamLazy(name, { compress: false, forceZip64Format: true }, (done) => {
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

/** Numbers files with the same name. */
function entryName(name: string, taken: Set<string>): string {
	const plain = inZip(name);
	const dot = plain.lastIndexOf('.');
	const [base, end] = dot < 0 ? [plain, ''] : [plain.slice(0, dot), plain.slice(dot)];
	let entry = plain;
	for (let count = 2; taken.has(entry); count += 1) entry = `${base} (${count})${end}`;
	taken.add(entry);
	return entry;
}

/** The real service writes any name into the ZIP; this library rejects names that point outside of it. */
function inZip(name: string): string {
	const leadsOut = /^(?:[\\/]|[A-Za-z]:)|(?:^|[\\/])\.\.(?:[\\/]|$)/.test(name);
	return leadsOut ? sanitized(name) : name;
}
