export function guard(dependencies: unknown[], value: () => unknown): unknown;
