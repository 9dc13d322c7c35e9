// The namespace, not a named import: Node.js versions without parseArgs must get as far as the version check.
import util from 'node:util';
import { UserError } from '../system/userError.mjs';

/**
 * @param {string} flag
 * @param {string | undefined} text
 */
function readPort(flag, text) {
	if (text === undefined) return undefined;
	const port = Number(text);
	if (/^\d+$/.test(text) && port > 0 && port < 65_500) return port;
	throw new UserError(`${flag} must be a port between 1 and 65499, not "${text}".`);
}

/**
 * @typedef {object} LauncherOptions
 * @property {boolean} once Exit after the demo; the exit code reports its result.
 * @property {number} [port] n8n's port; by default 5678, or a free one.
 * @property {number} [sandboxPort] The sandbox's first port; by default 4010, or free ones.
 */

/**
 * Reads the command line of `npm start`.
 * @param {string[]} args
 * @returns {LauncherOptions}
 * @throws {UserError} naming an unknown option or an invalid value
 */
export function readOptions(args) {
	try {
		const { values } = util.parseArgs({
			args,
			options: {
				once: { type: 'boolean', default: false },
				port: { type: 'string' },
				'sandbox-port': { type: 'string' },
			},
		});
		const port = readPort('--port', values.port);
		const sandboxPort = readPort('--sandbox-port', values['sandbox-port']);
		return {
			once: values.once,
			...(port === undefined ? {} : { port }),
			...(sandboxPort === undefined ? {} : { sandboxPort }),
		};
	} catch (error) {
		if (error instanceof UserError || !(error instanceof Error)) throw error;
		throw new UserError(
			`${error.message.split('. ')[0]}. The options are --once, --port and --sandbox-port.`,
		);
	}
}
