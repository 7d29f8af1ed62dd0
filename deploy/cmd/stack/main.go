// Stack runs all of Parley on this machine until it is told to stop: what
// `make up` does once everything is installed and built.
package main

import (
	"context"
	"flag"
	"fmt"
	"os"
	"os/signal"
	"syscall"

	"parley/deploy/stack"
)

func main() {
	cfg := stack.Config{Env: os.Environ(), Log: os.Stdout, Color: isTerminal(os.Stdout)}
	flag.StringVar(&cfg.Dir, "dir", ".local", "`folder` of the stack's files")
	flag.StringVar(&cfg.Bin, "bin", "bin", "`folder` of the services' programs")
	flag.StringVar(&cfg.NginxConf, "nginx", "nginx.conf", "the gateway's configuration `file`")
	flag.IntVar(&cfg.Port, "port", 8080, "`port` of the gateway, on loopback")
	flag.IntVar(&cfg.Messages, "messages", 1, "`replicas` of the messages service")
	flag.IntVar(&cfg.Streams, "streams", 2, "`replicas` of the stream service")
	flag.Parse()

	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM, syscall.SIGHUP)
	defer stop()
	if err := run(ctx, cfg); err != nil {
		fmt.Fprintln(os.Stderr, "parley:", err)
		os.Exit(1)
	}
}

func run(ctx context.Context, cfg stack.Config) error {
	running, err := stack.Start(ctx, cfg)
	if ctx.Err() != nil && running == nil {
		return nil // told to stop while starting
	}
	if err != nil {
		return err
	}
	fmt.Printf("\nParley is ready: http://localhost:%d\n\n", cfg.Port)
	<-ctx.Done()
	fmt.Println("\nParley is stopping.")
	return running.Stop()
}

func isTerminal(f *os.File) bool {
	info, err := f.Stat()
	return err == nil && info.Mode()&os.ModeCharDevice != 0 && os.Getenv("NO_COLOR") == ""
}
