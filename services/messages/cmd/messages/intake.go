package main

import (
	"archive/zip"
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"path"

	"parley/messages/internal/intake"
	"parley/messages/internal/mattermost"
	"parley/messages/internal/slack"
)

// importSlack takes in a zip that a workspace of Slack has exported.
func importSlack(ctx context.Context, databaseURL string, args []string, out io.Writer) error {
	if len(args) != 1 {
		return errors.New("usage: messages import-slack FILE.zip")
	}
	files, err := zip.OpenReader(args[0])
	if err != nil {
		return fmt.Errorf("open export of Slack: %w", err)
	}
	defer files.Close()
	return takeIn(ctx, databaseURL, slack.From, out, func(in *intake.Intake) error {
		return slack.Import(ctx, in, &files.Reader)
	})
}

// importMattermost takes in a bulk export of Mattermost: JSON Lines, or the zip
// that has them.
func importMattermost(ctx context.Context, databaseURL string, args []string, out io.Writer) error {
	if len(args) != 1 {
		return errors.New("usage: messages import-mattermost FILE.jsonl|FILE.zip")
	}
	lines, err := openLines(args[0])
	if err != nil {
		return fmt.Errorf("open export of Mattermost: %w", err)
	}
	defer lines.Close()
	return takeIn(ctx, databaseURL, mattermost.From, out, func(in *intake.Intake) error {
		return mattermost.Import(ctx, in, databaseURL, lines)
	})
}

// takeIn takes in what comes from a chat, and tells what was done, also if it
// failed on the way.
func takeIn(ctx context.Context, databaseURL, from string, out io.Writer, take func(*intake.Intake) error) error {
	in, err := intake.Open(ctx, databaseURL, from)
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
		in, err := f.Open()
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
