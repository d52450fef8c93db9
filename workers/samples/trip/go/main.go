// Books a trip, and takes it back: hotel, car, flight, and how each is undone.
//
// Every reservation number is made from the key of the process instance, so that anyone who watches can tell what is being cancelled.
// The flight fails on request: start the process with the variable flightFails = true.
package main

import (
	"fmt"
	"log"
	"os"
	"os/signal"
	"slices"
	"syscall"
	"time"

	"github.com/camunda/zeebe/clients/go/v8/pkg/worker"
	"github.com/camunda/zeebe/clients/go/v8/pkg/zbc"
)

// A worker that is closed waits for its poll to end; new jobs come by the stream, so that polls may be short.
const pollTimeout = 2 * time.Second

func main() {
	// ZEEBE_ADDRESS, if it is set, has precedence over the address here.
	client, err := zbc.NewClient(&zbc.ClientConfig{GatewayAddress: "127.0.0.1:26500", UsePlaintextConnection: true})
	if err != nil {
		log.Fatal(err)
	}
	defer client.Close()

	chosen := os.Args[1:]
	for _, name := range chosen {
		if tasks[name] == nil {
			log.Fatalf("there is no task %q; there are book- and cancel- of hotel, car and flight", name)
		}
	}
	var opened []worker.JobWorker
	for jobType, task := range tasks {
		if len(chosen) == 0 || slices.Contains(chosen, jobType) {
			opened = append(opened, client.NewJobWorker().JobType(jobType).Handler(handle(task)).Name("trip-go").
				StreamEnabled(true).RequestTimeout(pollTimeout).Open())
		}
	}
	fmt.Println("working")

	stop := make(chan os.Signal, 1)
	signal.Notify(stop, os.Interrupt, syscall.SIGTERM)
	<-stop
	for _, worker := range opened {
		worker.Close() // which lets the handlers finish
	}
}
