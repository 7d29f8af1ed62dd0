package manifest

import (
	"fmt"

	appsv1 "k8s.io/api/apps/v1"
	autoscalingv2 "k8s.io/api/autoscaling/v2"
	batchv1 "k8s.io/api/batch/v1"
	corev1 "k8s.io/api/core/v1"
	networkingv1 "k8s.io/api/networking/v1"
	policyv1 "k8s.io/api/policy/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	gatewayv1 "sigs.k8s.io/gateway-api/apis/v1"
	"sigs.k8s.io/yaml"
)

// Set is what a variant consists of, by name.
type Set struct {
	ConfigMaps  map[string]*corev1.ConfigMap
	Services    map[string]*corev1.Service
	Deployments map[string]*appsv1.Deployment
	Policies    map[string]*networkingv1.NetworkPolicy
	Budgets     map[string]*policyv1.PodDisruptionBudget
	Scalers     map[string]*autoscalingv2.HorizontalPodAutoscaler
	Ingresses   map[string]*networkingv1.Ingress
	Gateways    map[string]*gatewayv1.Gateway
	Routes      map[string]*gatewayv1.HTTPRoute
	Pods        map[string]Pod
}

// Pod is what a controller makes pods from.
type Pod struct {
	Kind     string // of the controller
	Replicas *int32
	Meta     metav1.ObjectMeta
	Spec     corev1.PodSpec
}

// Container returns the only container of the pod.
func (p Pod) Container() corev1.Container { return p.Spec.Containers[0] }

// NewSet decodes objects strictly: a field that the API doesn't know is an
// error, as is a kind that isn't expected here.
func NewSet(objects []Object) (*Set, error) {
	s := &Set{
		ConfigMaps: map[string]*corev1.ConfigMap{}, Services: map[string]*corev1.Service{},
		Deployments: map[string]*appsv1.Deployment{}, Policies: map[string]*networkingv1.NetworkPolicy{},
		Budgets: map[string]*policyv1.PodDisruptionBudget{}, Scalers: map[string]*autoscalingv2.HorizontalPodAutoscaler{},
		Ingresses: map[string]*networkingv1.Ingress{}, Gateways: map[string]*gatewayv1.Gateway{},
		Routes: map[string]*gatewayv1.HTTPRoute{}, Pods: map[string]Pod{},
	}
	for _, o := range objects {
		if err := s.add(o); err != nil {
			return nil, fmt.Errorf("%s: %w", o.ID(), err)
		}
	}
	return s, nil
}

func (s *Set) add(o Object) error {
	version, _ := o["apiVersion"].(string)
	switch version + " " + o.Kind() {
	case "v1 ConfigMap":
		return into(s.ConfigMaps, o)
	case "v1 Service":
		return into(s.Services, o)
	case "networking.k8s.io/v1 NetworkPolicy":
		return into(s.Policies, o)
	case "policy/v1 PodDisruptionBudget":
		return into(s.Budgets, o)
	case "autoscaling/v2 HorizontalPodAutoscaler":
		return into(s.Scalers, o)
	case "networking.k8s.io/v1 Ingress":
		return into(s.Ingresses, o)
	case "gateway.networking.k8s.io/v1 Gateway":
		return into(s.Gateways, o)
	case "gateway.networking.k8s.io/v1 HTTPRoute":
		return into(s.Routes, o)
	case "apps/v1 Deployment":
		if err := into(s.Deployments, o); err != nil {
			return err
		}
		spec := s.Deployments[o.Name()].Spec
		s.Pods[o.Name()] = Pod{o.Kind(), spec.Replicas, spec.Template.ObjectMeta, spec.Template.Spec}
		return nil
	case "apps/v1 StatefulSet":
		var set appsv1.StatefulSet
		err := decode(o, &set)
		s.Pods[o.Name()] = Pod{o.Kind(), set.Spec.Replicas, set.Spec.Template.ObjectMeta, set.Spec.Template.Spec}
		return err
	case "batch/v1 Job":
		var job batchv1.Job
		err := decode(o, &job)
		s.Pods[o.Name()] = Pod{o.Kind(), job.Spec.Parallelism, job.Spec.Template.ObjectMeta, job.Spec.Template.Spec}
		return err
	}
	return fmt.Errorf("is a %s, which is not expected", version)
}

func into[T any](all map[string]*T, o Object) error {
	if all[o.Name()] != nil {
		return fmt.Errorf("is there twice")
	}
	all[o.Name()] = new(T)
	return decode(o, all[o.Name()])
}

func decode(o Object, to any) error {
	text, err := yaml.Marshal(o)
	if err != nil {
		return fmt.Errorf("write as YAML: %w", err)
	}
	if err := yaml.UnmarshalStrict(text, to); err != nil {
		return fmt.Errorf("decode: %w", err)
	}
	return nil
}
