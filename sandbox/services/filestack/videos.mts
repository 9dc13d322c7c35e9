import { randomUUID } from 'node:crypto';
import { join } from 'node:path';
import { JsonStore } from '../../core/jsonStore.mts';
import type { ServiceContext } from '../../core/service.mts';
import type { Parameters } from './processing/task.mts';
import { FilestackError } from './error.mts';
import type { Files } from './files.mts';
import { invalidParameter, textOf } from './processing/taskRules.mts';
import { storeOptions } from './storeOptions.mts';

/** A conversion of a video or an audio file. */
export interface VideoJob {
	/** The UUID. */
	id: string;
	createdAt: string;
	/** The request without its policy: the same request is not started again. */
	request: string;
	/** The handle of the source. */
	source: string;
	preset: string;
	/** The handle of the result. */
	result?: string;
}

/** Sandbox seconds until a conversion is pending and until it is complete; not documented. */
const PENDING_AFTER = 1;
const COMPLETE_AFTER = 5;

/** The type and extension of each preset (Filestack docs, Video). */
const PRESETS: Readonly<Record<string, readonly [mimetype: string, extension: string]>> = {
	...{ h264: ['video/mp4', 'mp4'], 'h264.hi': ['video/mp4', 'mp4'] },
	...{ webm: ['video/webm', 'webm'], 'webm.hi': ['video/webm', 'webm'] },
	...{ ogg: ['video/ogg', 'ogg'], 'ogg.hi': ['video/ogg', 'ogg'] },
	...{ mp3: ['audio/mpeg', 'mp3'], oga: ['audio/ogg', 'oga'] },
	...{ m4a: ['audio/mp4', 'm4a'], aac: ['audio/aac', 'aac'] },
};

/** Filestack docs, Video: started, pending, and completed after some seconds. A file named “…fail…” fails. */
export class Videos {
	readonly #jobs: JsonStore<VideoJob>;
	readonly #context: ServiceContext;
	readonly #files: Files;

	private constructor(jobs: JsonStore<VideoJob>, context: ServiceContext, files: Files) {
		this.#jobs = jobs;
		this.#context = context;
		this.#files = files;
	}

	static async open(context: ServiceContext, files: Files): Promise<Videos> {
		const jobs = await JsonStore.open<VideoJob>(join(context.folder, 'videos'));
		return new Videos(jobs, context, files);
	}

	all(): readonly VideoJob[] {
		return this.#jobs.all();
	}

	/** Starts a conversion, or returns the one that the same request has started. */
	async convert(source: string, parameters: Parameters): Promise<object> {
		const preset = textOf(parameters, 'preset');
		if (!Object.hasOwn(PRESETS, preset)) throw invalidParameter('video_convert', 'preset');
		const request = JSON.stringify([source, { ...parameters, force: undefined }]);
		const known = this.all().findLast((job) => job.request === request);
		if (known && textOf(parameters, 'force') !== 'true') return await this.#describe(known);
		const createdAt = this.#context.clock.now().toISOString();
		const job: VideoJob = { id: randomUUID(), createdAt, request, source, preset };
		await this.#jobs.put(job);
		return await this.#describe(job);
	}

	/** `video_convert/UUID`. */
	async status(uuid: string): Promise<object> {
		const job = this.#jobs.get(uuid);
		if (!job) throw new FilestackError(404, 'Job not found');
		return await this.#describe(job);
	}

	isJob(id: string): boolean {
		return this.#jobs.get(id) !== undefined;
	}

	async #describe(job: VideoJob): Promise<object> {
		const { clock } = this.#context;
		const seconds = (clock.now().getTime() - Date.parse(job.createdAt)) / 1000;
		const common = {
			uuid: job.id,
			timestamp: String(Math.floor(clock.now().getTime() / 1000)),
		};
		const metadata = { result: {}, source: {} };
		if (seconds < PENDING_AFTER) return { status: 'started', ...common, data: {}, metadata };
		const outcome = this.#context.settings.get('videoOutcome');
		if (seconds < COMPLETE_AFTER || outcome === 'stuck') {
			return { status: 'pending', ...common, data: {}, metadata };
		}
		const source = this.#files.get(job.source);
		if (!source || outcome === 'failed' || /fail/i.test(source.filename)) {
			return { status: 'failed', message: 'Conversion failed', ...common, data: {}, metadata };
		}
		if (outcome === 'withoutUrl') {
			return { status: 'completed', message: 'Done', ...common, data: {}, metadata };
		}
		const url = await this.#store(job);
		const thumbnails = ['thumb', 'thumb100x100', 'thumb200x200', 'thumb300x300'];
		return {
			...{ status: 'completed', message: 'Done', ...common },
			data: { url, ...Object.fromEntries(thumbnails.map((name) => [name, `${url}+${name}.png`])) },
			metadata: {
				result: { duration: 1000, width: 640, height: 360, mime_type: PRESETS[job.preset][0] },
				source: { file_size: source.size, mime_type: source.mimetype },
			},
		};
	}

	/** Stores a copy of the source as the result: the sandbox does not decode videos. */
	async #store(job: VideoJob): Promise<string> {
		const known = job.result === undefined ? undefined : this.#files.get(job.result);
		if (known) return this.#files.url(known);
		const source = this.#files.get(job.source)!;
		const [mimetype, extension] = PRESETS[job.preset];
		const filename = `${source.filename.replace(/\.\w+$/, '')}.${extension}`;
		const options = { ...storeOptions(), mimetype };
		const blob = await this.#context.blobs.join([source.blob]);
		const file = await this.#files.store(this.#files.place(options, filename), options, {
			blob,
			filename,
			mimetype,
		});
		await this.#jobs.put({ ...job, result: file.id });
		return this.#files.url(file);
	}
}
