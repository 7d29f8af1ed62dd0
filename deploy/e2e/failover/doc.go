// Package failover takes the master of a Redis Cluster away under load, and that
// of a Redis behind Sentinels: nothing may be missed, and deliveries go through
// Redis again within 5 s.
//
// It is apart from package chaos, whose Redis is one server.
package failover
