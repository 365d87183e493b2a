//! The doctor, and the settings as they hold.

use std::fs;

use pretty_assertions::assert_eq;
use serde_json::{Value, json};
use wiremock::matchers::{header, method, path};
use wiremock::{Mock, MockServer, ResponseTemplate};

use super::stage::Stage;

/// A provider called `mock`, for every role.
fn configured(server: &MockServer, model: &str) -> Stage {
    let stage = Stage::new();
    stage.configure(&format!(
        "[models]\ndefault = \"mock/{model}\"\n[providers.mock]\nbase_url = \"{}/v1\"\napi_key_cmd = \"echo sk-1\"\n",
        server.uri()
    ));
    stage
}

async fn listing(status: u16, body: Value) -> MockServer {
    let server = MockServer::start().await;
    let answer = ResponseTemplate::new(status).set_body_json(body);
    Mock::given(method("GET"))
        .and(path("/v1/models"))
        .and(header("authorization", "Bearer sk-1"))
        .respond_with(answer)
        .mount(&server)
        .await;
    server
}

fn line<'a>(told: &'a str, part: &str) -> &'a str {
    told.lines().find(|line| line.contains(part)).unwrap_or_else(|| panic!("{part}\n{told}"))
}

#[test]
fn a_proxy_that_does_not_answer_is_named() {
    let stage = Stage::new();
    stage.configure("[models]\ndefault = \"far/m\"\n[providers.far]\nbase_url = \"http://192.0.2.1/v1\"\n");
    let told = stage.flightdeck(&["doctor"]).env("http_proxy", "http://127.0.0.1:9").output().unwrap();
    let told = String::from_utf8_lossy(&told.stdout).into_owned();
    let words = "far cannot be reached at http://192.0.2.1/v1/ through the proxy of http_proxy: ";
    assert!(line(&told, "model far/m").contains(words), "{told}");
}

#[tokio::test(flavor = "multi_thread")]
async fn the_doctor_asks_the_providers_of_the_roles_whether_they_know_the_models() {
    let server = listing(200, json!({ "data": [{ "id": "qwen3" }, { "id": "other" }] })).await;
    let told = configured(&server, "qwen3").told(&["doctor"]);
    let said = line(&told, "model mock/qwen3");
    assert!(
        said.contains("✓") && said.contains("plays every role") && said.contains("knows the model"),
        "{said}"
    );

    let told = configured(&server, "qwen9").told(&["doctor"]);
    let said = line(&told, "model mock/qwen9");
    assert!(said.contains('!') && said.contains("does not list it among 2 models"), "{said}");

    // A proxy cannot reach this machine, so it is not asked for it.
    let stage = configured(&server, "qwen3");
    let mut behind = stage.flightdeck(&["doctor"]);
    let told = behind
        .env("HTTP_PROXY", "http://127.0.0.1:9")
        .env("ALL_PROXY", "http://127.0.0.1:9")
        .output()
        .unwrap();
    let told = String::from_utf8_lossy(&told.stdout).into_owned();
    assert!(line(&told, "model mock/qwen3").contains("knows the model"), "{told}");

    let silent = listing(404, json!({})).await;
    let told = configured(&silent, "qwen3").told(&["doctor"]);
    assert!(
        line(&told, "model mock/qwen3").contains("lists no models (404): the first call will tell"),
        "{told}"
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn the_doctor_ends_with_a_failure_when_a_role_has_no_usable_model() {
    let refusing = listing(401, json!({ "error": { "message": "bad key" } })).await;
    let stage = configured(&refusing, "qwen3");
    let told = stage.ended(&["doctor"], 1).0;
    let said = line(&told, "model mock/qwen3");
    assert!(said.contains("✗") && said.contains("refused the key (401: bad key)"), "{said}");

    let told = stage.told(&["doctor", "--offline"]);
    assert!(line(&told, "model mock/qwen3").contains("not contacted"), "{told}");

    stage.configure(
        "[models]\ndefault = \"mock/m\"\n[providers.mock]\nbase_url = \"http://127.0.0.1:9/v1\"\n",
    );
    let told = stage.ended(&["doctor"], 1).0;
    assert!(line(&told, "model mock/m").contains("cannot be reached at http://127.0.0.1:9/v1/"), "{told}");

    stage.configure("[models]\nworker = \"anthropic/x\"\ndefault = \"rehearsal/demo\"\n");
    let told = stage.ended(&["doctor"], 1).0;
    assert!(line(&told, "model anthropic/x").contains("plays worker, but anthropic has no key"), "{told}");
    assert!(line(&told, "model rehearsal/demo").contains("a script, which needs no network"), "{told}");
}

#[test]
fn the_doctor_says_what_is_usable_and_why_the_rest_is_not() {
    let stage = Stage::new();
    let told = stage.ended(&["doctor", "--json"], 1).0;
    let checks: Value = serde_json::from_str(&told).unwrap();
    let check = |name: &str| {
        let found = checks.as_array().unwrap().iter().find(|check| check["name"] == name);
        found.cloned().unwrap_or_else(|| panic!("{name} is not checked: {checks}"))
    };
    assert_eq!(check("models")["state"], "bad", "without a model nothing but the demo flies");
    assert_eq!(check("backend rehearsal")["state"], "good");
    assert_eq!(check("backend anthropic")["state"], "missing");
    assert!(check("backend anthropic")["sentence"].as_str().unwrap().contains("set ANTHROPIC_API_KEY"));
    for name in
        ["flightdeck", "repository", "home", "config", "prompts", "sh", "disk", "terminal", "missions"]
    {
        assert_eq!(check(name)["state"], "good", "{name}");
    }
    assert!(check("sandbox")["sentence"].is_string());

    stage.configure("theme = 3\n");
    let (told, _) = stage.ended(&["doctor"], 1);
    assert!(told.contains("✗ config") && told.contains("config.toml:1"), "{told}");
}

#[test]
fn a_prompt_with_a_mistake_is_told_by_the_doctor() {
    let stage = Stage::new();
    fs::create_dir_all(stage.path("work/.flightdeck/prompts")).unwrap();
    fs::write(stage.path("work/.flightdeck/prompts/worker.md"), "no front matter").unwrap();
    stage.told(&["trust", "--yes"]);
    let told = stage.ended(&["doctor"], 1).0;
    assert!(told.contains("! prompts") && told.contains("worker.md:1"), "{told}");
}

#[test]
fn the_settings_are_told_by_section_with_where_each_comes_from() {
    let stage = Stage::new();
    stage.configure(
        "[models]\ndefault = \"local/qwen3\"\nworker = \"rehearsal/demo\"\n[providers.local]\nbase_url = \"http://127.0.0.1:9/v1\"\n",
    );
    let told = stage.told(&["config", "show"]);
    assert!(line(&told, "[models]").contains("who plays which role"), "{told}");
    let row = |part: &str| line(&told, part).split_whitespace().collect::<Vec<_>>().join(" ");
    assert_eq!(row("models.default"), "models.default local/qwen3 STAGE/config/flightdeck/config.toml:2");
    assert_eq!(row("models.worker"), "models.worker rehearsal/demo STAGE/config/flightdeck/config.toml:3");
    assert_eq!(row("models.reviewer"), "models.reviewer local/qwen3 STAGE/config/flightdeck/config.toml:2");
    assert!(line(&told, "[providers.NAME]").contains("base_url, wire"), "{told}");
    assert!(row("none is needed").starts_with("local http://127.0.0.1:9/v1/ chat none, and none is needed"));
    assert_eq!(
        row("api.anthropic.com"),
        "anthropic https://api.anthropic.com/v1/ anthropic ANTHROPIC_API_KEY is not set default"
    );
    assert_eq!(row("budget.money"), "budget.money – not set");
    assert!(told.contains("yours   STAGE/config/flightdeck/config.toml\n"), "{told}");
    assert!(told.contains("project STAGE/work/.flightdeck/config.toml (not there yet)"), "{told}");
    let rows = stage.json(&["config", "show"]);
    let local = rows.as_array().unwrap().iter().find(|row| row["key"] == "providers.local").unwrap();
    assert_eq!(local["value"]["address"], "http://127.0.0.1:9/v1/");
}
