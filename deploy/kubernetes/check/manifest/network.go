package manifest

import (
	"fmt"
	"slices"

	networkingv1 "k8s.io/api/networking/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/labels"
)

// Reaches reports whether the NetworkPolicies let a pod with labels from talk
// to a port of one with labels to, both in the policies' namespace: what
// selects the one must let it out, and what selects the other let it in. A pod
// that no policy selects is free.
func (s *Set) Reaches(from, to map[string]string, port int) (bool, error) {
	out, err := s.lets(networkingv1.PolicyTypeEgress, from, to, port)
	if err != nil || !out {
		return false, err
	}
	return s.lets(networkingv1.PolicyTypeIngress, to, from, port)
}

// lets reports whether own's policies of one direction allow peer at port.
func (s *Set) lets(direction networkingv1.PolicyType, own, peer map[string]string, port int) (bool, error) {
	free := true
	for name, policy := range s.Policies {
		if !slices.Contains(policy.Spec.PolicyTypes, direction) {
			continue
		}
		selected, err := matches(&policy.Spec.PodSelector, own)
		if err != nil {
			return false, fmt.Errorf("%s: %w", name, err)
		}
		if !selected {
			continue
		}
		free = false
		for _, r := range rules(policy, direction) {
			ok, err := r.allows(peer, port)
			if err != nil || ok {
				return ok, err
			}
		}
	}
	return free, nil
}

// rule is what lets in, or out.
type rule struct {
	peers []networkingv1.NetworkPolicyPeer
	ports []networkingv1.NetworkPolicyPort
}

func rules(policy *networkingv1.NetworkPolicy, direction networkingv1.PolicyType) (all []rule) {
	if direction == networkingv1.PolicyTypeIngress {
		for _, in := range policy.Spec.Ingress {
			all = append(all, rule{in.From, in.Ports})
		}
		return all
	}
	for _, out := range policy.Spec.Egress {
		all = append(all, rule{out.To, out.Ports})
	}
	return all
}

func (r rule) allows(peer map[string]string, port int) (bool, error) {
	if len(r.ports) > 0 && !slices.ContainsFunc(r.ports, func(p networkingv1.NetworkPolicyPort) bool { return p.Port.IntValue() == port }) {
		return false, nil
	}
	if len(r.peers) == 0 {
		return true, nil
	}
	for _, p := range r.peers {
		if p.PodSelector == nil || p.NamespaceSelector != nil {
			continue // of another namespace, or no pod
		}
		if ok, err := matches(p.PodSelector, peer); err != nil || ok {
			return ok, err
		}
	}
	return false, nil
}

func matches(selector *metav1.LabelSelector, own map[string]string) (bool, error) {
	s, err := metav1.LabelSelectorAsSelector(selector)
	if err != nil {
		return false, fmt.Errorf("read selector: %w", err)
	}
	return s.Matches(labels.Set(own)), nil
}
