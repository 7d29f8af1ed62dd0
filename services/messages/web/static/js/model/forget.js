const prefix = "parley:";

/** Throws away all that this browser keeps of whoever was signed in. One that keeps nothing has nothing to be thrown away. */
export async function forgetEverybody({ storages = [() => localStorage, () => sessionStorage], databases = globalThis.indexedDB } = {}) {
  for (const storage of storages) {
    try {
      forget(storage());
    } catch {
      // It is forbidden even to look.
    }
  }
  try {
    const all = (await databases?.databases?.()) ?? [];
    for (const { name = "" } of all) if (name.startsWith(prefix)) databases.deleteDatabase(name);
  } catch {
    // As above.
  }
}

function forget(storage) {
  const keys = Array.from({ length: storage.length }, (_, i) => storage.key(i));
  for (const key of keys) if (key.startsWith(prefix)) storage.removeItem(key);
}
