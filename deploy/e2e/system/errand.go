package system

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"time"
)

// runPod runs a command in a pod like that of the migrations, to its end, and
// returns what it put out.
func (k *kubernetes) runPod(ctx context.Context, name string, input []byte, args []string) (out []byte, err error) {
	spec, err := k.migrations(ctx)
	if err != nil {
		return nil, err
	}
	container, ok := spec["containers"].([]any)[0].(object)
	if !ok {
		return nil, errors.New("the job of the migrations has no container")
	}
	container["args"], container["stdin"], container["stdinOnce"] = args, len(input) > 0, len(input) > 0
	labels := object{"app.kubernetes.io/part-of": "parley", "app.kubernetes.io/name": "migrate"} // what they may reach
	one := object{"apiVersion": "v1", "kind": "Pod", "metadata": object{"name": name, "labels": labels}, "spec": spec}
	if err := k.create(ctx, one); err != nil {
		return nil, err
	}
	defer func() {
		_, deleteErr := k.Kubectl(context.WithoutCancel(ctx), "delete", "pod", name, "--grace-period=1")
		err = errors.Join(err, deleteErr)
	}()
	if err := k.feed(ctx, name, input); err != nil {
		return nil, err
	}
	err = await(ctx, name+" has ended", func() error {
		p, err := k.named(ctx, name)
		if err == nil && p.Status.Phase != "Succeeded" && p.Status.Phase != "Failed" {
			err = errors.New("it runs")
		}
		return err
	})
	if err != nil {
		return nil, err
	}
	p, err := k.named(ctx, name)
	if err != nil {
		return nil, err
	}
	out, said, err := k.output(p)
	if err == nil && p.Status.Phase != "Succeeded" {
		err = fmt.Errorf("%s: %s", strings.Join(args, " "), said)
	}
	return out, err
}

// feed gives a pod its input once it runs.
func (k *kubernetes) feed(ctx context.Context, name string, input []byte) error {
	if len(input) == 0 {
		return nil
	}
	err := await(ctx, name+" runs", func() error {
		p, err := k.named(ctx, name)
		if err == nil && !p.runs() {
			err = errors.New("it does not")
		}
		return err
	})
	if err != nil {
		return err
	}
	attached, cancel := context.WithTimeout(ctx, time.Minute)
	defer cancel()
	_, err = run(k.kubectl(attached, "attach", name, "--stdin", "--quiet"), bytes.NewReader(input))
	return err
}

// migrations returns what the pods of the migrations' job are.
func (k *kubernetes) migrations(ctx context.Context) (object, error) {
	out, err := k.Kubectl(ctx, "get", "job", "migrate", "--output", "json")
	if err != nil {
		return nil, err
	}
	var job struct {
		Spec struct{ Template struct{ Spec object } }
	}
	if err := json.Unmarshal([]byte(out), &job); err != nil {
		return nil, fmt.Errorf("read job of the migrations: %w", err)
	}
	return job.Spec.Template.Spec, nil
}

// output returns what a pod's container has put out, and what it said besides.
// kubectl logs does not tell one from the other, and what came before somebody
// attaches kubectl attach does not tell; the node's own file does.
func (k *kubernetes) output(p *pod) (out, said []byte, err error) {
	files, err := filepath.Glob(filepath.Join(k.state(), p.Spec.NodeName, "var/log/pods",
		strings.Join([]string{k.namespace, p.Metadata.Name, p.Metadata.UID}, "_"), "*/0.log"))
	if err != nil || len(files) != 1 {
		return nil, nil, fmt.Errorf("%s has %d logs: %w", p.Metadata.Name, len(files), err)
	}
	text, err := os.ReadFile(files[0])
	if err != nil {
		return nil, nil, fmt.Errorf("read log: %w", err)
	}
	out, said = parseLog(text)
	return out, said, nil
}

// parseLog reads a log as container runtimes write them: a line of
// "TIME stdout|stderr F|P TEXT", P for a line that goes on or ends without a newline.
func parseLog(text []byte) (out, said []byte) {
	for line := range bytes.Lines(text) {
		fields := bytes.SplitN(bytes.TrimSuffix(line, []byte("\n")), []byte(" "), 4)
		if len(fields) != 4 {
			continue
		}
		rest := fields[3]
		if string(fields[2]) == "F" {
			rest = append(bytes.Clone(rest), '\n')
		}
		if string(fields[1]) == "stdout" {
			out = append(out, rest...)
		} else {
			said = append(said, rest...)
		}
	}
	return out, said
}
