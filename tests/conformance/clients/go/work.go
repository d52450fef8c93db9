package main

import (
	"sync/atomic"
	"time"

	"github.com/camunda/zeebe/clients/go/v8/pkg/entities"
	"github.com/camunda/zeebe/clients/go/v8/pkg/worker"
)

// answers are what a worker may do with a job besides holding it.
var answers = map[string]operation{"complete": complete, "fail": fail, "throw": throw}

// work opens a worker of the library that tells of each job and answers the nth with the nth answer, or the last there is.
func work(program *Program, request Request) (any, error) {
	var taken atomic.Int64
	handle := func(_ worker.JobClient, job entities.Job) {
		program.say(object{"event": "job", "worker": request.Worker, "job": described(job)})
		answer := request.Answers[min(int(taken.Add(1)), len(request.Answers))-1]
		if answer.Do == "hold" {
			return
		}
		answer.JobKey = job.Key
		line := object{"event": "answered", "worker": request.Worker, "jobKey": key(job.Key)}
		if _, err := answers[answer.Do](program, answer); err != nil {
			line["error"] = told(err)
		}
		program.say(line)
	}
	opened := program.client.NewJobWorker().JobType(request.Type).Handler(handle).Name(request.Worker).
		Timeout(time.Duration(request.Timeout) * time.Millisecond).MaxJobsActive(int(request.MaxJobs)).
		StreamEnabled(request.Stream).Open()
	program.mutex.Lock()
	defer program.mutex.Unlock()
	program.workers[request.Worker] = opened
	return object{}, nil
}

func stopWork(program *Program, request Request) (any, error) {
	program.mutex.Lock()
	opened := program.workers[request.Worker]
	delete(program.workers, request.Worker)
	program.mutex.Unlock()
	opened.Close()
	return object{}, nil
}
