package main

import (
	"context"
	"sync"
	"time"

	"github.com/camunda/zeebe/clients/go/v8/pkg/pb"
)

// lostAfter is how long no instance may end before those that are left count as lost; jobs that reached nobody come back within it.
const lostAfter = 2 * jobTimeoutMs * time.Millisecond

// overload creates instances as fast as refusals and answers come, for the measured time, and then waits for all that were begun.
func (load *Load) overload(ctx context.Context) map[string]any {
	creating, stop := context.WithCancel(ctx)
	everybody := sync.WaitGroup{}
	for number := range load.shape.Creators {
		everybody.Add(1)
		go func() {
			defer everybody.Done()
			load.createWithoutPause(creating, load.client(number))
		}()
	}
	time.Sleep(load.shape.Warm)
	began, tally := time.Now(), &load.tally
	created, refused, ended := tally.created.Load(), tally.exhausted.Load(), tally.instances.Load()
	time.Sleep(load.shape.Seconds)
	created, refused, ended = tally.created.Load()-created, tally.exhausted.Load()-refused, tally.instances.Load()-ended
	seconds := time.Since(began).Seconds()
	stop()
	everybody.Wait()
	waiting := tally.open()
	lost := load.drain()
	return map[string]any{
		"instances_per_s": float64(ended) / seconds, "created_per_s": float64(created) / seconds, "refused_per_s": float64(refused) / seconds,
		"created": tally.created.Load(), "create_errors": tally.createErrors.Load(), "waiting": waiting, "lost": lost,
		"refused_completions": tally.exhaustedCompletions.Load(), "complete_errors": tally.completeErrors.Load(),
		"creators": load.shape.Creators, "completers": load.shape.Completers, "mode": load.shape.modeName(),
	}
}

// createWithoutPause lets a call end that is under way when it is told to stop: its instance counts.
func (load *Load) createWithoutPause(ctx context.Context, client pb.GatewayClient) {
	for ctx.Err() == nil {
		load.create(context.WithoutCancel(ctx), client)
	}
}

// drain waits until every instance that was acknowledged has ended, and answers how many never do.
func (load *Load) drain() int {
	open, since := load.tally.open(), time.Now()
	for open > 0 && time.Since(since) < lostAfter {
		time.Sleep(time.Second / 10)
		if now := load.tally.open(); now != open {
			open, since = now, time.Now()
		}
	}
	return open
}
