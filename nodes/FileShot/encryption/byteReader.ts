/** Reads exact numbers of bytes from chunks of any size. */
export class ByteReader {
	private readonly source: AsyncIterator<Buffer>;
	private pending: Buffer[] = [];
	private size = 0;

	constructor(chunks: AsyncIterable<Buffer>) {
		this.source = chunks[Symbol.asyncIterator]();
	}

	/** Returns the next bytes without consuming them; fewer only at the end. */
	async peek(count: number): Promise<Buffer> {
		while (this.size < count) {
			const { done, value } = await this.source.next();
			if (done) break;
			this.pending.push(value);
			this.size += value.length;
		}
		if (this.pending.length > 1) this.pending = [Buffer.concat(this.pending, this.size)];
		return this.pending[0]?.subarray(0, count) ?? Buffer.alloc(0);
	}

	/** Returns and consumes the next bytes; fewer only at the end. */
	async take(count: number): Promise<Buffer> {
		const taken = await this.peek(count);
		const [bytes] = this.pending;
		this.size -= taken.length;
		this.pending = this.size > 0 ? [bytes.subarray(taken.length)] : [];
		return taken;
	}

	/** Yields everything that was not consumed. */
	async *rest(): AsyncGenerator<Buffer> {
		try {
			yield* this.pending;
			yield* { [Symbol.asyncIterator]: () => this.source };
		} finally {
			await this.close();
		}
	}

	/** Ends the source. */
	async close(): Promise<void> {
		await this.source.return?.();
	}
}
