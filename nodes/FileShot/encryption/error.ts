/** A container cannot be read or written, or a key cannot be used. Both texts are for the user and contain no secret. */
export class EncryptionError extends Error {
	constructor(
		message: string,
		/** What the user can do about it. */
		readonly advice: string,
	) {
		super(message);
	}
}
