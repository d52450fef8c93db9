package main

import (
	"context"
	"encoding/json"
	"maps"
	"slices"
	"strconv"
	"time"

	"github.com/camunda/zeebe/clients/go/v8/pkg/commands"
	"github.com/camunda/zeebe/clients/go/v8/pkg/entities"
	"github.com/camunda/zeebe/clients/go/v8/pkg/pb"
)

const patience = 20 * time.Second

// options are what this library can do and some cannot.
var options = []string{
	"create.definitionKey", "createWithResult.ends", "activate.fetchVariables", "activate.ends",
	"work.stream", "work.stream.reopened", "fail.variables", "throw.variables", "keepAlive", "tls",
}

type operation func(program *Program, request Request) (any, error)

var known = map[string]operation{
	"topology":         topology,
	"deploy":           deploy,
	"deployProcess":    deployProcess,
	"create":           create,
	"createWithResult": createWithResult,
	"cancel":           cancel,
	"setVariables":     setVariables,
	"resolveIncident":  resolveIncident,
	"deleteResource":   deleteResource,
	"activate":         activate,
	"work":             work,
	"stopWork":         stopWork,
	"complete":         complete,
	"fail":             fail,
	"throw":            throw,
	"updateRetries":    updateRetries,
	"updateTimeout":    updateTimeout,
	"publish":          publish,
	"broadcast":        broadcast,
	"evaluateDecision": evaluateDecision,
}

// operations are the names of all that this client can do, with the options that not every client has.
func operations() []string {
	return append(slices.Collect(maps.Keys(known)), options...)
}

// within gives a command the time that the request allows, or plenty.
func within(request Request) (context.Context, context.CancelFunc) {
	if request.RequestTimeout > 0 {
		return context.WithTimeout(context.Background(), time.Duration(request.RequestTimeout)*time.Millisecond)
	}
	return context.WithTimeout(context.Background(), patience)
}

// sent is the end of most commands: send it, and say nothing but whether it went well.
func sent[Answer any](request Request, send func(context.Context) (Answer, error)) (any, error) {
	ctx, done := within(request)
	defer done()
	_, err := send(ctx)
	return object{}, err
}

func topology(program *Program, request Request) (any, error) {
	ctx, done := within(request)
	defer done()
	found, err := program.client.NewTopologyCommand().Send(ctx)
	if err != nil {
		return nil, err
	}
	partitions := []object{}
	for _, broker := range found.Brokers {
		for _, partition := range broker.Partitions {
			partitions = append(partitions, object{
				"partitionId": partition.PartitionId, "role": partition.Role.String(), "health": partition.Health.String(),
			})
		}
	}
	return object{
		"clusterSize": found.ClusterSize, "partitionsCount": found.PartitionsCount,
		"gatewayVersion": found.GatewayVersion, "partitions": partitions,
	}, nil
}

func deploy(program *Program, request Request) (any, error) {
	ctx, done := within(request)
	defer done()
	deployed, err := program.client.NewDeployResourceCommand().AddResource([]byte(request.Content), request.Name).Send(ctx)
	if err != nil {
		return nil, err
	}
	processes, decisions := []object{}, []object{}
	for _, deployment := range deployed.Deployments {
		if process := deployment.GetProcess(); process != nil {
			processes = append(processes, definition(process))
		}
		if decision := deployment.GetDecision(); decision != nil {
			decisions = append(decisions, object{
				"decisionId": decision.DmnDecisionId, "version": decision.Version, "decisionKey": key(decision.DecisionKey),
			})
		}
	}
	return object{"key": key(deployed.Key), "processes": processes, "decisions": decisions}, nil
}

// deployProcess is the call that deploy has replaced.
func deployProcess(program *Program, request Request) (any, error) {
	ctx, done := within(request)
	defer done()
	deployed, err := program.client.NewDeployProcessCommand().AddResource([]byte(request.Content), request.Name).Send(ctx) //nolint:staticcheck
	if err != nil {
		return nil, err
	}
	processes := []object{}
	for _, process := range deployed.Processes {
		processes = append(processes, definition(process))
	}
	return object{"key": key(deployed.Key), "processes": processes}, nil
}

func definition(process *pb.ProcessMetadata) object {
	return object{
		"bpmnProcessId": process.BpmnProcessId, "version": process.Version,
		"processDefinitionKey": key(process.ProcessDefinitionKey), "resourceName": process.ResourceName,
	}
}

func creation(program *Program, request Request) (commands.CreateInstanceCommandStep3, error) {
	command := program.client.NewCreateInstanceCommand()
	var chosen commands.CreateInstanceCommandStep3
	if request.BpmnProcessID != "" {
		chosen = command.BPMNProcessId(request.BpmnProcessID).Version(request.Version)
	} else {
		chosen = command.ProcessDefinitionKey(request.ProcessDefinitionKey)
	}
	for _, element := range request.StartBefore {
		chosen = chosen.StartBeforeElement(element)
	}
	return chosen.VariablesFromString(request.variables())
}

func create(program *Program, request Request) (any, error) {
	command, err := creation(program, request)
	if err != nil {
		return nil, err
	}
	ctx, done := within(request)
	defer done()
	created, err := command.Send(ctx)
	if err != nil {
		return nil, err
	}
	return object{
		"processInstanceKey": key(created.ProcessInstanceKey), "processDefinitionKey": key(created.ProcessDefinitionKey),
		"bpmnProcessId": created.BpmnProcessId, "version": created.Version,
	}, nil
}

func createWithResult(program *Program, request Request) (any, error) {
	command, err := creation(program, request)
	if err != nil {
		return nil, err
	}
	ctx, done := within(request)
	defer done()
	ended, err := command.WithResult().FetchVariables(request.FetchVariables...).Send(ctx)
	if err != nil {
		return nil, err
	}
	return object{
		"processInstanceKey": key(ended.ProcessInstanceKey), "bpmnProcessId": ended.BpmnProcessId,
		"version": ended.Version, "variables": json.RawMessage(ended.Variables),
	}, nil
}

func cancel(program *Program, request Request) (any, error) {
	return sent(request, program.client.NewCancelInstanceCommand().ProcessInstanceKey(request.ProcessInstanceKey).Send)
}

func setVariables(program *Program, request Request) (any, error) {
	command, err := program.client.NewSetVariablesCommand().ElementInstanceKey(request.ElementInstanceKey).VariablesFromString(request.variables())
	if err != nil {
		return nil, err
	}
	return sent(request, command.Local(request.Local).Send)
}

func resolveIncident(program *Program, request Request) (any, error) {
	return sent(request, program.client.NewResolveIncidentCommand().IncidentKey(request.IncidentKey).Send)
}

func deleteResource(program *Program, request Request) (any, error) {
	return sent(request, program.client.NewDeleteResourceCommand().ResourceKey(request.ResourceKey).Send)
}

func activate(program *Program, request Request) (any, error) {
	ctx, done := within(request)
	defer done()
	found, err := program.client.NewActivateJobsCommand().JobType(request.Type).MaxJobsToActivate(request.MaxJobs).
		Timeout(time.Duration(request.Timeout) * time.Millisecond).WorkerName(request.Worker).FetchVariables(request.FetchVariables...).Send(ctx)
	if err != nil {
		return nil, err
	}
	jobs := []object{}
	for _, job := range found {
		jobs = append(jobs, described(job))
	}
	return object{"jobs": jobs}, nil
}

func complete(program *Program, request Request) (any, error) {
	command, err := program.client.NewCompleteJobCommand().JobKey(request.JobKey).VariablesFromString(request.variables())
	if err != nil {
		return nil, err
	}
	return sent(request, command.Send)
}

func fail(program *Program, request Request) (any, error) {
	command, err := program.client.NewFailJobCommand().JobKey(request.JobKey).Retries(request.Retries).
		RetryBackoff(time.Duration(request.RetryBackOff) * time.Millisecond).ErrorMessage(request.ErrorMessage).
		VariablesFromString(request.variables())
	if err != nil {
		return nil, err
	}
	return sent(request, command.Send)
}

func throw(program *Program, request Request) (any, error) {
	command, err := program.client.NewThrowErrorCommand().JobKey(request.JobKey).ErrorCode(request.ErrorCode).
		ErrorMessage(request.ErrorMessage).VariablesFromString(request.variables())
	if err != nil {
		return nil, err
	}
	return sent(request, command.Send)
}

func updateRetries(program *Program, request Request) (any, error) {
	return sent(request, program.client.NewUpdateJobRetriesCommand().JobKey(request.JobKey).Retries(request.Retries).Send)
}

func updateTimeout(program *Program, request Request) (any, error) {
	return sent(request, program.client.NewUpdateJobTimeoutCommand().JobKey(request.JobKey).Timeout(request.Timeout).Send)
}

func publish(program *Program, request Request) (any, error) {
	command, err := program.client.NewPublishMessageCommand().MessageName(request.Name).CorrelationKey(request.CorrelationKey).
		MessageId(request.MessageID).TimeToLive(time.Duration(request.TimeToLive) * time.Millisecond).VariablesFromString(request.variables())
	if err != nil {
		return nil, err
	}
	ctx, done := within(request)
	defer done()
	published, err := command.Send(ctx)
	if err != nil {
		return nil, err
	}
	return object{"key": key(published.Key)}, nil
}

func broadcast(program *Program, request Request) (any, error) {
	command, err := program.client.NewBroadcastSignalCommand().SignalName(request.SignalName).VariablesFromString(request.variables())
	if err != nil {
		return nil, err
	}
	return sent(request, command.Send)
}

func evaluateDecision(program *Program, request Request) (any, error) {
	command, err := program.client.NewEvaluateDecisionCommand().DecisionId(request.DecisionID).VariablesFromString(request.variables())
	if err != nil {
		return nil, err
	}
	ctx, done := within(request)
	defer done()
	evaluated, err := command.Send(ctx)
	if err != nil {
		return nil, err
	}
	return evaluation(evaluated), nil
}

func evaluation(evaluated *pb.EvaluateDecisionResponse) object {
	rules := []string{}
	for _, decision := range evaluated.EvaluatedDecisions {
		for _, rule := range decision.MatchedRules {
			rules = append(rules, rule.RuleId)
		}
	}
	return object{
		"matchedRules": rules,
		"decisionId":   evaluated.DecisionId, "decisionVersion": evaluated.DecisionVersion,
		"decisionOutput":   json.RawMessage(evaluated.DecisionOutput),
		"failedDecisionId": evaluated.FailedDecisionId, "failureMessage": evaluated.FailureMessage,
	}
}

// key as the protocol wants it: JavaScript cannot hold 64 bits in a number.
func key(key int64) string { return strconv.FormatInt(key, 10) }

func described(job entities.Job) object {
	return object{
		"key": key(job.Key), "type": job.Type, "processInstanceKey": key(job.ProcessInstanceKey), "bpmnProcessId": job.BpmnProcessId,
		"processDefinitionVersion": job.ProcessDefinitionVersion, "processDefinitionKey": key(job.ProcessDefinitionKey),
		"elementId": job.ElementId, "elementInstanceKey": key(job.ElementInstanceKey), "worker": job.Worker, "retries": job.Retries,
		"deadline": job.Deadline, "customHeaders": json.RawMessage(job.CustomHeaders), "variables": json.RawMessage(job.Variables),
	}
}
