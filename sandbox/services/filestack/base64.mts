import { Transform } from 'node:stream';
import { FilestackError } from './error.mts';

/** Decodes a base64 stream (`base64decode=true`). Ignores line breaks and rejects all other characters. */
export function base64Decoder(): Transform {
	let rest = '';
	let ended = false;
	return new Transform({
		transform(chunk: Buffer, _encoding, done) {
			const text = rest + chunk.toString('latin1').replace(/\s+/g, '');
			const whole = text.length - (text.length % 4);
			rest = text.slice(whole);
			const block = text.slice(0, whole);
			if (!/^[A-Za-z0-9+/_-]*={0,2}$/.test(block) || (ended && block !== '')) {
				return done(new FilestackError(400, 'The data is not base64 encoded'));
			}
			ended ||= block.endsWith('=');
			done(null, Buffer.from(block, 'base64'));
		},
		flush(done) {
			if (rest === '' || (!ended && /^[A-Za-z0-9+/_-]{2,3}$/.test(rest))) {
				return done(null, Buffer.from(rest, 'base64'));
			}
			done(new FilestackError(400, 'The data is not base64 encoded'));
		},
	});
}
