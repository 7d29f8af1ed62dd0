package history

// kept checks that the bodies which are kept for owners are those that were
// replaced: each with the position of the last version that said so.
func (c *checker) kept() {
	if c.Kept == nil {
		return
	}
	kept := make(map[Body]bool, len(c.Kept))
	for _, body := range c.Kept {
		kept[body] = true
	}
	for _, one := range c.lived {
		for i, row := range one.versions[:max(len(one.versions)-1, 0)] {
			body := Body{row.Log, row.ID, row.Revision, row.Body}
			replaced := row.Body != one.versions[i+1].Body // if not, it may have been, and come back at once
			if replaced && !kept[body] {
				c.report(c.about(row, Lost, "what position %d of %s said up to revision %d is not kept", row.ID, row.Log, row.Revision))
			}
			delete(kept, body)
		}
	}
	for _, body := range c.Kept {
		if _, room := c.ledgers[body.Room]; room && kept[body] {
			c.report(violation(Phantom, 0, "position %d of %s is said to have been %.60q up to revision %d", body.ID, body.Room, body.Body, body.Revision))
		}
	}
}
