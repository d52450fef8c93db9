package main

import (
	"context"
	"errors"
	"log"
	"time"

	"github.com/camunda/zeebe/clients/go/v8/pkg/entities"
	"github.com/camunda/zeebe/clients/go/v8/pkg/worker"
)

const answerTimeout = 10 * time.Second

// handle makes a task a handler of jobs: what it returns completes the job, Unavailable is thrown, any other error costs a retry.
func handle(task Task) worker.JobHandler {
	return func(client worker.JobClient, job entities.Job) {
		ctx, done := context.WithTimeout(context.Background(), answerTimeout)
		defer done()
		if err := answer(ctx, client, job, task); err != nil {
			log.Printf("%s %d: %v", job.Type, job.Key, err) // the job comes again after its timeout
		}
	}
}

func answer(ctx context.Context, client worker.JobClient, job entities.Job, task Task) error {
	var trip Trip
	variables, err := Variables(nil), job.GetVariablesAs(&trip)
	if err == nil {
		variables, err = task(job, trip)
	}
	var unavailable Unavailable
	switch {
	case errors.As(err, &unavailable):
		_, err = client.NewThrowErrorCommand().JobKey(job.Key).ErrorCode(unavailable.Code).ErrorMessage(unavailable.Reason).Send(ctx)
	case err != nil:
		_, err = client.NewFailJobCommand().JobKey(job.Key).Retries(job.Retries - 1).ErrorMessage(err.Error()).Send(ctx)
	default:
		err = complete(ctx, client, job, variables)
	}
	return err
}

func complete(ctx context.Context, client worker.JobClient, job entities.Job, variables Variables) error {
	if variables == nil {
		variables = Variables{}
	}
	command, err := client.NewCompleteJobCommand().JobKey(job.Key).VariablesFromMap(variables)
	if err != nil {
		return err
	}
	_, err = command.Send(ctx)
	return err
}
