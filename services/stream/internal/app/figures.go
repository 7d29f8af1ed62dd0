package app

import "parley/core/replica"

// figures are what a replica tells the operators' page of itself.
var figures = []replica.Figure{
	{Name: "streams", Metric: "parley_stream_open"},
	{Name: "logs", Metric: "parley_stream_logs"},
	{Name: "redis_up", Metric: "parley_stream_redis_up"},
	{Name: "waiting", Metric: "parley_places_waiting"},
	{Name: "deliveries_per_second", Metric: "parley_stream_deliveries_total", Kind: replica.PerSecond},
	{Name: "bytes_per_second", Metric: "parley_stream_bytes_total", Kind: replica.PerSecond},
	{Name: "repairs_per_second", Metric: "parley_stream_repairs_total", Kind: replica.PerSecond},
	{Name: "delivery_p50_seconds", Metric: "parley_stream_delivery_seconds", Kind: replica.Quantile, At: 0.5},
	{Name: "delivery_p99_seconds", Metric: "parley_stream_delivery_seconds", Kind: replica.Quantile, At: 0.99},
}
