/* What the page uses of idb. */
export type Database = any;
export function openDB(name: string, version: number, callbacks: {
  upgrade(db: Database): void;
  blocking(current: number, blocked: number | null, event: any): void;
}): Promise<Database>;
export function deleteDB(name: string): Promise<void>;
