package main

import (
	"archive/zip"
	"context"
	"errors"
	"flag"
	"fmt"
	"io"
	"os"
	"path"
	"strings"

	"parley/messages/internal/intake"
	"parley/messages/internal/mattermost"
	"parley/messages/internal/slack"
)

// importSlack takes in a zip that a workspace of Slack has exported.
func importSlack(ctx context.Context, databaseURL string, args []string, out io.Writer) error {
	name, same, err := parseIntake("import-slack FILE.zip", args)
	if err != nil {
		return err
	}
	files, err := zip.OpenReader(name)
	if err != nil {
		return fmt.Errorf("open export of Slack: %w", err)
	}
	defer files.Close()
	return takeIn(ctx, databaseURL, slack.From, same, out, func(in *intake.Intake) error {
		return slack.Import(ctx, in, &files.Reader)
	})
}

// importMattermost takes in a bulk export of Mattermost: JSON Lines, or the zip
// that has them.
func importMattermost(ctx context.Context, databaseURL string, args []string, out io.Writer) error {
	name, same, err := parseIntake("import-mattermost FILE.jsonl|FILE.zip", args)
	if err != nil {
		return err
	}
	lines, err := openLines(name)
	if err != nil {
		return fmt.Errorf("open export of Mattermost: %w", err)
	}
	defer lines.Close()
	return takeIn(ctx, databaseURL, mattermost.From, same, out, func(in *intake.Intake) error {
		return mattermost.Import(ctx, in, databaseURL, lines)
	})
}

// parseIntake returns the file that the arguments name, and who people are.
func parseIntake(usage string, args []string) (name string, same intake.Namesakes, err error) {
	flags := flag.NewFlagSet("", flag.ContinueOnError)
	flags.SetOutput(io.Discard)
	flags.StringVar((*string)(&same), "namesakes", "", "")
	err = flags.Parse(args)
	if err != nil || flags.NArg() != 1 || same != intake.Unknown && same != intake.Same && same != intake.Others {
		return "", "", errors.Join(err, errors.New("usage: messages "+strings.Replace(usage, " ", " [-namesakes same|others] ", 1)))
	}
	return flags.Arg(0), same, nil
}

// takeIn takes in what comes from a chat, and tells what was done, also if it
// failed on the way.
func takeIn(ctx context.Context, databaseURL, from string, same intake.Namesakes, out io.Writer, take func(*intake.Intake) error) error {
	in, err := intake.Open(ctx, databaseURL, from, same)
	if err != nil {
		return err
	}
	err = errors.Join(take(in), in.Close(context.WithoutCancel(ctx)))
	for _, line := range in.Report.Lines() {
		fmt.Fprintln(out, line)
	}
	return err
}

// openLines opens a file of JSON Lines, or the first one in a zip.
func openLines(name string) (io.ReadCloser, error) {
	if path.Ext(name) != ".zip" {
		return os.Open(name)
	}
	files, err := zip.OpenReader(name)
	if err != nil {
		return nil, err
	}
	for _, f := range files.File {
		if path.Ext(f.Name) != ".jsonl" {
			continue
		}
		in, err := intake.Inflate(f)
		if err != nil {
			return nil, errors.Join(err, files.Close())
		}
		return struct {
			io.Reader
			io.Closer
		}{in, files}, nil
	}
	return nil, errors.Join(errors.New("the zip has no file of JSON Lines"), files.Close())
}
