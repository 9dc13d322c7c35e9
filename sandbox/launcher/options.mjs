// The whole module, not a named import: a Node.js too old for parseArgs must reach the sentence that says so.
import util from 'node:util';
import { Problem } from '../system/userError.mjs';

function portFrom(flag, text) {
	if (text === undefined) return undefined;
	const port = Number(text);
	if (/^\d+$/.test(text) && port > 0 && port < 65_500) return port;
	throw new Problem(`${flag} takes a port between 1 and 65499, not "${text}".`);
}

/**
 * @typedef {object} LauncherOptions
 * @property {boolean} once Exit after the demo; the exit code reports its result.
 * @property {number} [port] n8n's port; by default 5678, or a free one.
 * @property {number} [sandboxPort] First port of the sandbox; by default 4010, or free ones.
 */

/**
 * Reads the command line of `npm start`.
 * @param {string[]} args
 * @returns {LauncherOptions}
 * @throws {Problem} that names what it does not understand
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
		const port = portFrom('--port', values.port);
		const sandboxPort = portFrom('--sandbox-port', values['sandbox-port']);
		return {
			once: values.once,
			...(port === undefined ? {} : { port }),
			...(sandboxPort === undefined ? {} : { sandboxPort }),
		};
	} catch (error) {
		if (error instanceof Problem || !(error instanceof Error)) throw error;
		throw new Problem(
			`${error.message.split('. ')[0]}. There are --once, --port and --sandbox-port.`,
		);
	}
}
