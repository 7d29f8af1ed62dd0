package app

import "parley/core/replica"

// figures are what a replica tells the operators' page of itself.
var figures = []replica.Figure{
	{Name: "requests_per_second", Metric: "parley_requests_total", Kind: replica.PerSecond},
	{Name: "errors_per_second", Metric: "parley_requests_total", Kind: replica.PerSecond, Label: "status", Value: "5"},
	{Name: "changes_per_second", Metric: "parley_commit_messages", Kind: replica.PerSecond},
	{Name: "request_p99_seconds", Metric: "parley_request_seconds", Kind: replica.Quantile, At: 0.99},
	{Name: "commit_p99_seconds", Metric: "parley_commit_seconds", Kind: replica.Quantile, At: 0.99},
	{Name: "commit_queue", Metric: "parley_commit_queue_length"},
	{Name: "publish_queue", Metric: "parley_publish_queue_length"},
	{Name: "waiting", Metric: "parley_places_waiting"},
}
