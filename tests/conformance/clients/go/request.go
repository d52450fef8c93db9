package main

import (
	"encoding/json"

	"google.golang.org/grpc/codes"
)

// Request is one line of input; an operation reads the fields that concern it. Keys travel as strings, times as milliseconds.
type Request struct {
	ID                   int             `json:"id"`
	Do                   string          `json:"do"`
	Name                 string          `json:"name"`
	Content              string          `json:"content"`
	BpmnProcessID        string          `json:"bpmnProcessId"`
	Version              int32           `json:"version"`
	ProcessDefinitionKey int64           `json:"processDefinitionKey,string"`
	Variables            json.RawMessage `json:"variables"`
	FetchVariables       []string        `json:"fetchVariables"`
	StartBefore          []string        `json:"startBefore"`
	RequestTimeout       int64           `json:"requestTimeout"`
	ProcessInstanceKey   int64           `json:"processInstanceKey,string"`
	ElementInstanceKey   int64           `json:"elementInstanceKey,string"`
	Local                bool            `json:"local"`
	IncidentKey          int64           `json:"incidentKey,string"`
	ResourceKey          int64           `json:"resourceKey,string"`
	DecisionID           string          `json:"decisionId"`
	SignalName           string          `json:"signalName"`
	CorrelationKey       string          `json:"correlationKey"`
	MessageID            string          `json:"messageId"`
	TimeToLive           int64           `json:"timeToLive"`
	Type                 string          `json:"type"`
	Worker               string          `json:"worker"`
	Timeout              int64           `json:"timeout"`
	MaxJobs              int32           `json:"maxJobs"`
	Stream               bool            `json:"stream"`
	Answers              []Request       `json:"answers"`
	JobKey               int64           `json:"jobKey,string"`
	Retries              int32           `json:"retries"`
	RetryBackOff         int64           `json:"retryBackOff"`
	ErrorMessage         string          `json:"errorMessage"`
	ErrorCode            string          `json:"errorCode"`
}

// variables as text; nothing said is no variables.
func (request Request) variables() string {
	if len(request.Variables) == 0 {
		return "{}"
	}
	return string(request.Variables)
}

var statusNames = map[codes.Code]string{
	codes.Canceled: "CANCELLED", codes.Unknown: "UNKNOWN", codes.InvalidArgument: "INVALID_ARGUMENT",
	codes.DeadlineExceeded: "DEADLINE_EXCEEDED", codes.NotFound: "NOT_FOUND", codes.AlreadyExists: "ALREADY_EXISTS",
	codes.PermissionDenied: "PERMISSION_DENIED", codes.ResourceExhausted: "RESOURCE_EXHAUSTED",
	codes.FailedPrecondition: "FAILED_PRECONDITION", codes.Aborted: "ABORTED", codes.OutOfRange: "OUT_OF_RANGE",
	codes.Unimplemented: "UNIMPLEMENTED", codes.Internal: "INTERNAL", codes.Unavailable: "UNAVAILABLE",
	codes.DataLoss: "DATA_LOSS", codes.Unauthenticated: "UNAUTHENTICATED",
}
