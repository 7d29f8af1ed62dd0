package backup

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"io"
	"maps"
	"os"
	"slices"
	"strings"

	"filippo.io/age"

	"parley/messages/internal/outfile"
)

const (
	usageBackup  = "usage: messages backup [-to FILE] [-recipient age1…]… [-recipients FILE]"
	usageRestore = "usage: messages restore [-from FILE] [-identity FILE]"
)

// RunBackup does what the arguments of `messages backup` say. The backup goes
// to out without -to, and what was done is told on say. A file has its name
// only once it is whole.
func RunBackup(ctx context.Context, databaseURL string, args []string, out, say io.Writer) error {
	flags := newFlags("backup")
	to := flags.String("to", "", "")
	var recipients []age.Recipient
	flags.Func("recipient", "", func(key string) error {
		r, err := age.ParseRecipients(strings.NewReader(key))
		recipients = append(recipients, r...)
		return err
	})
	flags.Func("recipients", "", func(name string) error {
		r, err := readKeys(name, age.ParseRecipients)
		recipients = append(recipients, r...)
		return err
	})
	if err := flags.Parse(args); err != nil || flags.NArg() > 0 {
		return errors.Join(err, errors.New(usageBackup))
	}
	var s Summary
	err := outfile.Write(*to, out, func(w io.Writer) (err error) {
		s, err = Write(ctx, databaseURL, w, recipients...)
		return err
	})
	if err != nil {
		return err
	}
	fmt.Fprintf(say, "backed up schema %d: %s\n", s.Schema, s.rows())
	return nil
}

// RunRestore does what the arguments of `messages restore` say. The backup is
// read from in without -from.
func RunRestore(ctx context.Context, databaseURL string, args []string, in io.Reader, say io.Writer) (err error) {
	flags := newFlags("restore")
	from := flags.String("from", "", "")
	var identities []age.Identity
	flags.Func("identity", "", func(name string) error {
		i, err := readKeys(name, age.ParseIdentities)
		identities = append(identities, i...)
		return err
	})
	if err := flags.Parse(args); err != nil || flags.NArg() > 0 {
		return errors.Join(err, errors.New(usageRestore))
	}
	if *from != "" {
		file, err := os.Open(*from)
		if err != nil {
			return fmt.Errorf("open backup: %w", err)
		}
		defer file.Close()
		in = file
	}
	s, err := Restore(ctx, databaseURL, in, identities...)
	if err != nil {
		return err
	}
	fmt.Fprintf(say, "restored what there was at %s: %s\n", s.MadeAt.Format("2006-01-02 15:04:05 MST"), s.rows())
	fmt.Fprintln(say, "everybody signs in again; the index of the search is made in the background, or at once by `messages reindex`")
	return nil
}

func newFlags(name string) *flag.FlagSet {
	flags := flag.NewFlagSet(name, flag.ContinueOnError)
	flags.SetOutput(io.Discard)
	return flags
}

// readKeys reads a file of keys as age-keygen writes it.
func readKeys[K any](name string, parse func(io.Reader) ([]K, error)) ([]K, error) {
	file, err := os.Open(name)
	if err != nil {
		return nil, err
	}
	defer file.Close()
	return parse(file)
}

// rows tells how many rows each table has: "2 messages, 3 users".
func (s Summary) rows() string {
	var parts []string
	for _, name := range slices.Sorted(maps.Keys(s.Rows)) {
		parts = append(parts, fmt.Sprintf("%d %s", s.Rows[name], name))
	}
	return strings.Join(parts, ", ")
}
