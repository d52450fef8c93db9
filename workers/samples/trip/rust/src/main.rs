//! The trip in Rust: books hotel, car and flight, and undoes each. `--stream` has the jobs pushed.

mod worker;

mod gateway {
    tonic::include_proto!("gateway_protocol");
}

use std::env;
use std::error::Error;

use gateway::gateway_client::GatewayClient;
use serde_json::{Value, json};
use tokio::select;
use tokio::signal::unix::{SignalKind, signal};
use tonic::transport::Endpoint;
use worker::{Handler, Job, Outcome, Worker};

const TASKS: [(&str, Handler); 6] = [
    ("book-hotel", |job| job.booked("hotelReservation", 'H')),
    ("cancel-hotel", |job| job.cancelled("hotel", "hotelReservation")),
    ("book-car", |job| job.booked("carReservation", 'C')),
    ("cancel-car", |job| job.cancelled("car", "carReservation")),
    ("book-flight", book_flight),
    ("cancel-flight", |job| job.cancelled("flight", "flightReservation")),
];

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), Box<dyn Error>> {
    let (options, chosen): (Vec<_>, Vec<_>) = env::args().skip(1).partition(|argument| argument == "--stream");
    if let Some(unknown) = chosen.iter().find(|name| TASKS.iter().all(|(job_type, _)| job_type != name)) {
        return Err(format!("there is no task {unknown:?}; there are book- and cancel- of hotel, car and flight").into());
    }
    let address = env::var("ZEEBE_ADDRESS").unwrap_or_else(|_| "127.0.0.1:26500".into());
    let channel = Endpoint::new(format!("http://{address}"))?.connect_lazy();
    let mut worker = Worker::new(GatewayClient::new(channel), "trip-rust", !options.is_empty());
    for (job_type, handler) in TASKS {
        if chosen.is_empty() || chosen.iter().any(|name| name == job_type) {
            worker.does(job_type, handler);
        }
    }
    let mut terminated = signal(SignalKind::terminate())?;
    select! {
        () = worker.run() => {}
        _ = terminated.recv() => {} // jobs that are not answered come again after their timeout
    }
    Ok(())
}

fn book_flight(job: &Job) -> Outcome {
    if job.variables["flightFails"] == Value::Bool(true) {
        return Outcome::Error { code: "FLIGHT_UNAVAILABLE", message: "no seats left" };
    }
    job.booked("flightReservation", 'F')
}

impl Job {
    fn booked(&self, variable: &str, initial: char) -> Outcome {
        Outcome::Done(json!({ variable: format!("{initial}-{}", self.process_instance_key) }))
    }

    fn cancelled(&self, what: &str, variable: &str) -> Outcome {
        println!("{what} {} cancelled", self.variables[variable].as_str().unwrap_or("without reservation"));
        Outcome::Done(json!({}))
    }
}
