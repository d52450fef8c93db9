package main

import (
	"context"
	"fmt"
	"strings"
	"time"

	"github.com/camunda/zeebe/clients/go/v8/pkg/pb"
	"google.golang.org/grpc"
	"google.golang.org/grpc/credentials/insecure"
)

const (
	heading = `<definitions xmlns="http://www.omg.org/spec/BPMN/20100524/MODEL" xmlns:zeebe="http://camunda.org/schema/zeebe/1.0" id="load" targetNamespace="load">`
	task    = `<serviceTask id="task_%[1]d"><extensionElements><zeebe:taskDefinition type="%[2]s"/></extensionElements></serviceTask>`
	flow    = `<sequenceFlow id="flow_%d" sourceRef="%s" targetRef="%s"/>`
)

// Load is one process deployed on one gateway, and what has been counted there.
type Load struct {
	shape     Shape
	processID string
	clients   []pb.GatewayClient
	tally     Tally
	slots     chan struct{}
}

// deploy connects and deploys the process under a name of its own.
func deploy(ctx context.Context, shape Shape) (*Load, error) {
	load := &Load{shape: shape, processID: fmt.Sprintf("go-%d", time.Now().UnixNano()), slots: make(chan struct{}, shape.InFlight)}
	for range shape.Connections {
		connection, err := grpc.Dial(shape.Address, grpc.WithTransportCredentials(insecure.NewCredentials()))
		if err != nil {
			return nil, err
		}
		load.clients = append(load.clients, pb.NewGatewayClient(connection))
	}
	resource := &pb.Resource{Name: load.processID + ".bpmn", Content: []byte(load.diagram())}
	_, err := load.client(0).DeployResource(ctx, &pb.DeployResourceRequest{Resources: []*pb.Resource{resource}})
	return load, err
}

// client spreads callers over the connections.
func (load *Load) client(number int) pb.GatewayClient {
	return load.clients[number%len(load.clients)]
}

func (load *Load) jobType(number int) string {
	return fmt.Sprintf("%s-%d", load.processID, number)
}

func (load *Load) diagram() string {
	var text strings.Builder
	text.WriteString(heading)
	fmt.Fprintf(&text, `<process id="%s" isExecutable="true"><startEvent id="start"/>`, load.processID)
	before := "start"
	for number := 1; number <= load.shape.Tasks; number++ {
		fmt.Fprintf(&text, task, number, load.jobType(number))
		next := fmt.Sprintf("task_%d", number)
		fmt.Fprintf(&text, flow, number, before, next)
		before = next
	}
	text.WriteString(`<endEvent id="end"/>`)
	fmt.Fprintf(&text, flow, 0, before, "end")
	text.WriteString(`</process></definitions>`)
	return text.String()
}

func (load *Load) creation() *pb.CreateProcessInstanceRequest {
	return &pb.CreateProcessInstanceRequest{BpmnProcessId: load.processID, Version: -1, Variables: load.shape.Variables}
}
