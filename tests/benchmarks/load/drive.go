package main

import (
	"context"
	"sync"
	"sync/atomic"
	"time"

	"github.com/camunda/zeebe/clients/go/v8/pkg/pb"
	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/status"
)

const refusedPause = 10 * time.Millisecond

// closedLoop keeps as many instances under way as allowed, and counts what ends within the measured time.
func (load *Load) closedLoop(ctx context.Context) map[string]any {
	for number := range load.shape.Creators {
		go load.createForever(ctx, load.client(number))
	}
	time.Sleep(load.shape.Warm)
	load.tally.measure(true)
	began, instances, jobs := time.Now(), load.tally.instances.Load(), load.tally.jobs.Load()
	time.Sleep(load.shape.Seconds)
	instances, jobs = load.tally.instances.Load()-instances, load.tally.jobs.Load()-jobs
	seconds := time.Since(began).Seconds()
	load.tally.measure(false)
	load.tally.lock.Lock()
	defer load.tally.lock.Unlock()
	return map[string]any{
		"instances_per_s": float64(instances) / seconds, "jobs_per_s": float64(jobs) / seconds,
		"p50_ms": quantile(load.tally.waitsMs, 0.5), "p99_ms": quantile(load.tally.waitsMs, 0.99),
		"created": load.tally.created.Load(), "create_errors": load.tally.createErrors.Load(),
		"exhausted": load.tally.exhausted.Load(), "complete_errors": load.tally.completeErrors.Load(),
		"tasks": load.shape.Tasks, "mode": load.shape.modeName(), "creators": load.shape.Creators,
		"inflight": load.shape.InFlight, "completers": load.shape.Completers,
	}
}

func (load *Load) createForever(ctx context.Context, client pb.GatewayClient) {
	for ctx.Err() == nil {
		load.slots <- struct{}{}
		if !load.create(ctx, client) {
			<-load.slots
			time.Sleep(refusedPause)
		}
	}
}

func (load *Load) create(ctx context.Context, client pb.GatewayClient) bool {
	at := time.Now()
	response, err := client.CreateProcessInstance(ctx, load.creation())
	switch {
	case err == nil:
		load.tally.begins(response.ProcessInstanceKey, at)
	case status.Code(err) == codes.ResourceExhausted:
		load.tally.exhausted.Add(1)
	default:
		load.tally.createErrors.Add(1)
	}
	return err == nil
}

// serial awaits the result of one instance before it starts the next; the first tenth is not counted.
func (load *Load) serial(ctx context.Context) map[string]any {
	var waitsMs []float64
	request := &pb.CreateProcessInstanceWithResultRequest{Request: load.creation(), RequestTimeout: pollTimeoutMs}
	for number := range load.shape.Serial {
		at := time.Now()
		if _, err := load.client(0).CreateProcessInstanceWithResult(ctx, request); err != nil {
			load.tally.createErrors.Add(1)
		} else if number >= load.shape.Serial/10 {
			waitsMs = append(waitsMs, milliseconds(time.Since(at)))
		}
	}
	return map[string]any{
		"serial": len(waitsMs), "p50_ms": quantile(waitsMs, 0.5), "p90_ms": quantile(waitsMs, 0.9), "p99_ms": quantile(waitsMs, 0.99),
		"errors": load.tally.createErrors.Load(), "mode": load.shape.modeName(),
	}
}

// park creates instances that nobody works on.
func (load *Load) park(ctx context.Context) map[string]any {
	var left, everybody = atomic.Int64{}, sync.WaitGroup{}
	left.Store(int64(load.shape.Park))
	began := time.Now()
	for number := range load.shape.Creators {
		everybody.Add(1)
		go func() {
			defer everybody.Done()
			for left.Add(-1) >= 0 {
				for !load.create(ctx, load.client(number)) {
					time.Sleep(refusedPause)
				}
			}
		}()
	}
	everybody.Wait()
	seconds := time.Since(began).Seconds()
	return map[string]any{
		"parked": load.shape.Park, "seconds": seconds, "created_per_s": float64(load.shape.Park) / seconds,
		"retries": load.tally.exhausted.Load() + load.tally.createErrors.Load(), "process": load.processID,
	}
}
