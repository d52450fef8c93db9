//! Job workers: long polls, and a stream beside them if asked for. tonic has none of its own.

use std::cell::Cell;
use std::rc::Rc;
use std::time::Duration;

use serde_json::{Value, json};
use tokio::task::spawn_local;
use tokio::time::sleep;
use tonic::Status;
use tonic::transport::Channel;

use crate::commands::{carry_out, described};
use crate::gateway::gateway_client::GatewayClient;
use crate::gateway::{ActivateJobsRequest, ActivatedJob, StreamActivatedJobsRequest};
use crate::request::Request;
use crate::{Program, say, told};

const POLL_MS: i64 = 10_000;
const RETRY_PAUSE: Duration = Duration::from_millis(100);

struct Worker {
    program: Program,
    request: Request,
    name: String,
    taken: Cell<usize>,
}

/// Opens a worker that tells of each job and answers the nth with the nth answer, or the last there is.
pub fn open(program: &Program, request: &Request) -> Value {
    let name = request.text("worker");
    let own = Program { client: program.client.clone(), workers: Default::default() };
    let worker = Rc::new(Worker { program: own, request: request.clone(), name: name.clone(), taken: Cell::new(0) });
    let mut tasks = vec![spawn_local(worker.clone().poll_forever()).abort_handle()];
    if request.is("stream") {
        tasks.push(spawn_local(worker.stream_forever()).abort_handle());
    }
    program.workers.borrow_mut().insert(name, tasks);
    json!({})
}

pub fn close(program: &Program, request: &Request) -> Value {
    let tasks = program.workers.borrow_mut().remove(&request.text("worker"));
    tasks.expect("an open worker").iter().for_each(|task| task.abort());
    json!({})
}

impl Worker {
    fn client(&self) -> GatewayClient<Channel> {
        self.program.client.clone()
    }

    async fn poll_forever(self: Rc<Self>) {
        loop {
            if self.poll().await.is_err() {
                sleep(RETRY_PAUSE).await;
            }
        }
    }

    async fn stream_forever(self: Rc<Self>) {
        loop {
            if self.stream().await.is_err() {
                sleep(RETRY_PAUSE).await;
            }
        }
    }

    async fn poll(&self) -> Result<(), Status> {
        let request = ActivateJobsRequest {
            r#type: self.request.text("type"),
            worker: self.name.clone(),
            timeout: self.request.number("timeout"),
            max_jobs_to_activate: self.request.small("maxJobs"),
            request_timeout: POLL_MS,
            ..Default::default()
        };
        let mut responses = self.client().activate_jobs(request).await?.into_inner();
        while let Some(response) = responses.message().await? {
            for job in response.jobs {
                self.answer(job).await;
            }
        }
        Ok(())
    }

    async fn stream(&self) -> Result<(), Status> {
        let request = StreamActivatedJobsRequest {
            r#type: self.request.text("type"),
            worker: self.name.clone(),
            timeout: self.request.number("timeout"),
            ..Default::default()
        };
        let mut jobs = self.client().stream_activated_jobs(request).await?.into_inner();
        while let Some(job) = jobs.message().await? {
            self.answer(job).await;
        }
        Ok(())
    }

    async fn answer(&self, job: ActivatedJob) {
        say(&json!({"event": "job", "worker": self.name, "job": described(&job)}));
        let answers = self.request.answers();
        let answer = &answers[self.taken.replace(self.taken.get() + 1).min(answers.len() - 1)];
        if answer.text("do") == "hold" {
            return;
        }
        let mut line = json!({"event": "answered", "worker": self.name, "jobKey": job.key.to_string()});
        if let Err(status) = Box::pin(carry_out(&self.program, &answer.about(job.key))).await {
            line["error"] = told(&status);
        }
        say(&line);
    }
}
