/** Bytes of the end record of a ZIP file, with the longest comment behind it and the records of ZIP64 before it. */
export const END_OF_ZIP = 22 + 65_535 + 20 + 56;

const END_RECORD = 0x06054b50;
const ZIP64_LOCATOR = 0x07064b50;
/** What the end record has in place of a number that only the record of ZIP64 can hold. */
const IN_ZIP64 = 0xffffffff;

/**
 * Whether a ZIP file ends as it has to: with an end record that points at the list of files right before it (APPNOTE.TXT,
 * 4.3.16). SpeedyFiles streams the file without its length, so one that was cut off could not be told from a whole one.
 * @param tail the last {@link END_OF_ZIP} bytes, or all if there are fewer
 * @param size bytes of the whole file
 */
export function hasEndOfZip(tail: Buffer, size: number): boolean {
	for (let at = tail.length - 22; at >= 0; at--) {
		if (tail.readUInt32LE(at) !== END_RECORD) continue;
		if (at + 22 + tail.readUInt16LE(at + 20) !== tail.length) continue;
		const [length, offset] = [tail.readUInt32LE(at + 12), tail.readUInt32LE(at + 16)];
		if (length === IN_ZIP64 || offset === IN_ZIP64) {
			return at >= 20 && tail.readUInt32LE(at - 20) === ZIP64_LOCATOR;
		}
		const position = size - tail.length + at;
		// The records of ZIP64 may stand between the two although they are not needed.
		const gap = position - (offset + length);
		return gap === 0 || gap === 76;
	}
	return false;
}
