package archive

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"io"
	"os"

	"parley/messages/internal/outfile"
)

// RunExport does what the arguments of `messages export` say. The export goes to
// out without -to, and what was done is told on say.
func RunExport(ctx context.Context, databaseURL string, args []string, out, say io.Writer) error {
	name, err := parse("usage: messages export [-to FILE]", "to", args)
	if err != nil {
		return err
	}
	var n int64
	err = outfile.Write(name, out, func(w io.Writer) (err error) {
		n, err = Export(ctx, databaseURL, w)
		return err
	})
	if err == nil {
		fmt.Fprintf(say, "exported %d lines\n", n)
	}
	return err
}

// RunImport does what the arguments of `messages import` say. The export is read
// from in without -from.
func RunImport(ctx context.Context, databaseURL string, args []string, in io.Reader, say io.Writer) error {
	name, err := parse("usage: messages import [-from FILE]", "from", args)
	if err != nil {
		return err
	}
	if name != "" {
		file, err := os.Open(name)
		if err != nil {
			return fmt.Errorf("open export: %w", err)
		}
		defer file.Close()
		in = file
	}
	n, err := Import(ctx, databaseURL, in)
	if err == nil {
		fmt.Fprintf(say, "imported %d lines\n", n)
	}
	return err
}

// parse reads the one flag that there is.
func parse(usage, flagName string, args []string) (value string, err error) {
	flags := flag.NewFlagSet("", flag.ContinueOnError)
	flags.SetOutput(io.Discard)
	flags.StringVar(&value, flagName, "", "")
	if err := flags.Parse(args); err != nil || flags.NArg() > 0 {
		return "", errors.Join(err, errors.New(usage))
	}
	return value, nil
}
