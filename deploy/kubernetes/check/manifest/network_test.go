package manifest

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	networkingv1 "k8s.io/api/networking/v1"
)

// ports are those on which somebody listens, and others that one would try.
var ports = []int{53, 80, 443, 5432, 6379, 8080, 8081, 9090}

// Within the namespace each reaches whom it must, and nobody else.
func TestWhoReachesWhom(t *testing.T) {
	each(t, func(t *testing.T, v Variant, s *Set) {
		want := []string{"nginx → messages:8080", "nginx → stream:8080"}
		if v.Backing == "single" {
			want = append(want, "messages → postgres:5432", "messages → redis:6379", "migrate → postgres:5432",
				"stream → postgres:5432", "stream → redis:6379")
		}
		if v.Door == "none" {
			want = append(want, "stranger → nginx:8080")
		}
		same(t, inside(t, s), want)
	})
}

// inside returns who of the namespace reaches whom. A stranger is a pod that
// isn't Parley's.
func inside(t *testing.T, s *Set) (all []string) {
	t.Helper()
	own := map[string]map[string]string{"stranger": {"app.kubernetes.io/name": "stranger"}}
	for name, pod := range s.Pods {
		own[name] = pod.Meta.Labels
	}
	for from := range own {
		for to := range s.Pods {
			for _, port := range ports {
				ok, err := s.Reaches(own[from], own[to], port)
				if err != nil {
					t.Fatal(err)
				}
				if ok {
					all = append(all, fmt.Sprintf("%s → %s:%d", from, to, port))
				}
			}
		}
	}
	return all
}

// What one end lets out the other lets in, and the other way round: no rule
// allows more than it must. Only nginx lets in whoever comes.
func TestBothEndsAgree(t *testing.T) {
	each(t, func(t *testing.T, _ Variant, s *Set) {
		for from := range s.Pods {
			for to := range s.Pods {
				if to != "nginx" {
					agree(t, s, from, to)
				}
			}
		}
	})
}

func agree(t *testing.T, s *Set, from, to string) {
	t.Helper()
	sender, receiver := s.Pods[from].Meta.Labels, s.Pods[to].Meta.Labels
	for _, port := range ports {
		out, outErr := s.lets(networkingv1.PolicyTypeEgress, sender, receiver, port)
		in, inErr := s.lets(networkingv1.PolicyTypeIngress, receiver, sender, port)
		if out != in || outErr != nil || inErr != nil {
			t.Errorf("%s → %s:%d: let out %v (%v), let in %v (%v)", from, to, port, out, outErr, in, inErr)
		}
	}
}

// Out of the namespace, and into it, leads only this.
func TestWhatLeadsOutside(t *testing.T) {
	each(t, func(t *testing.T, v Variant, s *Set) {
		names := "to kubernetes.io/metadata.name=kube-system, 169.254.20.10/32 at 53"
		want := []string{
			"messages " + names, "migrate " + names, "nginx " + names, "stream " + names,
			"messages from parley/metrics=true at 9090", "stream from parley/metrics=true at 9090",
			"messages to parley/traces=true at 4318", "stream to parley/traces=true at 4318",
		}
		if v.Backing == "managed" {
			private := "to 10.0.0.0/8, 172.16.0.0/12, 192.168.0.0/16 at 5432"
			want = append(want, "messages "+private+" 6379", "stream "+private+" 6379", "migrate "+private)
		}
		if v.Door == "none" {
			want = append(want, "nginx from anywhere at 8080")
		} else {
			want = append(want, "nginx from parley/door=true at 8080")
		}
		var got []string
		for _, p := range s.Policies {
			for _, r := range rules(p, networkingv1.PolicyTypeIngress) {
				got = append(got, leads(t, s, p, " from ", r)...)
			}
			for _, r := range rules(p, networkingv1.PolicyTypeEgress) {
				got = append(got, leads(t, s, p, " to ", r)...)
			}
		}
		same(t, got, want)
	})
}

// leads returns what a rule says of the outside, for each pod that it holds for.
func leads(t *testing.T, s *Set, p *networkingv1.NetworkPolicy, direction string, r rule) (all []string) {
	t.Helper()
	text := outside(r)
	if text == "" {
		return nil
	}
	for _, name := range selected(t, s, &p.Spec.PodSelector) {
		all = append(all, name+direction+text)
	}
	return all
}

// outside returns what of a rule is no pod of the namespace.
func outside(r rule) string {
	var peers, ports []string
	for _, p := range r.peers {
		switch {
		case p.IPBlock != nil:
			peers = append(peers, p.IPBlock.CIDR)
		case p.NamespaceSelector != nil:
			for key, value := range p.NamespaceSelector.MatchLabels {
				peers = append(peers, key+"="+value)
			}
		}
	}
	if len(r.peers) == 0 {
		peers = []string{"anywhere"}
	}
	for _, p := range r.ports {
		ports = append(ports, p.Port.String())
	}
	if peers == nil {
		return ""
	}
	return strings.Join(peers, ", ") + " at " + strings.Join(slices.Compact(ports), " ")
}

// same compares two sets.
func same(t *testing.T, got, want []string) {
	t.Helper()
	for _, g := range got {
		if !slices.Contains(want, g) {
			t.Errorf("too much: %s", g)
		}
	}
	for _, w := range want {
		if !slices.Contains(got, w) {
			t.Errorf("missing: %s", w)
		}
	}
}
