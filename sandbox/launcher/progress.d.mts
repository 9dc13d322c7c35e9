/** Prints a line. Not by console.log: a test runner would print it with a stack. */
export function say(line: string): void;
