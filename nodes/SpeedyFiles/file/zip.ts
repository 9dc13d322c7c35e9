/** The largest size in bytes of the end of a ZIP file: ZIP64 records, end record and the longest comment. */
export const MAX_ZIP_END_BYTES = 22 + 65_535 + 20 + 56;

const END_RECORD = 0x06054b50;
const ZIP64_LOCATOR = 0x07064b50;
const ZIP64_RECORD = 0x06064b50;

/**
 * Whether a ZIP file ends with an end record that points to the central directory directly before it (APPNOTE.TXT,
 * 4.3.16). SpeedyFiles streams ZIP files without a Content-Length, so nothing else reveals a truncated download.
 * @param tail the last {@link MAX_ZIP_END_BYTES} bytes, or the whole file if it is shorter
 * @param size the size of the whole file in bytes
 */
export function hasEndOfZip(tail: Buffer, size: number): boolean {
	const start = size - tail.length;
	for (let at = tail.length - 22; at >= 0; at--) {
		if (tail.readUInt32LE(at) !== END_RECORD) continue;
		if (at + 22 + tail.readUInt16LE(at + 20) !== tail.length) continue;
		// A comment may look like an end record, so continue searching before it.
		if (endsList(tail, at, start) || endsListOfZip64(tail, at, start)) return true;
	}
	return false;
}

function endsList(tail: Buffer, at: number, start: number): boolean {
	const [length, offset] = [tail.readUInt32LE(at + 12), tail.readUInt32LE(at + 16)];
	return offset + length === start + at;
}

/**
 * Numbers too large for the end record are in a ZIP64 end record (4.3.14). The locator before the end record points to
 * it.
 */
function endsListOfZip64(tail: Buffer, at: number, start: number): boolean {
	const locator = at - 20;
	if (locator < 0 || tail.readUInt32LE(locator) !== ZIP64_LOCATOR) return false;
	const position = Number(tail.readBigUInt64LE(locator + 8));
	const record = position - start;
	if (record < 0 || record + 56 > locator || tail.readUInt32LE(record) !== ZIP64_RECORD) {
		return false;
	}
	const [length, offset] = [record + 40, record + 48].map((place) =>
		Number(tail.readBigUInt64LE(place)),
	);
	return offset + length === position;
}
