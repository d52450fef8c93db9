//! The trip in Rust: books hotel, car and flight, and undoes each. `--stream` has the jobs pushed.

mod worker;

mod gateway {
    tonic::include_proto!("gateway_protocol");
}

use std::env;
use std::error::Error;

use gateway::gateway_client::GatewayClient;
use serde_json::{Value, json};
use tonic::transport::Endpoint;
use worker::{Job, Outcome, Worker};

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), Box<dyn Error>> {
    let address = env::var("ZEEBE_ADDRESS").unwrap_or_else(|_| "127.0.0.1:26500".into());
    let channel = Endpoint::new(format!("http://{address}"))?.connect_lazy();
    let streams = env::args().any(|argument| argument == "--stream");
    let mut worker = Worker::new(GatewayClient::new(channel), "trip-rust", streams);
    worker.does("book-hotel", |job| job.booked("hotelReservation", 'H'));
    worker.does("cancel-hotel", |job| job.cancelled("hotel", "hotelReservation"));
    worker.does("book-car", |job| job.booked("carReservation", 'C'));
    worker.does("cancel-car", |job| job.cancelled("car", "carReservation"));
    worker.does("book-flight", book_flight);
    worker.does("cancel-flight", |job| job.cancelled("flight", "flightReservation"));
    worker.run().await;
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
