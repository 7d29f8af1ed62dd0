package manifest

import (
	"go/ast"
	"go/parser"
	"go/token"
	"maps"
	"path/filepath"
	"reflect"
	"strconv"
	"strings"
	"testing"
)

// variables returns the names that the `env` tags of a file have.
func variables(t *testing.T, path string) map[string]bool {
	t.Helper()
	file, err := parser.ParseFile(token.NewFileSet(), filepath.Join(repository, path), nil, 0)
	if err != nil {
		t.Fatal(err)
	}
	names := map[string]bool{}
	ast.Inspect(file, func(n ast.Node) bool {
		field, ok := n.(*ast.Field)
		if !ok || field.Tag == nil {
			return true
		}
		tag, err := strconv.Unquote(field.Tag.Value)
		if err != nil {
			t.Fatal(err)
		}
		if name, _, _ := strings.Cut(reflect.StructTag(tag).Get("env"), ","); name != "" {
			names[name] = true
		}
		return true
	})
	return names
}

// known returns the variables that each asks for.
func known(t *testing.T) map[string]map[string]bool {
	t.Helper()
	passwords := variables(t, "services/core/backing/password.go")
	all := map[string]map[string]bool{
		"messages": variables(t, "services/messages/internal/app/config.go"),
		"stream":   variables(t, "services/stream/internal/app/config.go"),
	}
	for _, names := range all {
		maps.Copy(names, passwords)
		if !names["DATABASE_URL"] || !names["REDIS_PASSWORD_FILE"] {
			t.Fatalf("the services' variables are not found: %v", names)
		}
		names["GOMEMLIMIT"] = true // Go's own
	}
	all["migrate"] = all["messages"]
	return all
}

// environment returns what a pod is told.
func environment(pod Pod, s *Set) map[string]string {
	has := map[string]string{}
	for _, from := range pod.Container().EnvFrom {
		maps.Copy(has, s.ConfigMaps[from.ConfigMapRef.Name].Data)
	}
	for _, variable := range pod.Container().Env {
		has[variable.Name] = variable.Value
	}
	return has
}

// Services are told only what they ask for.
func TestEnvironmentIsKnown(t *testing.T) {
	known := known(t)
	each(t, func(t *testing.T, _ Variant, s *Set) {
		for name := range s.ConfigMaps["parley"].Data {
			if !known["messages"][name] && !known["stream"][name] {
				t.Errorf("no service knows %s", name)
			}
		}
	})
	eachPod(t, func(t *testing.T, name string, pod Pod, _ *Set) {
		for _, variable := range pod.Container().Env {
			if known[name] != nil && !known[name][variable.Name] {
				t.Errorf("doesn't know %s", variable.Name)
			}
		}
	})
}

// Services are told where Postgres and Redis are, and sign in to Postgres as the
// role that can't change the schema; the migrations, as its owner.
func TestEnvironmentSuffices(t *testing.T) {
	roles := map[string]string{"messages": "parley_app", "stream": "parley_app", "migrate": "parley"}
	eachPod(t, func(t *testing.T, name string, pod Pod, s *Set) {
		role := roles[name]
		if role == "" {
			return
		}
		has := environment(pod, s)
		if !strings.HasPrefix(has["DATABASE_URL"], "postgres://"+role+"@") {
			t.Errorf("DATABASE_URL is %q", has["DATABASE_URL"])
		}
		if (has["REDIS_URL"] == "") != (name == "migrate") {
			t.Errorf("REDIS_URL is %q", has["REDIS_URL"])
		}
		if has["DATABASE_PASSWORD_FILE"] == "" || (has["REDIS_PASSWORD_FILE"] == "") != (name == "migrate") {
			t.Errorf("there is a password missing: %v", has)
		}
		for variable, path := range has {
			if strings.HasSuffix(variable, "_FILE") && !mounted(pod, path) {
				t.Errorf("%s is %s, which is not mounted", variable, path)
			}
		}
	})
}

// Services believe the gateway's pods, whichever private network these are in:
// those of their own default, and the one that clouds take for pods.
func TestGatewayIsBelieved(t *testing.T) {
	own := found(t, text(t, "services/stream/internal/app/config.go"), `TRUSTED_PROXIES" envDefault:"([^"]+)"`)
	each(t, func(t *testing.T, _ Variant, s *Set) {
		same(t, strings.Split(s.ConfigMaps["parley"].Data["TRUSTED_PROXIES"], ","), append(strings.Split(own, ","), "100.64.0.0/10"))
	})
}

// mounted reports whether a path is that of a Secret's password.
func mounted(pod Pod, path string) bool {
	secrets := map[string]bool{}
	for _, volume := range pod.Spec.Volumes {
		secrets[volume.Name] = volume.Secret != nil
	}
	for _, m := range pod.Container().VolumeMounts {
		if m.MountPath == filepath.Dir(path) && secrets[m.Name] {
			return filepath.Base(path) == "password"
		}
	}
	return false
}
