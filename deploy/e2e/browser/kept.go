package browser

import (
	"errors"
	"fmt"
)

// Kept is what a browser keeps of a person in its database: the rows of each
// store, as the browser writes them as JSON.
type Kept map[string][]string

// Counts returns how many rows each store has; of empty ones nothing.
func (k Kept) Counts() map[string]int {
	counts := make(map[string]int)
	for store, rows := range k {
		if len(rows) > 0 {
			counts[store] = len(rows)
		}
	}
	return counts
}

// Kept returns what the browser keeps of username.
func (p *Page) Kept(username string) (kept Kept, err error) {
	const look = `(() => {
		delete globalThis.kept;
		const name = %q;
		indexedDB.databases().then((all) => {
			if (!all.some((db) => db.name === name)) { globalThis.kept = {}; return; }
			indexedDB.open(name).onsuccess = ({ target: { result: db } }) => {
				const rows = {};
				const look = db.transaction([...db.objectStoreNames]);
				for (const store of db.objectStoreNames) look.objectStore(store).getAll().onsuccess = (e) => { rows[store] = e.target.result.map((row) => JSON.stringify(row)); };
				look.oncomplete = () => { db.close(); globalThis.kept = rows; };
			};
		});
	})()`
	err = errors.Join(
		p.Evaluate(fmt.Sprintf(look, "parley:"+username), nil),
		p.Await("what is kept", `globalThis.kept`),
		p.Evaluate(`globalThis.kept`, &kept))
	return kept, err
}

// Stored returns how many things the storage of the tab's origin holds.
func (p *Page) Stored() (n int, err error) {
	err = p.Evaluate(`localStorage.length`, &n)
	return n, err
}
