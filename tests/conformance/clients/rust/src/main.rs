//! A client in Rust that does what it is told, a line of JSON at a time: `client ADDRESS`. ../README.md is the protocol.
//!
//! It is plain tonic on the gateway's description: what somebody writes who uses no Zeebe library.

mod commands;
mod request;
mod work;

mod gateway {
    tonic::include_proto!("gateway_protocol");
}

use std::cell::RefCell;
use std::collections::HashMap;
use std::env;
use std::error::Error;
use std::rc::Rc;
use std::time::Duration;

use gateway::gateway_client::GatewayClient;
use request::Request;
use serde_json::{Value, json};
use tokio::io::{AsyncBufReadExt, BufReader};
use tokio::task::{AbortHandle, LocalSet, spawn_local};
use tonic::transport::{Channel, Endpoint};
use tonic::{Code, Status};

/// The largest message of the server.
const MESSAGE_BYTES: usize = 4 * 1024 * 1024;

/// The connection, and the open workers.
pub struct Program {
    client: GatewayClient<Channel>,
    workers: RefCell<HashMap<String, Vec<AbortHandle>>>,
}

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), Box<dyn Error>> {
    let address = env::args().nth(1).ok_or("usage: client ADDRESS")?;
    let client = GatewayClient::new(connection(&address).await?).max_decoding_message_size(MESSAGE_BYTES);
    let program = Rc::new(Program { client, workers: RefCell::default() });
    say(&json!({"ready": {"library": "tonic", "version": env!("TONIC_VERSION"), "operations": commands::OPERATIONS}}));
    LocalSet::new().run_until(serve(program)).await
}

/// Connects with the first call, but at once where it is to ping.
async fn connection(address: &str) -> Result<Channel, Box<dyn Error>> {
    let endpoint = Endpoint::new(format!("http://{address}"))?;
    if let Ok(interval) = env::var("CLIENT_KEEP_ALIVE_MS") {
        let interval = Duration::from_millis(interval.parse()?);
        return Ok(endpoint.http2_keep_alive_interval(interval).keep_alive_while_idle(true).connect().await?);
    }
    Ok(endpoint.connect_lazy())
}

async fn serve(program: Rc<Program>) -> Result<(), Box<dyn Error>> {
    let mut lines = BufReader::new(tokio::io::stdin()).lines();
    while let Some(line) = lines.next_line().await? {
        let request = Request::new(serde_json::from_str(&line)?);
        let program = program.clone();
        spawn_local(async move {
            let id = request.number("id");
            match commands::carry_out(&program, &request).await {
                Ok(answer) => say(&json!({"id": id, "ok": answer})),
                Err(status) => say(&json!({"id": id, "error": told(&status)})),
            }
        });
    }
    Ok(())
}

/// One line of output; `println!` does not mix lines.
pub fn say(line: &Value) {
    println!("{line}");
}

/// An error as the protocol wants it: the name of its status.
pub fn told(status: &Status) -> Value {
    json!({"code": name_of(status.code()), "message": status.message()})
}

fn name_of(code: Code) -> &'static str {
    match code {
        Code::Ok => "OK",
        Code::Cancelled => "CANCELLED",
        Code::Unknown => "UNKNOWN",
        Code::InvalidArgument => "INVALID_ARGUMENT",
        Code::DeadlineExceeded => "DEADLINE_EXCEEDED",
        Code::NotFound => "NOT_FOUND",
        Code::AlreadyExists => "ALREADY_EXISTS",
        Code::PermissionDenied => "PERMISSION_DENIED",
        Code::ResourceExhausted => "RESOURCE_EXHAUSTED",
        Code::FailedPrecondition => "FAILED_PRECONDITION",
        Code::Aborted => "ABORTED",
        Code::OutOfRange => "OUT_OF_RANGE",
        Code::Unimplemented => "UNIMPLEMENTED",
        Code::Internal => "INTERNAL",
        Code::Unavailable => "UNAVAILABLE",
        Code::DataLoss => "DATA_LOSS",
        Code::Unauthenticated => "UNAUTHENTICATED",
    }
}
