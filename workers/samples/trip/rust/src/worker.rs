//! A small worker: takes jobs of several types by long polls, and on streams if asked to, and answers each.

use std::time::Duration;

use serde_json::Value;
use tokio::task::JoinSet;
use tokio::time::sleep;
use tonic::Status;
use tonic::transport::Channel;

use crate::gateway::gateway_client::GatewayClient;
use crate::gateway::{ActivateJobsRequest, ActivatedJob, CompleteJobRequest, FailJobRequest, StreamActivatedJobsRequest, ThrowErrorRequest};

const JOB_TIMEOUT_MS: i64 = 60_000;
const POLL_MS: i64 = 10_000;
const JOBS_PER_POLL: i32 = 32;
const RETRY_PAUSE: Duration = Duration::from_secs(1);

/// What a handler is given.
pub struct Job {
    pub process_instance_key: i64,
    pub variables: Value,
}

/// How a job ended.
pub enum Outcome {
    Done(Value),
    Error { code: &'static str, message: &'static str },
}

pub type Handler = fn(&Job) -> Outcome;

/// Takes jobs until it is interrupted.
pub struct Worker {
    client: GatewayClient<Channel>,
    name: &'static str,
    streams: bool,
    tasks: JoinSet<()>,
}

impl Worker {
    pub fn new(client: GatewayClient<Channel>, name: &'static str, streams: bool) -> Self {
        Self { client, name, streams, tasks: JoinSet::new() }
    }

    /// Take jobs of this type from now on. A stream brings what becomes ready; polls beside it bring what was ready before.
    pub fn does(&mut self, job_type: &'static str, handler: Handler) {
        let taker = Taker { client: self.client.clone(), job_type, worker: self.name, handler };
        if self.streams {
            self.tasks.spawn(taker.clone().stream_forever());
        }
        self.tasks.spawn(taker.poll_forever());
    }

    pub async fn run(mut self) {
        while self.tasks.join_next().await.is_some() {}
    }
}

#[derive(Clone)]
struct Taker {
    client: GatewayClient<Channel>,
    job_type: &'static str,
    worker: &'static str,
    handler: Handler,
}

impl Taker {
    async fn poll_forever(mut self) {
        loop {
            let result = self.poll().await;
            self.rest_after(result).await;
        }
    }

    async fn stream_forever(mut self) {
        loop {
            let result = self.stream().await;
            self.rest_after(result).await;
        }
    }

    async fn rest_after(&self, result: Result<(), Status>) {
        if let Err(status) = result {
            eprintln!("{}: {} ({:?}); trying again", self.job_type, status.message(), status.code());
            sleep(RETRY_PAUSE).await;
        }
    }

    async fn poll(&mut self) -> Result<(), Status> {
        let request = ActivateJobsRequest {
            r#type: self.job_type.into(),
            worker: self.worker.into(),
            timeout: JOB_TIMEOUT_MS,
            max_jobs_to_activate: JOBS_PER_POLL,
            request_timeout: POLL_MS,
            ..Default::default()
        };
        let mut responses = self.client.activate_jobs(request).await?.into_inner();
        while let Some(response) = responses.message().await? {
            for job in response.jobs {
                self.answer(job).await?;
            }
        }
        Ok(())
    }

    async fn stream(&mut self) -> Result<(), Status> {
        let request = StreamActivatedJobsRequest {
            r#type: self.job_type.into(),
            worker: self.worker.into(),
            timeout: JOB_TIMEOUT_MS,
            ..Default::default()
        };
        let mut jobs = self.client.stream_activated_jobs(request).await?.into_inner();
        while let Some(job) = jobs.message().await? {
            self.answer(job).await?;
        }
        Ok(())
    }

    async fn answer(&mut self, job: ActivatedJob) -> Result<(), Status> {
        let variables = match serde_json::from_str(&job.variables) {
            Ok(variables) => variables,
            Err(error) => return self.fail(&job, error.to_string()).await,
        };
        match (self.handler)(&Job { process_instance_key: job.process_instance_key, variables }) {
            Outcome::Done(result) => {
                let request = CompleteJobRequest { job_key: job.key, variables: result.to_string(), ..Default::default() };
                self.client.complete_job(request).await?;
            }
            Outcome::Error { code, message } => {
                let request = ThrowErrorRequest {
                    job_key: job.key,
                    error_code: code.into(),
                    error_message: message.into(),
                    ..Default::default()
                };
                self.client.throw_error(request).await?;
            }
        }
        Ok(())
    }

    async fn fail(&mut self, job: &ActivatedJob, error_message: String) -> Result<(), Status> {
        let request = FailJobRequest { job_key: job.key, retries: job.retries - 1, error_message, ..Default::default() };
        self.client.fail_job(request).await?;
        Ok(())
    }
}
