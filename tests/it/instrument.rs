//! The instruments against a real HTTP server and real programs in a terminal.

// Clippy takes helpers for tests only where it is said that they are compiled for nothing else.
#![cfg(test)]

mod unruly;
mod wire;

use std::time::Duration;

use flightdeck::instrument::browser::Browser;
use flightdeck::instrument::http::{Body, HttpRequest, Payload};
use flightdeck::instrument::terminal::{Buffer, Colour, Pattern, Size};
use flightdeck::instrument::{
    CommandRecord, Exchange, HttpDriver, Instrument, InstrumentError, Place, Rendering, Screen,
    TerminalDriver,
};
use flightdeck::workspace::{Exit, Program};
use pretty_assertions::assert_eq;
use regex::Regex;
use serde_json::{Value, json};
use tokio_util::sync::CancellationToken;
use wiremock::matchers::{body_string, header, method, path};
use wiremock::{Mock, MockServer, ResponseTemplate};

const PATIENCE: Duration = Duration::from_secs(20);
const SIZE: Size = Size { cols: 60, rows: 12 };

fn driver() -> HttpDriver {
    HttpDriver::new(PATIENCE)
}

async fn get(driver: &HttpDriver, server: &MockServer, place: &str) -> Exchange {
    driver.send(&HttpRequest::new("get", server.uri() + place)).await.unwrap()
}

#[tokio::test]
async fn cookies_are_kept_until_they_are_reset_and_redirects_are_a_choice() {
    let server = MockServer::start().await;
    Mock::given(method("POST"))
        .and(path("/login"))
        .and(header("content-type", "application/x-www-form-urlencoded"))
        .and(body_string("name=Ada+L&pass=a%26b"))
        .respond_with(
            ResponseTemplate::new(303)
                .insert_header("location", "/home")
                .insert_header("set-cookie", "sid=1; Path=/"),
        )
        .mount(&server)
        .await;
    Mock::given(path("/home"))
        .and(header("cookie", "sid=1"))
        .respond_with(ResponseTemplate::new(200).set_body_string("welcome"))
        .mount(&server)
        .await;
    let mut driver = driver();
    assert_eq!(get(&driver, &server, "/home").await.answer.status, 404);
    let form = Payload::Form(vec![("name".into(), "Ada L".into()), ("pass".into(), "a&b".into())]);
    let login = HttpRequest::new("post", server.uri() + "/login").with(form);
    assert_eq!(driver.send(&login).await.unwrap().answer.status, 303);
    assert_eq!(get(&driver, &server, "/home").await.answer.body, Body::Text { text: "welcome".into() });
    driver.reset_cookies();
    assert_eq!(get(&driver, &server, "/home").await.answer.status, 404);
    let followed = driver.send(&login.following()).await.unwrap();
    assert_eq!((followed.answer.status, followed.answer.url.as_str()), (200, &*(server.uri() + "/home")));
    assert!(followed.text(Rendering::Text).contains("answered by"));
}

#[tokio::test]
async fn an_exchange_is_evidence_and_its_body_is_bounded() {
    let server = MockServer::start().await;
    Mock::given(path("/json"))
        .and(header("x-mine", "yes"))
        .respond_with(ResponseTemplate::new(418).set_body_json(json!({"tea": true})))
        .mount(&server)
        .await;
    Mock::given(path("/large"))
        .respond_with(ResponseTemplate::new(200).set_body_string("é".repeat(200_000)))
        .mount(&server)
        .await;
    let mut request = HttpRequest::new("put", server.uri() + "/json").with(Payload::Json(json!({"a": 1})));
    request.headers.push(("X-Mine".into(), "yes".into()));
    let exchange = driver().send(&request).await.unwrap();
    let evidence = exchange.evidence().unwrap();
    assert_eq!((evidence.kind, &*evidence.title), ("http", &*format!("PUT {}/json → 418", server.uri())));
    let kept: Value = serde_json::from_slice(&evidence.bytes).unwrap();
    assert_eq!(kept["request_body"], r#"{"a":1}"#);
    assert_eq!(kept["answer"]["status"], 418);
    assert_eq!(kept["answer"]["body"]["text"], r#"{"tea":true}"#);
    let text = exchange.text(Rendering::Text);
    assert!(text.contains("status: 418") && text.ends_with(r#"{"tea":true}"#));
    let large = get(&driver(), &server, "/large").await;
    assert!(matches!(&large.answer.body, Body::CutText { text } if text.len() == 256 * 1024));
}

#[tokio::test]
async fn only_this_machine_is_asked_and_silence_is_told() {
    let refused = |url: &str| {
        let request = HttpRequest::new("GET", url);
        async move { driver().send(&request).await.unwrap_err() }
    };
    for url in ["http://example.org/", "http://localhost.example.org/", "http://169.254.169.254/latest"] {
        let error = refused(url).await;
        assert!(matches!(error, InstrumentError::NotLoopback { .. }), "{url}: {error}");
    }
    for url in ["file:///etc/passwd", "localhost:3000/x", "nonsense"] {
        let error = refused(url).await;
        assert!(matches!(error, InstrumentError::BadRequest(_)), "{url}: {error}");
    }
    // Port 1 is for a service that no machine runs.
    for url in ["http://127.0.0.1:1/", "http://[::1]:1/", "https://localhost:1/"] {
        let silence = driver().send(&HttpRequest::new("GET", url)).await.unwrap();
        assert!(!silence.answer.came(), "{url}");
        let text = silence.text(Rendering::Text);
        assert!(
            text.starts_with("status: none") && text.contains("no answer: port 1 takes no connection"),
            "{text}"
        );
        let evidence = silence.evidence().unwrap();
        assert!(evidence.summary.starts_with("no answer after"), "{}", evidence.summary);
        assert!(String::from_utf8_lossy(&evidence.bytes).contains("port 1 takes no connection"));
    }
    let server = MockServer::start().await;
    Mock::given(path("/away"))
        .respond_with(ResponseTemplate::new(302).insert_header("location", "http://example.org/"))
        .mount(&server)
        .await;
    let away = HttpRequest::new("GET", server.uri() + "/away").following();
    assert_eq!(driver().send(&away).await.unwrap().answer.status, 302, "it is not followed off this machine");
}

fn start(program: &Program) -> TerminalDriver {
    TerminalDriver::start(program, SIZE).unwrap()
}

async fn see(terminal: &TerminalDriver, text: &str) -> Screen {
    terminal.wait_for(&Pattern::Text(text.into()), PATIENCE).await.unwrap()
}

#[tokio::test]
async fn a_program_is_typed_to_and_read() {
    let terminal =
        start(&Program::shell("printf 'name? '; read x; printf '\\033[31mhello %s\\033[0m\\n' $x; exit 3"));
    see(&terminal, "name?").await;
    assert_eq!(terminal.exit_status(), None);
    terminal.type_text("Ada").unwrap();
    terminal.press("Enter").unwrap();
    let screen = see(&terminal, "hello Ada").await;
    assert_eq!(screen.lines[..2], ["name? Ada", "hello Ada"]);
    assert_eq!(screen.cells[1][0].fg, Colour::Indexed { index: 1 });
    assert_eq!(terminal.wait().await, Exit::Code(3));
    let evidence = screen.evidence("greeting").unwrap();
    assert_eq!((evidence.kind, &*evidence.summary), ("terminal", "60×12: name? Ada"));
}

#[tokio::test]
async fn what_does_not_appear_is_told_with_the_screen() {
    let terminal = start(&Program::shell("echo ready; read x"));
    see(&terminal, "ready").await;
    let never = Pattern::Regex(Regex::new("nev+er").unwrap());
    let error = terminal.wait_for(&never, Duration::ZERO).await.unwrap_err().to_string();
    assert!(error.contains("/nev+er/") && error.contains("ready"), "{error}");
    terminal.press("Enter").unwrap();
    let error = terminal.wait_for(&never, PATIENCE).await.unwrap_err();
    assert!(matches!(error, InstrumentError::Ended { .. }), "{error}");
    assert!(matches!(terminal.press("Entr"), Err(InstrumentError::UnknownKey(_))));
}

#[tokio::test]
async fn signals_sizes_and_questions_reach_the_program() {
    let terminal = start(&Program::shell(
        "trap 'echo interrupted' INT; trap 'stty size' WINCH; stty size; echo ready; while :; do read x; done",
    ));
    let screen = see(&terminal, "ready").await;
    assert_eq!(screen.lines[0], "12 60");
    terminal.press("Ctrl+C").unwrap();
    see(&terminal, "interrupted").await;
    terminal.resize(Size { cols: 100, rows: 30 }).unwrap();
    terminal.press("Enter").unwrap();
    let screen = see(&terminal, "30 100").await;
    assert_eq!((screen.cols, screen.rows), (100, 30));
    assert_eq!(terminal.stop().await, Exit::Signal(1));
    assert_eq!(terminal.exit_status(), Some(Exit::Signal(1)));

    // It asks where the cursor is and shows the answer.
    let line = "stty -icanon -echo min 6; printf 'abc\\033[6n'; a=$(dd bs=6 count=1 2>/dev/null | tr -d '\\033'); echo; echo \"at $a.\"";
    see(&start(&Program::shell(line)), "at [1;4R.").await;
}

#[tokio::test]
async fn a_full_screen_program_is_driven() {
    let has_less = std::env::var_os("PATH")
        .is_some_and(|path| std::env::split_paths(&path).any(|dir| dir.join("less").is_file()));
    if !has_less {
        eprintln!("not tested: there is no less");
        return;
    }
    let directory = tempfile::tempdir().unwrap();
    let text = (1..=100).map(|n| format!("line {n}")).collect::<Vec<_>>().join("\n");
    std::fs::write(directory.path().join("text"), text).unwrap();
    let terminal = start(&Program::new("less").arg("text").dir(directory.path()).env("LESS", ""));
    let screen = see(&terminal, "line 11").await;
    assert_eq!((screen.buffer, &*screen.lines[0]), (Buffer::Alternate, "line 1"));
    terminal.press("PageDown").unwrap();
    see(&terminal, "line 22").await;
    terminal.type_text("/line 77").unwrap();
    terminal.press("Enter").unwrap();
    see(&terminal, "line 77").await;
    terminal.press("q").unwrap();
    assert_eq!(terminal.wait().await, Exit::Code(0));
}

#[tokio::test]
async fn dropping_a_terminal_ends_its_program() {
    let terminal = start(&Program::shell("trap '' HUP TERM; echo pid $$.; while :; do sleep 1; done"));
    let screen = see(&terminal, ".").await;
    let pid = screen.lines[0].trim_start_matches("pid ").trim_end_matches('.').parse().unwrap();
    drop(terminal);
    crate::workspace::process::until_dead(pid).await;
}

#[tokio::test]
async fn a_command_is_evidence() {
    let directory = tempfile::tempdir().unwrap();
    let program = Program::shell("pwd; echo failing >&2; exit 2").dir(directory.path());
    let finished = program.run(CancellationToken::new(), |_| {}).await.unwrap();
    let record = CommandRecord::new(&program, finished);
    assert_eq!(record.exit, Exit::Code(2));
    assert!(record.output.ends_with("failing\n"));
    let evidence = record.evidence().unwrap();
    assert_eq!(evidence.title, "$ pwd; echo failing >&2; exit 2");
    let kept: Value = serde_json::from_slice(&evidence.bytes).unwrap();
    assert_eq!(kept["exit"], json!({"code": 2}));
    assert!(record.text().contains("[exit code 2, "));
}

#[test]
fn without_a_browser_a_verdict_is_blocked() {
    let refused = Browser::new(&Place::new(|line, _| Ok(Program::shell(line))));
    let error = refused.err().map(|fault| fault.to_string()).unwrap_or_default();
    assert!(error.starts_with("blocked: no browser instrument;"), "{error}");
}
