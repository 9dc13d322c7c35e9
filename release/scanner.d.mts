export function findPackageRoot(sources: string, name: string): string | null;
export function scanPackage(folder: string): Promise<string | undefined>;
export function scanSources(folder: string): Promise<string | undefined>;
export function filesScannedIn(folder: string): Promise<string[]>;
