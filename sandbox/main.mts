import './core/v8Flags.mts';
import { fstatSync } from 'node:fs';
import { parseArgs } from 'node:util';
import { SandboxError, messageOf } from './core/sandboxError.mts';
import type { Sandbox } from './server.mts';

const MAX_SPEED = 100_000;

interface Flags {
	port: number;
	data?: string;
	speed: number;
	json: boolean;
}

/**
 * Reads the command line.
 * @throws {SandboxError} naming an option with an invalid value
 */
function readFlags(): Flags {
	let values;
	try {
		values = parseArgs({
			options: {
				port: { type: 'string', default: '4010' },
				data: { type: 'string' },
				speed: { type: 'string', default: '1' },
				json: { type: 'boolean', default: false },
			},
		}).values;
	} catch (error) {
		throw new SandboxError(messageOf(error));
	}
	return {
		port: number(
			'--port',
			values.port,
			(port) => Number.isInteger(port) && port <= 65_000,
			'a port, 0 to 65000',
		),
		speed: number('--speed', values.speed, (speed) => speed <= MAX_SPEED, `0 to ${MAX_SPEED}`),
		data: values.data,
		json: values.json,
	};
}

function number(
	flag: string,
	text: string,
	isRight: (value: number) => boolean,
	wanted: string,
): number {
	const value = Number(text);
	if (text.trim() !== '' && value >= 0 && isRight(value)) return value;
	throw new SandboxError(`${flag} must be ${wanted}, not "${text}".`);
}

/** Formats the content of the portal's home page for a terminal. */
function readable({ info, clock }: Sandbox): string {
	const lines = [`Sandbox portal: ${info.portal}`];
	if (Math.abs(clock.offset) > 1000) {
		lines.push(
			`Its clock was advanced to ${clock.now().toISOString()} (see ${info.portal}/control)`,
		);
	}
	for (const { name, origins, credentials } of Object.values(info.services)) {
		lines.push('', name);
		for (const [id, url] of Object.entries(origins)) lines.push(`  ${id.padEnd(16)}${url}`);
		lines.push('  credentials:');
		for (const [id, value] of Object.entries(credentials))
			lines.push(`    ${id.padEnd(16)}${value}`);
	}
	return [...lines, '', 'Press Ctrl+C to stop.', ''].join('\n');
}

/**
 * Whether the descriptor is a pipe or socket. With /dev/null as standard input, its end does not mean that the parent
 * has exited.
 */
function isPipe(descriptor: number): boolean {
	const kind = fstatSync(descriptor);
	return kind.isFIFO() || kind.isSocket();
}

async function main(): Promise<void> {
	const { json, data, port, speed } = readFlags();
	// Loaded after the flags are read, because it takes a second and an invalid flag should be reported at once.
	const { startSandbox } = await import('./server.mts');
	const log = (line: string) => void process.stderr.write(`${line}\n`);
	const sandbox = await startSandbox({ port, dataDir: data, speed, log });
	let ending = false;
	const end = () => {
		if (ending) return;
		ending = true;
		void sandbox.close().finally(() => process.exit(0));
	};
	process.on('SIGINT', end).on('SIGTERM', end);
	// If the parent is killed, its end of the pipe closes, and the sandbox must not keep running.
	if (json && isPipe(0)) process.stdin.on('end', end).on('error', end).resume();
	process.stdout.write(json ? `${JSON.stringify(sandbox.info)}\n` : readable(sandbox));
}

main().catch((error: unknown) => {
	const isProblem = error instanceof SandboxError;
	process.stderr.write(
		`${isProblem ? error.message : `The sandbox could not start: ${messageOf(error)}`}\n`,
	);
	process.exitCode = 1;
});
