import { type FileHandle, open } from 'node:fs/promises';

export interface ImageSize {
	/** Pixels. */
	height: number;
	width: number;
}

/** Reads the width and height of a PNG, GIF or JPEG; `undefined` for any other file. */
export async function imageSize(path: string): Promise<ImageSize | undefined> {
	const file = await open(path);
	try {
		const head = await bytesAt(file, 0, 24);
		const text = head.toString('latin1');
		if (
			head.length === 24 &&
			text.startsWith('\x89PNG\r\n\x1a\n') &&
			text.slice(12, 16) === 'IHDR'
		) {
			return { height: head.readUInt32BE(20), width: head.readUInt32BE(16) };
		}
		if (head.length >= 10 && /^GIF8[79]a/.test(text)) {
			return { height: head.readUInt16LE(8), width: head.readUInt16LE(6) };
		}
		return text.startsWith('\xff\xd8') ? await jpegSize(file) : undefined;
	} finally {
		await file.close();
	}
}

/**
 * A photo has a few dozen segments before its frame header; the limit protects against malicious files with millions.
 */
const MAX_SEGMENTS = 1000;

/** Skips the segments of a JPEG up to a frame header (ITU T.81, B.2.2: C0–CF except C4, C8, CC). */
async function jpegSize(file: FileHandle): Promise<ImageSize | undefined> {
	let position = 2;
	for (let segment = 0; segment < MAX_SEGMENTS; segment += 1) {
		const head = await bytesAt(file, position, 9);
		if (head.length < 9 || head[0] !== 0xff) return undefined;
		const marker = head[1];
		// A marker may be preceded by fill bytes.
		if (marker === 0xff) position += 1;
		else if (marker >= 0xc0 && marker <= 0xcf && ![0xc4, 0xc8, 0xcc].includes(marker)) {
			return { height: head.readUInt16BE(5), width: head.readUInt16BE(7) };
		} else position += 2 + head.readUInt16BE(2);
	}
	return undefined;
}

async function bytesAt(file: FileHandle, position: number, length: number): Promise<Buffer> {
	const { buffer, bytesRead } = await file.read(Buffer.alloc(length), 0, length, position);
	return buffer.subarray(0, bytesRead);
}
