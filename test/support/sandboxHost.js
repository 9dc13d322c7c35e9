const { spawn } = require('node:child_process');
const { mkdtempSync, rmSync } = require('node:fs');
const { tmpdir } = require('node:os');
const { join, resolve } = require('node:path');

const root = resolve(__dirname, '../..');

/**
 * A process in which sandboxes run, each with its own ports, secrets and data folder. It starts with the first sandbox and
 * ends with this process, because the channel between them closes.
 */
class SandboxHost {
	#child;
	#calls = new Map();
	#count = 0;
	#folders = new Set();

	async start() {
		const folder = mkdtempSync(join(tmpdir(), 'sandbox-'));
		this.#folders.add(folder);
		return { folder, info: await this.#call('start', folder) };
	}

	async stop(folder) {
		if (!this.#folders.delete(folder)) return;
		await this.#call('stop', folder);
		rmSync(folder, { recursive: true, force: true });
	}

	async stopAll() {
		for (const folder of this.#folders) await this.stop(folder);
	}

	async #call(call, folder) {
		const child = (this.#child ??= this.#spawn());
		const id = ++this.#count;
		// Keeps this process alive until the response.
		child.channel.ref();
		try {
			return await new Promise((resolve, reject) => {
				this.#calls.set(id, { resolve, reject });
				child.send({ id, call, folder });
			});
		} finally {
			if (this.#calls.size === 0) child.channel.unref();
		}
	}

	#spawn() {
		const program = join(root, 'test/support/sandboxes.mjs');
		const child = spawn(process.execPath, ['--import', 'tsx', program], {
			cwd: root,
			stdio: ['ignore', 'inherit', 'inherit', 'ipc'],
		});
		child.unref();
		child.on('message', ({ id, result, error }) => {
			const { resolve, reject } = this.#calls.get(id);
			this.#calls.delete(id);
			if (error) reject(new Error(error));
			else resolve(result);
		});
		child.once('exit', (code) => {
			this.#child = undefined;
			this.#folders.clear();
			for (const { reject } of this.#calls.values()) {
				reject(new Error(`The process of the sandboxes ended with ${code}`));
			}
			this.#calls.clear();
		});
		return child;
	}
}

module.exports = { SandboxHost };
