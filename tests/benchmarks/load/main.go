// Command load puts a gateway under load with the protobuf stubs of Zeebe's official Go client, and prints one line of JSON.
//
// The process is a row of service tasks; every job is completed as soon as it arrives. What is measured is chosen by flags:
// -seconds (a closed loop, the default), -serial (one instance after another, awaiting its result), -park (instances that
// nobody works on), -impatient (creators who take no refusal for an answer). The Python generators of this benchmark take the same flags and print the same line.
package main

import (
	"context"
	"encoding/json"
	"flag"
	"fmt"
	"os"
	"time"
)

// Shape is what kind of load this is.
type Shape struct {
	Address     string
	Tasks       int
	Creators    int
	InFlight    int
	Completers  int
	Connections int
	Polls       bool
	Variables   string
	Seconds     time.Duration
	Warm        time.Duration
	Serial      int
	Park        int
	Impatient   bool
}

func readShape() Shape {
	var shape Shape
	var seconds, warm float64
	var mode string
	flag.StringVar(&shape.Address, "address", "127.0.0.1:26500", "the gateway")
	flag.IntVar(&shape.Tasks, "tasks", 3, "service tasks in a row")
	flag.IntVar(&shape.Creators, "creators", 16, "calls that create instances, at once")
	flag.IntVar(&shape.InFlight, "inflight", 100, "instances under way, at most")
	flag.IntVar(&shape.Completers, "completers", 16, "calls that complete jobs, at once and per job type")
	flag.IntVar(&shape.Connections, "connections", 2, "connections")
	flag.StringVar(&mode, "mode", "stream", "how jobs come: stream or poll")
	flag.StringVar(&shape.Variables, "variables", `{"n":1}`, "variables of each instance")
	flag.Float64Var(&seconds, "seconds", 5, "how long is measured")
	flag.Float64Var(&warm, "warm", 1, "load before that")
	flag.IntVar(&shape.Serial, "serial", 0, "instead: so many instances, one after another")
	flag.IntVar(&shape.Park, "park", 0, "instead: so many instances that nobody works on")
	flag.BoolVar(&shape.Impatient, "impatient", false, "creators ask again at once, however many instances are under way; in the end all are awaited")
	flag.Parse()
	if mode != "stream" && mode != "poll" {
		fmt.Fprintf(os.Stderr, "-mode: expected stream or poll, found %q\n", mode)
		os.Exit(2)
	}
	shape.Polls = mode == "poll"
	shape.Seconds = time.Duration(seconds * float64(time.Second))
	shape.Warm = time.Duration(warm * float64(time.Second))
	return shape
}

func (shape Shape) modeName() string {
	if shape.Polls {
		return "poll"
	}
	return "stream"
}

func measure(ctx context.Context, shape Shape) (map[string]any, error) {
	load, err := deploy(ctx, shape)
	if err != nil {
		return nil, err
	}
	switch {
	case shape.Park > 0:
		return load.park(ctx), nil
	case shape.Impatient:
		load.work(ctx)
		return load.overload(ctx), nil
	case shape.Serial > 0:
		load.work(ctx)
		return load.serial(ctx), nil
	default:
		load.work(ctx)
		return load.closedLoop(ctx), nil
	}
}

func main() {
	ctx, stop := context.WithCancel(context.Background())
	defer stop()
	result, err := measure(ctx, readShape())
	if err != nil {
		fmt.Fprintln(os.Stderr, "cannot begin:", err)
		os.Exit(1)
	}
	if err := json.NewEncoder(os.Stdout).Encode(result); err != nil {
		os.Exit(1)
	}
}
