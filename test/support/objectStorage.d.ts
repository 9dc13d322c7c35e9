export class ObjectStorage {
	objects: Map<string, { bytes: Buffer; headers: Record<string, string> }>;
	/** Milliseconds that a PUT takes. */
	putTakes: number;
	/** Bytes after which the connection of a GET is closed. */
	cutAfter: number;
	/** Its address, with the port. */
	host: string;
	start(): Promise<void>;
	stop(): Promise<void>;
}

/** Has n8n's engine keep its files there. */
export function keepFilesIn(storage: ObjectStorage): void;
