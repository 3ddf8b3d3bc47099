package db

import (
	"time"

	"github.com/jackc/pgx/v5/pgxpool"
	"github.com/prometheus/client_golang/prometheus"
)

// Metrics gives the state of the connection pool to a metrics registry.
func (s *Store) Metrics() prometheus.Collector {
	gauge := func(name, help string, value func(*pgxpool.Stat) float64) poolMetric {
		return poolMetric{prometheus.NewDesc("demarche_db_"+name, help, nil, nil), prometheus.GaugeValue, value}
	}
	counter := func(name, help string, value func(*pgxpool.Stat) float64) poolMetric {
		return poolMetric{prometheus.NewDesc("demarche_db_"+name+"_total", help, nil, nil), prometheus.CounterValue, value}
	}
	metrics := []poolMetric{
		gauge("connections_acquired", "Connections in use.",
			func(p *pgxpool.Stat) float64 { return float64(p.AcquiredConns()) }),
		gauge("connections_idle", "Connections that wait for use.",
			func(p *pgxpool.Stat) float64 { return float64(p.IdleConns()) }),
		gauge("connections_max", "The most connections that there may be.",
			func(p *pgxpool.Stat) float64 { return float64(p.MaxConns()) }),
		counter("acquires", "Connections taken from the pool.",
			func(p *pgxpool.Stat) float64 { return float64(p.AcquireCount()) }),
		counter("acquire_seconds", "Time spent taking connections from the pool.",
			func(p *pgxpool.Stat) float64 { return p.AcquireDuration().Seconds() }),
		counter("acquire_waits", "Connections that had to be waited for because all were in use.",
			func(p *pgxpool.Stat) float64 { return float64(p.EmptyAcquireCount()) }),
		counter("acquires_cancelled", "Waits for a connection that were given up.",
			func(p *pgxpool.Stat) float64 { return float64(p.CanceledAcquireCount()) }),
		counter("connections_made", "Connections that were opened.",
			func(p *pgxpool.Stat) float64 { return float64(p.NewConnsCount()) }),
	}
	if r := s.replica; r != nil {
		metrics = append(metrics,
			gauge("replica_behind_seconds", "How far the replica is behind the primary.",
				func(*pgxpool.Stat) float64 { return time.Duration(r.behind.Load()).Seconds() }),
			gauge("replica_asked", "Whether questions go to the replica: 1 if so.",
				func(*pgxpool.Stat) float64 { return map[bool]float64{true: 1}[r.fresh.Load()] }))
	}
	return &poolCollector{stat: s.pool.Stat, metrics: metrics}
}

// poolMetric is one number of the pool.
type poolMetric struct {
	desc  *prometheus.Desc
	kind  prometheus.ValueType
	value func(*pgxpool.Stat) float64
}

// poolCollector reads all numbers from one snapshot of the pool.
type poolCollector struct {
	stat    func() *pgxpool.Stat
	metrics []poolMetric
}

// Describe implements prometheus.Collector.
func (c *poolCollector) Describe(out chan<- *prometheus.Desc) {
	for _, m := range c.metrics {
		out <- m.desc
	}
}

// Collect implements prometheus.Collector.
func (c *poolCollector) Collect(out chan<- prometheus.Metric) {
	stat := c.stat()
	for _, m := range c.metrics {
		out <- prometheus.MustNewConstMetric(m.desc, m.kind, m.value(stat))
	}
}
