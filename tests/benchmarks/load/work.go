package main

import (
	"context"
	"time"

	"github.com/camunda/zeebe/clients/go/v8/pkg/pb"
	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/status"
)

const (
	jobTimeoutMs  = 60_000
	pollTimeoutMs = 10_000
	jobsPerPoll   = 120
	backlogPause  = 2 * time.Second
	retryPause    = 100 * time.Millisecond
	waitingJobs   = 4_096
)

// work takes the jobs of every type and completes them, until the context ends.
func (load *Load) work(ctx context.Context) {
	for number := 1; number <= load.shape.Tasks; number++ {
		jobs := make(chan *pb.ActivatedJob, waitingJobs)
		for completer := range load.shape.Completers {
			go load.complete(ctx, load.client(completer), jobs, number == load.shape.Tasks)
		}
		client, jobType := load.client(number), load.jobType(number)
		if load.shape.Polls {
			go repeat(ctx, 0, func() error { return poll(ctx, client, jobType, pollTimeoutMs, jobs) })
			continue
		}
		go repeat(ctx, 0, func() error { return stream(ctx, client, jobType, jobs) })
		// Stock workers poll now and then beside their stream, for jobs that were ready before it was open or came back.
		go repeat(ctx, backlogPause, func() error { return poll(ctx, client, jobType, -1, jobs) })
	}
	time.Sleep(time.Second / 2) // nobody tells when a stream is open
}

func repeat(ctx context.Context, pause time.Duration, call func() error) {
	for ctx.Err() == nil {
		time.Sleep(pause)
		if call() != nil {
			time.Sleep(retryPause)
		}
	}
}

func stream(ctx context.Context, client pb.GatewayClient, jobType string, jobs chan<- *pb.ActivatedJob) error {
	request := &pb.StreamActivatedJobsRequest{Type: jobType, Worker: "load", Timeout: jobTimeoutMs}
	opened, err := client.StreamActivatedJobs(ctx, request)
	for err == nil {
		var job *pb.ActivatedJob
		if job, err = opened.Recv(); err == nil {
			jobs <- job
		}
	}
	return err
}

func poll(ctx context.Context, client pb.GatewayClient, jobType string, waitMs int64, jobs chan<- *pb.ActivatedJob) error {
	request := &pb.ActivateJobsRequest{Type: jobType, Worker: "load", Timeout: jobTimeoutMs, MaxJobsToActivate: jobsPerPoll, RequestTimeout: waitMs}
	opened, err := client.ActivateJobs(ctx, request)
	if err != nil {
		return err
	}
	for {
		response, err := opened.Recv()
		if err != nil {
			return nil // the end of what was found
		}
		for _, job := range response.Jobs {
			jobs <- job
		}
	}
}

func (load *Load) complete(ctx context.Context, client pb.GatewayClient, jobs <-chan *pb.ActivatedJob, last bool) {
	for job := range jobs {
		if err := load.completeOne(ctx, client, job.Key); err != nil {
			load.tally.completeErrors.Add(1)
			continue
		}
		load.tally.jobs.Add(1)
		if last {
			load.tally.ended(job.ProcessInstanceKey)
			load.free()
		}
	}
}

// completeOne completes a job, and tries again while the server has too much to do.
func (load *Load) completeOne(ctx context.Context, client pb.GatewayClient, key int64) error {
	for {
		_, err := client.CompleteJob(ctx, &pb.CompleteJobRequest{JobKey: key, Variables: `{"x":1}`})
		if status.Code(err) != codes.ResourceExhausted {
			return err
		}
		load.tally.exhaustedCompletions.Add(1)
		time.Sleep(refusedPause)
	}
}

// free gives away the place of an instance that has ended; one at a time needs no place.
func (load *Load) free() {
	select {
	case <-load.slots:
	default:
	}
}
