// A stock Go client that does what it is told, a line of JSON at a time: `client ADDRESS`. ../README.md is the protocol.
package main

import (
	"bufio"
	"encoding/json"
	"errors"
	"log"
	"os"
	"runtime/debug"
	"strconv"
	"sync"
	"time"

	"github.com/camunda/zeebe/clients/go/v8/pkg/worker"
	"github.com/camunda/zeebe/clients/go/v8/pkg/zbc"
	"google.golang.org/grpc/status"
)

const library = "github.com/camunda/zeebe/clients/go/v8"

// Program is the client, its open workers, and the way out.
type Program struct {
	client  zbc.Client
	mutex   sync.Mutex
	workers map[string]worker.JobWorker
	output  *json.Encoder
}

func main() {
	client, err := zbc.NewClient(&zbc.ClientConfig{
		GatewayAddress:         os.Args[1],
		UsePlaintextConnection: os.Getenv("CLIENT_TRUSTED") == "",
		CaCertificatePath:      os.Getenv("CLIENT_TRUSTED"),
		KeepAlive:              keepAlive(),
	})
	if err != nil {
		log.Fatal(err)
	}
	program := &Program{client: client, workers: map[string]worker.JobWorker{}, output: json.NewEncoder(os.Stdout)}
	program.say(object{"ready": object{"library": library, "version": version(), "operations": operations()}})
	lines := bufio.NewScanner(os.Stdin)
	lines.Buffer(nil, 16<<20)
	for lines.Scan() {
		request := Request{Version: -1}
		if err := json.Unmarshal(lines.Bytes(), &request); err != nil {
			log.Fatalf("%s: %v", lines.Text(), err)
		}
		go program.serve(request)
	}
}

// keepAlive is how often to ping; zero leaves it to the library (45 s).
func keepAlive() time.Duration {
	interval, _ := strconv.Atoi(os.Getenv("CLIENT_KEEP_ALIVE_MS"))
	return time.Duration(interval) * time.Millisecond
}

func version() string {
	build, _ := debug.ReadBuildInfo()
	for _, module := range build.Deps {
		if module.Path == library {
			return module.Version
		}
	}
	return "unknown"
}

type object map[string]any

func (program *Program) serve(request Request) {
	operation, found := known[request.Do]
	if !found {
		log.Fatalf("there is no operation %q", request.Do)
	}
	answer, err := operation(program, request)
	if err != nil {
		program.say(object{"id": request.ID, "error": told(err)})
		return
	}
	program.say(object{"id": request.ID, "ok": answer})
}

// told is an error as the protocol wants it: the name of its gRPC status, or LOCAL if the call never left.
func told(err error) object {
	var remote interface{ GRPCStatus() *status.Status }
	if !errors.As(err, &remote) {
		return object{"code": "LOCAL", "message": err.Error()}
	}
	return object{"code": statusNames[remote.GRPCStatus().Code()], "message": remote.GRPCStatus().Message()}
}

func (program *Program) say(line object) {
	program.mutex.Lock()
	defer program.mutex.Unlock()
	if err := program.output.Encode(line); err != nil {
		log.Fatal(err)
	}
}
