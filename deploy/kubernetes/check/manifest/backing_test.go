package manifest

import (
	"net/url"
	"slices"
	"strconv"
	"strings"
	"testing"

	appsv1 "k8s.io/api/apps/v1"
	corev1 "k8s.io/api/core/v1"
)

// Postgres and Redis within are found at the addresses that the services and
// the migrations are told.
func TestBackingIsWhereItIsSaidToBe(t *testing.T) {
	eachPod(t, func(t *testing.T, _ string, pod Pod, s *Set) {
		has := environment(pod, s)
		for _, name := range []string{"DATABASE_URL", "REDIS_URL"} {
			u, err := url.Parse(has[name])
			if err != nil {
				t.Fatal(err)
			}
			if has[name] == "" || strings.HasSuffix(u.Hostname(), ".example.org") {
				continue // not told, or outside
			}
			service := s.Services[u.Hostname()]
			if service == nil || strconv.Itoa(int(service.Spec.Ports[0].Port)) != u.Port() {
				t.Errorf("%s is %s, where no Service is", name, u.Host)
			}
		}
	})
}

// What Postgres writes stays when its pod goes: its folder is in one of the
// volume that is claimed, whose own may hold a lost+found, and whose rights
// nobody changes once it is made, which Postgres would not stand.
func TestPostgresKeepsItsData(t *testing.T) {
	each(t, func(t *testing.T, v Variant, s *Set) {
		if v.Backing != "single" {
			return
		}
		pod := s.Pods["postgres"]
		var passing []string // volumes that go with the pod
		for _, volume := range pod.Spec.Volumes {
			passing = append(passing, volume.Name)
		}
		folder := environment(pod, s)["PGDATA"]
		claimed := slices.ContainsFunc(pod.Container().VolumeMounts, func(m corev1.VolumeMount) bool {
			return strings.HasPrefix(folder, m.MountPath+"/") && !slices.Contains(passing, m.Name)
		})
		if !claimed || *pod.Spec.SecurityContext.FSGroupChangePolicy != corev1.FSGroupChangeOnRootMismatch {
			t.Errorf("PGDATA is %q, the mounts %v", folder, pod.Container().VolumeMounts)
		}
	})
}

// Two Redis servers beside each other would each ring half of the bells.
func TestRedisIsAlone(t *testing.T) {
	each(t, func(t *testing.T, v Variant, s *Set) {
		if v.Backing != "single" {
			return
		}
		if redis := s.Deployments["redis"].Spec; *redis.Replicas != 1 || redis.Strategy.Type != appsv1.RecreateDeploymentStrategyType {
			t.Errorf("%d replicas, replaced by %s", *redis.Replicas, redis.Strategy.Type)
		}
	})
}

// The Job migrates, and nothing else does.
func TestOnlyTheJobMigrates(t *testing.T) {
	eachPod(t, func(t *testing.T, name string, pod Pod, _ *Set) {
		if slices.Equal(pod.Container().Args, []string{"migrate"}) != (name == "migrate") {
			t.Errorf("runs with %v", pod.Container().Args)
		}
	})
}
