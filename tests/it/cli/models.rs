//! `models`: what providers really offer, names they do not list, and lists that are fetched anew.

use std::fs;
use std::sync::Arc;

use rustls::ServerConfig;
use rustls::crypto::ring::default_provider;
use rustls::pki_types::PrivateKeyDer;
use serde_json::{Value, json};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpListener;
use tokio_rustls::TlsAcceptor;
use wiremock::matchers::{method, path};
use wiremock::{Mock, MockServer, ResponseTemplate};

use super::stage::Stage;

const API: &str = r#"{ "acme": { "models": { "large": { "reasoning": true, "tool_call": true,
    "cost": { "input": 1.5, "output": 6 }, "limit": { "context": 300000, "output": 32000 } } } } }"#;

fn runtime() -> tokio::runtime::Runtime {
    tokio::runtime::Builder::new_multi_thread().worker_threads(1).enable_all().build().unwrap()
}

/// A stage whose provider `acme` lists these models, and plays every role with the model of that name.
fn staged(runtime: &tokio::runtime::Runtime, listed: &[&str], model: &str) -> (Stage, MockServer) {
    let server = runtime.block_on(async {
        let server = MockServer::start().await;
        let models: Vec<Value> = listed.iter().map(|id| json!({ "id": id })).collect();
        let list = ResponseTemplate::new(200).set_body_json(json!({ "data": models }));
        Mock::given(path("/v1/models")).respond_with(list).mount(&server).await;
        let api = ResponseTemplate::new(200).set_body_string(API);
        Mock::given(method("GET")).and(path("/api.json")).respond_with(api).mount(&server).await;
        server
    });
    let stage = Stage::new();
    stage.configure(&format!(
        "[models]\ndefault = \"acme/{model}\"\n\n[providers.acme]\nbase_url = \"{}/v1\"\n",
        server.uri()
    ));
    (stage, server)
}

#[test]
fn what_is_offered_is_told_with_who_is_played_by_it_and_what_it_costs() {
    let runtime = runtime();
    let (stage, _server) = staged(&runtime, &["large", "small"], "large");
    let file = stage.path("api.json");
    fs::write(&file, API).unwrap();
    stage.told(&["models", &format!("--refresh={}", file.display())]);
    let shown = stage.told(&["models"]);
    assert!(shown.contains("acme offers 2 models:"), "{shown}");
    let row = shown.lines().find(|line| line.contains("acme/large") && line.contains("300K")).unwrap();
    assert!(row.contains("every role") && row.contains("$1.50 in, $6.00 out per million tokens"), "{row}");
    assert!(shown.lines().any(|line| line.contains("acme/small") && line.contains("unpriced")), "{shown}");
    let offered = stage.json(&["models", "--offered"]);
    assert_eq!(offered[0]["provider"], "acme");
    assert_eq!(
        (&offered[0]["models"][0]["model"], &offered[0]["models"][0]["window"]),
        (&json!("acme/large"), &json!(300_000))
    );
}

#[test]
fn a_name_that_is_not_listed_is_doubted_and_still_taken() {
    let runtime = runtime();
    let (stage, _server) = staged(&runtime, &["claude-large", "claude-small"], "claude-lagre");
    let words = "acme does not list acme/claude-lagre; the nearest: acme/claude-large and acme/claude-small";
    let shown = stage.told(&["models"]);
    assert!(shown.contains(words), "{shown}");
    assert_eq!(stage.json(&["models"])[0]["doubt"], words);
    assert_eq!(stage.json(&["models"])[0]["usable"], true, "what is not listed may be served all the same");
}

#[test]
fn a_fallback_is_told_with_whether_it_can_take_over() {
    let stage = Stage::new();
    let models = "[models]\ndefault = \"rehearsal/demo\"\n\n[fallback]\ndefault = \"rehearsal/demo\"\nworker = \"nowhere/x\"\n";
    stage.configure(models);
    let shown = stage.told(&["models"]);
    let row =
        |model: &str| shown.lines().find(|line| line.contains(&format!("falls back to   {model}"))).unwrap();
    assert!(
        row("nowhere/x").contains("worker") && row("nowhere/x").contains("not usable: there is no provider"),
        "{shown}"
    );
    assert!(row("rehearsal/demo").contains("usable") && row("rehearsal/demo").contains("critic"), "{shown}");
    stage.configure("[fallback]\nworkr = \"a/b\"\n");
    assert!(stage.ended(&["models"], 2).1.contains("did you mean `fallback.worker`?"));
}

#[test]
fn lists_are_fetched_when_somebody_asks_and_the_persons_own_file_wins() {
    let runtime = runtime();
    let (stage, server) = staged(&runtime, &["large"], "large");
    let asked = || runtime.block_on(server.received_requests()).unwrap();
    stage.told(&["models"]);
    assert!(asked().iter().all(|request| request.url.path() != "/api.json"), "nothing is fetched unasked");
    let told = stage.told(&["models", &format!("--refresh={}/api.json", server.uri())]);
    assert!(told.contains("1 model") && told.contains("STAGE/state/models.json"), "{told}");
    assert_eq!(stage.json(&["models", "--offered"])[0]["models"][0]["price"]["input"], 1_500_000);
    let own = stage.path("mine.toml");
    fs::write(&own, "[model.\"acme/large\"]\nwindow = 9000\n").unwrap();
    let before = fs::read_to_string(stage.path("config/flightdeck/config.toml")).unwrap();
    stage.configure(&format!("prices = \"{}\"\n{before}", own.display()));
    assert_eq!(stage.json(&["models", "--offered"])[0]["models"][0]["window"], 9_000);
    assert!(
        stage
            .flightdeck(&["doctor", "--offline"])
            .output()
            .unwrap()
            .stdout
            .windows(11)
            .any(|part| part == b"models.json")
    );
}

#[test]
fn what_is_no_list_changes_nothing_and_says_what_to_do() {
    let stage = Stage::new();
    let page = stage.path("page.html");
    fs::write(&page, "<html>").unwrap();
    let refused = stage.ended(&["models", &format!("--refresh={}", page.display())], 2).1;
    assert!(refused.contains("nothing was changed"), "{refused}");
    let missing = stage.ended(&["models", "--refresh=/nowhere/api.json"], 1).1;
    assert!(
        missing.contains("/nowhere/api.json cannot be read") && missing.contains("--refresh=FILE"),
        "{missing}"
    );
    let unreached = stage.ended(&["models", "--refresh=http://127.0.0.1:9/api.json"], 1).1;
    assert!(unreached.contains("cannot be read") && unreached.contains("bring its api.json"), "{unreached}");
    assert!(!stage.path("state/models.json").exists());
    fs::create_dir_all(stage.path("state")).unwrap();
    fs::write(stage.path("state/models.json"), "{").unwrap();
    let checked = stage.flightdeck(&["doctor", "--offline"]).output().unwrap();
    let told = stage.clean(&checked.stdout);
    assert!(told.contains("models.json is not a list of models") && told.contains("--refresh"), "{told}");
}

#[test]
fn a_model_without_a_price_is_told_before_it_flies_under_a_money_budget() {
    let runtime = runtime();
    let (stage, _server) = staged(&runtime, &["large"], "large");
    let (out, _) = stage.ended(&["new", "A poll", "--budget", "3", "--headless"], 4);
    assert!(out.contains("note: acme/large has no known price"), "{out}");
    assert!(out.contains("1000000 tokens bind it instead"), "{out}");
}

/// A server on this machine that lists one model over TLS: its port, and the authority that signed its certificate.
fn over_tls(runtime: &tokio::runtime::Runtime) -> (u16, String) {
    let own = rcgen::generate_simple_self_signed(["localhost".to_owned()]).unwrap();
    let key = PrivateKeyDer::Pkcs8(own.signing_key.serialize_der().into());
    let config = ServerConfig::builder_with_provider(Arc::new(default_provider()));
    let config = config.with_safe_default_protocol_versions().unwrap().with_no_client_auth();
    let acceptor =
        TlsAcceptor::from(Arc::new(config.with_single_cert(vec![own.cert.der().clone()], key).unwrap()));
    let listener = runtime.block_on(TcpListener::bind("127.0.0.1:0")).unwrap();
    let port = listener.local_addr().unwrap().port();
    runtime.spawn(async move {
        let body = r#"{"data":[{"id":"m1"}]}"#;
        let answer = format!(
            "HTTP/1.1 200 OK\r\ncontent-type: application/json\r\ncontent-length: {}\r\nconnection: close\r\n\r\n{body}",
            body.len()
        );
        while let Ok((stream, _)) = listener.accept().await {
            // Whoever does not know the authority breaks off.
            let Ok(mut stream) = acceptor.accept(stream).await else { continue };
            let read = stream.read(&mut [0; 4096]).await;
            let written = stream.write_all(answer.as_bytes()).await;
            drop((read, written, stream.shutdown().await));
        }
    });
    (port, own.cert.pem())
}

#[test]
fn a_server_of_an_authority_of_ones_own_is_reached_once_that_is_named() {
    let runtime = runtime();
    let (port, authority) = over_tls(&runtime);
    let stage = Stage::new();
    stage.configure(&format!(
        "[models]\ndefault = \"ours/m1\"\n\n[providers.ours]\nwire = \"chat\"\nbase_url = \"https://localhost:{port}/v1\"\n"
    ));
    let shown = stage.told(&["models"]);
    let advice = "the authority that signed its certificate is not known here: install it, or name a file with it in NODE_EXTRA_CA_CERTS";
    assert!(shown.contains(advice), "{shown}");
    let file = stage.path("authority.pem");
    let with = |text: &str| {
        fs::write(&file, text).unwrap();
        let output = stage.flightdeck(&["models"]).env("NODE_EXTRA_CA_CERTS", &file).output().unwrap();
        stage.clean(&output.stdout) + &stage.clean(&output.stderr)
    };
    assert!(with(&authority).contains("ours offers 1 model:"), "{}", with(&authority));
    let refused = with("no certificate");
    assert!(
        refused.contains("NODE_EXTRA_CA_CERTS names STAGE/authority.pem, which holds no certificates"),
        "{refused}"
    );
}
