package backing

import (
	"errors"
	"fmt"
	"strings"
)

// Reads name streaming replicas of Postgres that reads may be sent to, by their
// URLs, separated by commas or white space: in the environment, or in a file
// where they have passwords.
type Reads struct {
	List string `env:"DATABASE_READ_URLS"`
	File string `env:"DATABASE_READ_URLS_FILE,file"`
}

// URLs returns the replicas' URLs, with the password of the database in them: a
// replica knows the same roles. Errors tell no password.
func (r Reads) URLs(p Passwords) (urls []string, err error) {
	// A URL may name several hosts by commas.
	for _, url := range strings.Fields(strings.ReplaceAll(r.List+" "+r.File, ",postgres", " postgres")) {
		if url = strings.Trim(url, ","); url != "" {
			urls = append(urls, url)
		}
	}
	var faults []error
	for i := range urls {
		faults = append(faults, putPassword(&urls[i], p.Database, "DATABASE_READ_URLS"))
		if err := CheckURL(urls[i]); err != nil {
			faults = append(faults, fmt.Errorf("DATABASE_READ_URLS: %w", err))
		}
	}
	return urls, errors.Join(faults...)
}
