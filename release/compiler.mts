import { join } from 'node:path';

import ts from 'typescript';

/** The source files of libraries, which all packages share. */
const libraries = new Map<string, ts.SourceFile | undefined>();

/**
 * Compiles the sources of a package as `tsc` does in its folder.
 * @param isChecked whether types are checked; this does not change the output
 * @returns the compiled files by their path in the folder
 * @throws {Error} with TypeScript's messages if the sources do not compile
 */
export function compile(folder: string, isChecked: boolean): Map<string, Buffer> {
	const { options, fileNames } = configurationOf(folder);
	options.noCheck = !isChecked;
	const host = ts.createCompilerHost(options);
	const readSource = host.getSourceFile.bind(host);
	host.getSourceFile = (file, ...rest) => {
		if (!file.includes('/node_modules/')) return readSource(file, ...rest);
		if (!libraries.has(file)) libraries.set(file, readSource(file, ...rest));
		return libraries.get(file);
	};
	const outputs = new Map<string, Buffer>();
	host.writeFile = (file, text) => outputs.set(file.slice(folder.length + 1), Buffer.from(text));

	const program = ts.createProgram(fileNames, options, host);
	const messages = [...ts.getPreEmitDiagnostics(program), ...program.emit().diagnostics];
	if (messages.length > 0) throw new Error(ts.formatDiagnostics(messages, host));
	return outputs;
}

function configurationOf(folder: string): ts.ParsedCommandLine {
	const { config, error } = ts.readConfigFile(join(folder, 'tsconfig.json'), (file) =>
		ts.sys.readFile(file),
	) as { config: unknown; error?: ts.Diagnostic };
	const parsed = ts.parseJsonConfigFileContent(config, ts.sys, folder);
	const [message] = error ? [error] : parsed.errors;
	if (message) throw new Error(ts.flattenDiagnosticMessageText(message.messageText, '\n'));
	return parsed;
}
