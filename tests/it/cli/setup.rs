//! `setup`: what there is to fly with on this machine, a real call, and what is kept of it.

use std::fs;
use std::os::unix::fs::PermissionsExt;

use serde_json::{Value, json};
use wiremock::matchers::{header, method, path};
use wiremock::{Mock, MockServer, ResponseTemplate};

use super::stage::Stage;

/// What `setup` finds where nothing of this machine is looked at but what a test puts there.
struct Place {
    stage: Stage,
    variables: Vec<(&'static str, String)>,
}

impl Place {
    fn new() -> Self {
        let stage = Stage::new();
        // A port that nobody listens on stands for a server that does not run.
        let variables = ["OLLAMA_HOST", "LLAMA_ARG_PORT"].map(|name| (name, "127.0.0.1:9".to_owned())).into();
        Self { stage, variables }
    }

    fn with(mut self, name: &'static str, value: impl Into<String>) -> Self {
        self.variables.retain(|(known, _)| *known != name);
        self.variables.push((name, value.into()));
        self
    }

    fn run(&self, arguments: &[&str]) -> (Option<i32>, String, String) {
        let mut command = self.stage.flightdeck(arguments);
        let path = self.stage.path("bin");
        command.env("PATH", format!("{}:/usr/bin:/bin", path.display()));
        command.envs(self.variables.iter().map(|(name, value)| (*name, value)));
        let output = command.output().unwrap();
        (output.status.code(), self.stage.clean(&output.stdout), self.stage.clean(&output.stderr))
    }

    fn json(&self) -> Value {
        let (_, out, err) = self.run(&["setup", "--json"]);
        serde_json::from_str(&out).unwrap_or_else(|_| panic!("{out}{err}"))
    }

    /// The mind of a name, as it was found.
    fn mind(&self, name: &str) -> Value {
        let found = self.json();
        let minds = found["minds"].as_array().unwrap().clone();
        minds.into_iter().find(|mind| mind["name"] == name).unwrap_or_else(|| panic!("no {name}: {found}"))
    }

    fn settings(&self) -> String {
        fs::read_to_string(self.stage.path("config/flightdeck/config.toml")).unwrap()
    }
}

fn runtime() -> tokio::runtime::Runtime {
    tokio::runtime::Builder::new_multi_thread().worker_threads(1).enable_all().build().unwrap()
}

/// A server that lists these models and answers every call with the tool that a try asks for.
async fn server(models: &[&str]) -> MockServer {
    let server = MockServer::start().await;
    let listed: Vec<Value> = models.iter().map(|id| json!({ "id": id, "owned_by": "library" })).collect();
    let list = ResponseTemplate::new(200).set_body_json(json!({ "object": "list", "data": listed }));
    Mock::given(method("GET")).and(path("/v1/models")).respond_with(list).mount(&server).await;
    let said = r#"data: {"choices":[{"delta":{"tool_calls":[{"index":0,"id":"c","function":{"name":"introduce","arguments":"{\"sentence\":\"I am Qwen.\"}"}}]},"finish_reason":"tool_calls"}]}"#;
    let answer = ResponseTemplate::new(200).set_body_raw(format!("{said}\n\n"), "text/event-stream");
    Mock::given(method("POST")).respond_with(answer).mount(&server).await;
    server
}

fn port_of(server: &MockServer) -> String {
    format!("127.0.0.1:{}", server.address().port())
}

#[test]
fn a_server_of_this_machine_is_found_without_a_proxy_and_told_by_role() {
    let runtime = runtime();
    let server = runtime.block_on(server(&["qwen2.5:1.5b", "qwen3-coder:30b", "nomic-embed-text"]));
    let place = Place::new()
        .with("OLLAMA_HOST", port_of(&server))
        .with("HTTP_PROXY", "http://127.0.0.1:9")
        .with("ALL_PROXY", "http://127.0.0.1:9");
    let found = place.json();
    let minds = found["minds"].as_array().unwrap();
    let of_ollama: Vec<&Value> = minds.iter().filter(|mind| mind["name"] == "Ollama").collect();
    let models: Vec<&str> = of_ollama.iter().map(|mind| mind["model"].as_str().unwrap()).collect();
    assert_eq!(
        models,
        ["ollama/qwen3-coder:30b", "ollama/qwen2.5:1.5b"],
        "the largest first, and what speaks alone"
    );
    assert_eq!(of_ollama[0]["fit"]["worker"], "good");
    assert_eq!(of_ollama[1]["fit"]["worker"], "unfit");
    assert!(of_ollama[1]["plainly"].as_str().unwrap().contains("cannot fly a mission"));
    let (code, out, _) = place.run(&["setup"]);
    assert!(out.contains("Ollama answers at http://127.0.0.1:") && out.contains("plainly"), "{out}");
    assert_eq!(code, Some(0));
    for request in runtime.block_on(server.received_requests()).unwrap() {
        assert!(
            !request.headers.contains_key("authorization"),
            "no key is sent to a server that was only found"
        );
    }
}

#[test]
fn a_mind_is_tried_and_kept_and_everything_else_in_the_settings_stays() {
    let runtime = runtime();
    let server = runtime.block_on(server(&["qwen3-coder:30b"]));
    let place = Place::new().with("OLLAMA_HOST", port_of(&server));
    place.stage.configure("# mine\ntheme = \"dusk\" # dark\n\n[budget]\nmoney = 5\n");
    let both = ["setup", "--try", "ollama/qwen3-coder:30b", "--keep", "ollama/qwen3-coder:30b"];
    let (code, out, err) = place.run(&both);
    assert_eq!(code, Some(0), "{out}{err}");
    assert!(out.contains("it called the tool as asked, and says: “I am Qwen.”"), "{out}");
    assert!(out.contains("is kept in STAGE/config/flightdeck/config.toml: it plays every role"), "{out}");
    let text = place.settings();
    assert!(text.starts_with("# mine\ntheme = \"dusk\" # dark\n\n[budget]\nmoney = 5\n"), "{text}");
    assert!(text.contains("# kept by `flightdeck setup` on "), "{text}");
    assert!(text.contains("default = \"ollama/qwen3-coder:30b\""), "{text}");
    // From now on it is a provider like any other.
    let (_, shown, _) = place.run(&["models", "--json"]);
    let rows: Value = serde_json::from_str(&shown).unwrap();
    assert_eq!((&rows[0]["model"], &rows[0]["usable"]), (&json!("ollama/qwen3-coder:30b"), &json!(true)));
    let (code, out, _) = place.run(&["setup", "--json", "--try", "ollama/qwen3-coder:30b"]);
    let tried: Value = serde_json::from_str(&out).unwrap();
    assert_eq!((code, &tried["answers"]), (Some(0), &json!(true)));
}

#[test]
fn roles_that_are_named_elsewhere_keep_their_models_and_are_told() {
    let runtime = runtime();
    let server = runtime.block_on(server(&["q:30b"]));
    let place = Place::new().with("OLLAMA_HOST", port_of(&server));
    place.stage.configure("[models]\ncritic = \"rehearsal/demo\"\n");
    let (_, out, err) = place.run(&["setup", "--keep", "ollama/q:30b"]);
    assert!(out.contains("1 role of ") && out.contains("config.toml:2 names"), "{out}{err}");
}

#[test]
fn settings_that_cannot_be_read_are_left_as_they_are() {
    let place = Place::new();
    place.stage.configure("[models\n");
    let (code, _, err) = place.run(&["setup", "--keep", "ollama/q"]);
    assert_eq!(code, Some(2), "{err}");
    assert!(err.contains("config.toml:1"), "{err}");
    assert_eq!(place.settings(), "[models\n");
    let place = Place::new();
    let (code, _, err) = place.run(&["setup", "--keep", "nowhere/x"]);
    assert_eq!(code, Some(2));
    assert!(err.contains("there is no provider `nowhere`"), "{err}");
}

#[test]
fn a_key_that_is_refused_is_told_in_the_providers_words_and_goes_nowhere_else() {
    let runtime = runtime();
    let (provider, other) = runtime.block_on(async {
        let (provider, other) = (MockServer::start().await, MockServer::start().await);
        let refusal = json!({ "type": "error", "error": { "type": "authentication_error", "message": "invalid x-api-key" } });
        let refused = ResponseTemplate::new(401).set_body_json(refusal);
        Mock::given(header("x-api-key", "sk-bad")).respond_with(refused).mount(&provider).await;
        let list = ResponseTemplate::new(200).set_body_json(json!({ "data": [] }));
        Mock::given(method("GET")).respond_with(list).mount(&other).await;
        (provider, other)
    });
    let place = Place::new()
        .with("ANTHROPIC_API_KEY", "sk-bad")
        .with("ANTHROPIC_BASE_URL", provider.uri())
        .with("OLLAMA_HOST", port_of(&other));
    let mind = place.mind("Anthropic");
    assert_eq!((&mind["state"], &mind["usable"]), (&json!("refused"), &json!(false)));
    assert!(mind["why"].as_str().unwrap().contains("invalid x-api-key"), "{mind}");
    let (code, out, _) = place.run(&["setup"]);
    assert_eq!(code, Some(1), "nothing can be flown with\n{out}");
    let (code, out, _) = place.run(&["setup", "--try", "anthropic/claude-x", "--keep", "anthropic/claude-x"]);
    assert_eq!(code, Some(1));
    assert!(out.contains("anthropic refused the key (401: invalid x-api-key)"), "{out}");
    assert!(!place.stage.path("config/flightdeck/config.toml").exists(), "what does not answer is not kept");
    let seen = format!("{:?}", runtime.block_on(other.received_requests()).unwrap());
    assert!(!seen.contains("sk-bad"), "{seen}");
}

#[test]
fn a_provider_that_points_elsewhere_is_not_followed_with_the_key() {
    let runtime = runtime();
    let (provider, other) = runtime.block_on(async {
        let (provider, other) = (MockServer::start().await, MockServer::start().await);
        let elsewhere = format!("http://localhost:{}/v1/models", other.address().port());
        let moved = ResponseTemplate::new(307).insert_header("location", elsewhere);
        Mock::given(method("GET")).respond_with(moved).mount(&provider).await;
        Mock::given(method("GET")).respond_with(ResponseTemplate::new(200)).mount(&other).await;
        (provider, other)
    });
    let place =
        Place::new().with("ANTHROPIC_API_KEY", "sk-secret").with("ANTHROPIC_BASE_URL", provider.uri());
    assert_eq!(place.mind("Anthropic")["usable"], false);
    assert_eq!(runtime.block_on(other.received_requests()).unwrap().len(), 0);
}

#[test]
fn a_key_of_a_provider_with_its_own_address_needs_nothing_else() {
    let place = Place::new().with("GOOGLE_API_KEY", "k").with("HTTPS_PROXY", "http://127.0.0.1:9");
    let mind = place.mind("Google Gemini");
    assert_eq!((&mind["state"], &mind["found"]), (&json!("silent"), &json!("GOOGLE_API_KEY is set")));
    let (code, out, err) = place.run(&["setup", "--keep", mind["model"].as_str().unwrap()]);
    assert_eq!(code, Some(0), "{out}{err}");
    let text = place.settings();
    assert!(text.contains("base_url = \"https://generativelanguage.googleapis.com"), "{text}");
    assert!(text.contains("api_key_env = \"GOOGLE_API_KEY\"") && !text.contains("\"k\""), "{text}");
}

#[test]
fn an_agent_on_path_is_listed() {
    let place = Place::new();
    fs::create_dir_all(place.stage.path("bin")).unwrap();
    let program = place.stage.path("bin/goose");
    fs::write(&program, "#!/bin/sh\nexit 1\n").unwrap();
    fs::set_permissions(&program, fs::Permissions::from_mode(0o755)).unwrap();
    let mind = place.mind("goose");
    assert_eq!((&mind["kind"], &mind["model"]), (&json!("agent"), &json!("acp/goose")));
    let words = mind["found"].as_str().unwrap();
    assert!(words.starts_with("STAGE/bin/goose; flies as acp/goose; to sign in: "), "{mind}");
    let (code, out, _) = place.run(&["setup", "--try", "acp/goose"]);
    assert_eq!(code, Some(1), "it ends at once\n{out}");
    let (code, out, err) = place.run(&["setup", "--keep", "acp/goose"]);
    assert_eq!(code, Some(0), "{out}{err}");
    assert!(place.settings().contains("default = \"acp/goose\""));
    // The person's own program alone does not fly: what it needs is told.
    let claude = place.stage.path("bin/claude");
    fs::write(&claude, "#!/bin/sh\n").unwrap();
    fs::set_permissions(&claude, fs::Permissions::from_mode(0o755)).unwrap();
    let mind = place.mind("claude");
    assert_eq!((&mind["state"], &mind["usable"]), (&json!("unflown"), &json!(false)));
    assert!(mind["why"].as_str().unwrap().contains("once claude-agent-acp is there: npm install"), "{mind}");
}
