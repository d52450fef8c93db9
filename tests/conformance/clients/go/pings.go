package main

import (
	"os"
	"time"
	_ "unsafe" // for go:linkname

	_ "google.golang.org/grpc" // whose variable it is
)

// gRPC for Go raises every ping interval to ten seconds; a test of many pings has no time for that.
//
//go:linkname keepaliveMinPingTime google.golang.org/grpc/internal.KeepaliveMinPingTime
var keepaliveMinPingTime time.Duration

func init() {
	if os.Getenv("CLIENT_KEEP_ALIVE_MS") != "" {
		keepaliveMinPingTime = time.Millisecond
	}
}
