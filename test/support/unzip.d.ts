/** Returns the entries of a ZIP archive in order: name and content. */
export function unzip(bytes: Buffer): Promise<Array<[name: string, content: Buffer]>>;

/** The same, for contents that are texts. */
export function unzipTexts(bytes: Buffer): Promise<Array<[name: string, content: string]>>;
