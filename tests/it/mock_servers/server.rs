//! A server of others as a child process: on a free port, ended with the test.

use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::Duration;

use serde_json::Value;

/// How long a server may take to answer for the first time: Python imports slowly on a busy machine.
const START: Duration = Duration::from_mins(1);

/// A running server, ended when it is dropped.
pub struct Server {
    child: Child,
    pub uri: String,
    http: reqwest::Client,
}

/// The program that a variable names, or a note that the test is skipped.
pub fn program(variable: &str) -> Option<PathBuf> {
    let program = std::env::var_os(variable).map(PathBuf::from).filter(|path| !path.as_os_str().is_empty());
    if program.is_none() {
        eprintln!(
            "skipped: {variable} names no server; `sh tests/servers.sh DIR` installs it and says what to set"
        );
    }
    program
}

/// A program of others that is to be started.
#[expect(clippy::disallowed_methods, reason = "a server of others is no program of a mission")]
pub fn command(program: &Path) -> Command {
    Command::new(program)
}

fn client() -> reqwest::Client {
    flightdeck::instrument::http::install_crypto();
    reqwest::Client::new()
}

impl Server {
    /// Starts a program whose arguments are made from the port, and waits until `path` answers.
    pub async fn start(command: &mut Command, port: u16, path: &str) -> Self {
        let (http, uri) = (client(), format!("http://127.0.0.1:{port}"));
        let command = command.stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null());
        let mut server = Self { child: command.spawn().unwrap(), uri, http };
        let answers = async {
            while server.http.get(format!("{}{path}", server.uri)).send().await.is_err() {
                assert!(server.child.try_wait().unwrap().is_none(), "{command:?} ended at once");
                tokio::time::sleep(Duration::from_millis(50)).await;
            }
        };
        assert!(tokio::time::timeout(START, answers).await.is_ok(), "{command:?} never answered");
        server
    }

    pub async fn get(&self, path: &str) -> Value {
        let answer = self.http.get(format!("{}{path}", self.uri)).send().await.unwrap();
        serde_json::from_str(&answer.text().await.unwrap()).unwrap()
    }

    /// Posts JSON and gives the status.
    pub async fn post(&self, path: &str, body: &Value) -> u16 {
        let request =
            self.http.post(format!("{}{path}", self.uri)).header("content-type", "application/json");
        // A quota belongs to a key, and each wire sends it in its own way.
        let request = if path.starts_with("/anthropic") {
            request.header("x-api-key", KEY)
        } else {
            request.bearer_auth(KEY)
        };
        let answer = request.body(body.to_string()).send().await.unwrap();
        answer.status().as_u16()
    }

    pub async fn delete(&self, path: &str) {
        self.http.delete(format!("{}{path}", self.uri)).send().await.unwrap();
    }

    /// What the configuration reads for a model of each wire at this server; `anthropic` is where Messages is spoken.
    pub fn variables(&self, anthropic: &str) -> [(&'static str, String); 6] {
        let v1 = format!("{}/v1", self.uri);
        [
            ("ANTHROPIC_BASE_URL", format!("{}{anthropic}", self.uri)),
            ("ANTHROPIC_API_KEY", KEY.to_owned()),
            ("OPENAI_BASE_URL", v1.clone()),
            ("OPENAI_API_KEY", KEY.to_owned()),
            ("LOCAL_BASE_URL", v1),
            ("LOCAL_API_KEY", KEY.to_owned()),
        ]
    }
}

/// The key that is sent. The servers take any.
pub const KEY: &str = "sk-mock";

impl Drop for Server {
    fn drop(&mut self) {
        // It may be gone already; either way nothing is left running.
        drop(self.child.kill());
        drop(self.child.wait());
    }
}
