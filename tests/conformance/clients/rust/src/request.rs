//! One line of input; an operation reads the fields that concern it. Keys travel as strings, times as milliseconds.

use serde_json::Value;

#[derive(Clone)]
pub struct Request(Value);

impl Request {
    pub fn new(line: Value) -> Self {
        Self(line)
    }

    /// A text; nothing said is the empty one.
    pub fn text(&self, name: &str) -> String {
        self.0[name].as_str().unwrap_or_default().into()
    }

    /// A number; nothing said is 0.
    pub fn number(&self, name: &str) -> i64 {
        self.0[name].as_i64().unwrap_or_default()
    }

    /// A small number; nothing said is 0.
    pub fn small(&self, name: &str) -> i32 {
        self.number(name).try_into().expect("a number of 32 bits")
    }

    pub fn is(&self, name: &str) -> bool {
        self.0[name].as_bool().unwrap_or_default()
    }

    /// A key; nothing said is 0, which no key is.
    pub fn key(&self, name: &str) -> i64 {
        self.0[name].as_str().map_or(0, |key| key.parse().expect("a key"))
    }

    /// The version that is asked for; nothing said is the latest.
    pub fn version(&self) -> i32 {
        self.0["version"].as_i64().map_or(-1, |version| version.try_into().expect("a version"))
    }

    /// As text; nothing said is no variables.
    pub fn variables(&self) -> String {
        self.0.get("variables").map_or_else(|| "{}".into(), Value::to_string)
    }

    pub fn texts(&self, name: &str) -> Vec<String> {
        let texts = self.0[name].as_array().into_iter().flatten();
        texts.filter_map(|text| text.as_str().map(String::from)).collect()
    }

    pub fn answers(&self) -> Vec<Request> {
        self.0["answers"].as_array().into_iter().flatten().cloned().map(Request).collect()
    }

    /// The same, about this job.
    pub fn about(&self, job_key: i64) -> Self {
        let mut answer = self.clone();
        answer.0["jobKey"] = job_key.to_string().into();
        answer
    }
}
