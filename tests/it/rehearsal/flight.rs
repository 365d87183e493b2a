//! The demo for real: its workers' code is compiled, tested, started and used. It takes half a minute and a cargo.

#![expect(clippy::disallowed_methods, reason = "a test starts the demo's own program")]

use std::fmt::Write as _;
use std::io::{Read, Write};
use std::net::TcpStream;
use std::path::Path;
use std::process::{Child, ChildStdin, Command, Stdio};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use flightdeck::agent::model::ResultStatus::Done;
use pretty_assertions::assert_eq;
use serde_json::Value;

use super::demo::{FEATURES, demo, work};
use super::stage::{labels, play, request};
use super::world::World;

fn shell(folder: &Path, command: &str) -> String {
    let command = format!("{command} 2>&1");
    let mut program = Command::new("sh");
    program.args(["-c", &command]).current_dir(folder).env("CARGO_TARGET_DIR", folder.join("target"));
    for who in ["GIT_AUTHOR", "GIT_COMMITTER"] {
        program.env(format!("{who}_NAME"), "demo").env(format!("{who}_EMAIL"), "demo@localhost");
    }
    let output = program.output().unwrap();
    format!("{}\nexit code: {}", String::from_utf8_lossy(&output.stdout), output.status.code().unwrap())
}

/// The running web service, stopped when it goes out of sight.
struct Service(Child);

impl Service {
    fn start(folder: &Path, port: u16) -> Self {
        let mut program = Command::new(folder.join("target/debug/guestbook"));
        program.arg("serve").current_dir(folder).env("PORT", port.to_string()).stdout(Stdio::null());
        let service = Self(program.spawn().unwrap());
        for _ in 0..100 {
            if TcpStream::connect(("127.0.0.1", port)).is_ok() {
                return service;
            }
            std::thread::sleep(Duration::from_millis(20));
        }
        panic!("the guestbook does not answer");
    }
}

impl Drop for Service {
    fn drop(&mut self) {
        drop(self.0.kill());
        drop(self.0.wait());
    }
}

fn http(port: u16, input: &Value) -> String {
    let method = input["method"].as_str().unwrap();
    let path = input["url"].as_str().unwrap().split_once(&format!(":{port}")).unwrap().1.to_owned();
    let mut body = String::new();
    if let Some(form) = input["form"].as_object() {
        for (name, value) in form {
            let separator = if body.is_empty() { "" } else { "&" };
            write!(body, "{separator}{name}=").unwrap();
            for byte in value.as_str().unwrap().bytes() {
                write!(body, "%{byte:02X}").unwrap();
            }
        }
    }
    let mut stream = TcpStream::connect(("127.0.0.1", port)).unwrap();
    write!(stream, "{method} {path} HTTP/1.1\r\nHost: x\r\nContent-Length: {}\r\n\r\n{body}", body.len())
        .unwrap();
    let mut answer = String::new();
    stream.read_to_string(&mut answer).unwrap();
    let (head, body) = answer.split_once("\r\n\r\n").unwrap();
    let (first, fields) = head.split_once("\r\n").unwrap();
    let status = first.split(' ').nth(1).unwrap();
    format!("status: {status}\n{}\n\n{body}", fields.replace('\r', ""))
}

/// A program under a pretended terminal: what it wrote is the screen.
struct Terminal {
    child: Child,
    keys: ChildStdin,
    screen: Arc<Mutex<Vec<u8>>>,
}

impl Terminal {
    fn start(folder: &Path, program: &str) -> Self {
        let mut child = Command::new("sh")
            .args(["-c", program])
            .current_dir(folder)
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()
            .unwrap();
        let keys = child.stdin.take().unwrap();
        let mut output = child.stdout.take().unwrap();
        let screen = Arc::new(Mutex::new(Vec::new()));
        let written = Arc::clone(&screen);
        std::thread::spawn(move || {
            let mut bytes = [0; 256];
            while let Ok(count @ 1..) = output.read(&mut bytes) {
                written.lock().unwrap().extend_from_slice(&bytes[..count]);
            }
        });
        Self { child, keys, screen }
    }

    fn text(&self) -> String {
        String::from_utf8_lossy(&self.screen.lock().unwrap()).into_owned()
    }

    fn wait(&self, text: &str) -> String {
        for _ in 0..200 {
            if self.text().contains(text) {
                break;
            }
            std::thread::sleep(Duration::from_millis(10));
        }
        self.text()
    }
}

impl Drop for Terminal {
    fn drop(&mut self) {
        drop(self.child.kill());
        drop(self.child.wait());
    }
}

fn terminal(open: &mut Option<Terminal>, folder: &Path, input: &Value) -> String {
    let text = input["text"].as_str().unwrap_or_default();
    match (input["action"].as_str().unwrap(), open.as_mut()) {
        ("start", _) => {
            *open = Some(Terminal::start(folder, input["command"].as_str().unwrap()));
            String::new()
        }
        ("wait", Some(terminal)) => terminal.wait(text),
        ("type", Some(terminal)) => terminal.keys.write_all(text.as_bytes()).map(|()| String::new()).unwrap(),
        ("press", Some(terminal)) => terminal.keys.write_all(b"\n").map(|()| String::new()).unwrap(),
        ("stop", _) => {
            *open = None;
            String::new()
        }
        (action, _) => panic!("no terminal for {action}"),
    }
}

/// Every assertion that was asked for, with its outcome.
fn verdicts(folder: &Path, milestone: &str, round: &str, asked: &str) -> Vec<(String, String)> {
    let port = std::net::TcpListener::bind(("127.0.0.1", 0)).unwrap().local_addr().unwrap().port();
    let mut service = Some(Service::start(folder, port));
    let labels = labels(&[("role", "user_testing"), ("milestone", milestone), ("round", round)]);
    let mut request = request(labels, &format!("app: http://127.0.0.1:{port}\n{asked}"));
    let mut open = None;
    let mut count = 0;
    let made = play(&demo(), &mut request, &["report_user_testing"], &mut |tool, input| {
        count += 1;
        let answer = match tool {
            "http" => http(port, input),
            "app" => {
                assert_eq!(input["action"], "restart");
                // The port is free once the one before it is gone.
                drop(service.take());
                service = Some(Service::start(folder, port));
                String::new()
            }
            "terminal" => terminal(&mut open, folder, input),
            _ => String::new(),
        };
        (format!("{answer}\nevidence: ev_{count}"), Done)
    });
    let verdicts = made.iter().filter(|(tool, _)| tool == "verdict").map(|(_, verdict)| {
        assert!(!verdict["evidence"].as_array().unwrap().is_empty(), "{verdict}");
        let text = |key: &str| verdict[key].as_str().unwrap().to_owned();
        (text("assertion"), text("outcome"))
    });
    verdicts.collect()
}

fn build(world: &mut World, feature: &str) {
    let handoff = work(world, feature, &mut |world, command| shell(world.path(), command));
    assert_eq!(handoff["commands"][0]["exit_code"], 0, "{feature}: {handoff}");
    for command in ["cargo build", "cargo test", "cargo clippy --all-targets"] {
        let output = shell(world.path(), command);
        assert!(output.ends_with("exit code: 0") && !output.contains("warning"), "{feature}: {output}");
    }
    let tree = shell(world.path(), "git status --porcelain");
    assert_eq!(tree.trim(), "exit code: 0", "{feature} leaves a clean tree");
}

#[test]
#[ignore = "compiles the demo's app seven times; run it after a change in assets/demo"]
fn the_demo_flies_for_real() {
    let web: String = ["WEB-001", "WEB-002", "WEB-003", "API-001"].map(|id| format!("VAL-{id}\n")).concat();
    let sign: String =
        ["SIGN-001", "SIGN-002", "SIGN-003", "SIGN-004", "SIGN-005"].map(|id| format!("VAL-{id}\n")).concat();
    let cli =
        ["CLI-001", "CLI-002", "CLI-003", "CLI-004", "API-002"].map(|id| format!("VAL-{id}\n")).concat();
    let failed = |verdicts: Vec<(String, String)>| -> Vec<String> {
        verdicts.into_iter().filter(|(_, outcome)| outcome != "pass").map(|(id, _)| id).collect()
    };
    let mut world = World::new();
    shell(world.path(), "git init -q && git add -A && git commit -qm start");
    for feature in &FEATURES[..4] {
        build(&mut world, feature);
    }
    let first = verdicts(world.path(), "M1", "1", &format!("{web}{sign}"));
    assert_eq!(first.len(), 9);
    assert_eq!(failed(first), ["VAL-SIGN-002"], "the bug is real, and the only one");
    build(&mut world, FEATURES[4]);
    assert_eq!(failed(verdicts(world.path(), "M1", "2", "VAL-SIGN-002")), Vec::<String>::new());
    for feature in &FEATURES[5..] {
        build(&mut world, feature);
    }
    let last = verdicts(world.path(), "M2", "1", &cli);
    assert_eq!(last.len(), 5);
    assert_eq!(failed(last), Vec::<String>::new());
    let again = verdicts(world.path(), "M2", "2", &format!("{web}{sign}{cli}"));
    assert_eq!(again.len(), 14, "at the last gate everything can be proven again");
    assert_eq!(failed(again), Vec::<String>::new());
    assert_eq!(world.faults, Vec::<String>::new());
}
