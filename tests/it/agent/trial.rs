//! The same session against servers that others wrote. By hand, since they are not part of this repository:
//!
//! `llmock -p 4010 -f FIXTURES` of npm `@copilotkit/aimock`, or `llmock serve -p 4020` of `PyPI` `llmock`, then
//! `FLIGHTDECK_TRIAL_ANTHROPIC=http://127.0.0.1:4010 FLIGHTDECK_TRIAL_OPENAI=http://127.0.0.1:4010/v1 cargo nextest run trial --run-ignored only --no-capture`.
//! `FLIGHTDECK_TRIAL_WIRE` picks one wire, `_PROMPT` the brief, `_TURNS` the cap.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::{Duration, Instant};

use flightdeck::agent::model::provider::{Connections, Provider, ProviderSpec, Wire};
use flightdeck::agent::model::retry::{RetryPolicy, Retrying};
use flightdeck::agent::session::{Observer, Permit, Player, Session};
use flightdeck::agent::tool::{Extras, ToolEnv, ToolTable};
use flightdeck::agent::turn::{Closing, Limits};
use flightdeck::workspace::{Access, Confinement, Jail, Reaper};
use secrecy::SecretString;
use tokio::sync::mpsc;
use tokio_util::sync::CancellationToken;

use super::session::Log;
use super::wire::WIRES;

fn spec(wire: Wire) -> Option<ProviderSpec> {
    let (name, model, variable) = match wire {
        Wire::AnthropicMessages => ("anthropic", "claude-sonnet-4-5", "FLIGHTDECK_TRIAL_ANTHROPIC"),
        Wire::OpenAiResponses => ("openai", "gpt-5", "FLIGHTDECK_TRIAL_OPENAI"),
        Wire::OpenAiChat => ("local", "local-model", "FLIGHTDECK_TRIAL_OPENAI"),
    };
    let mut spec = ProviderSpec::new(name, wire, model);
    spec.base_url = Some(std::env::var(variable).ok()?);
    spec.key = Some(SecretString::from("sk-trial"));
    spec.idle_timeout = Duration::from_secs(3);
    Some(spec)
}

#[tokio::test]
#[ignore = "needs a mock server by others; the module says how to start one"]
async fn trial_on_every_wire() {
    let prompt = std::env::var("FLIGHTDECK_TRIAL_PROMPT").unwrap_or_else(|_| "run the shell command".into());
    let turns =
        std::env::var("FLIGHTDECK_TRIAL_TURNS").ok().and_then(|turns| turns.parse().ok()).unwrap_or(40);
    let only = std::env::var("FLIGHTDECK_TRIAL_WIRE").unwrap_or_default();
    for wire in WIRES.into_iter().filter(|wire| format!("{wire:?}").contains(&only)) {
        let spec = spec(wire).expect("set FLIGHTDECK_TRIAL_ANTHROPIC and FLIGHTDECK_TRIAL_OPENAI");
        let root = tempfile::tempdir().unwrap();
        let place = ToolEnv {
            confinement: Confinement::new(root.path(), &[]).unwrap(),
            access: Access::Write,
            jail: Jail::default(),
            env: Vec::new(),
            scratch: root.path().join("scratch"),
            reaper: Reaper::None,
        };
        let policy = RetryPolicy { first_wait: Duration::from_millis(200), ..RetryPolicy::default() };
        let model = Retrying::new(Provider::new(spec, Connections::new().unwrap()).unwrap(), policy);
        let log = Arc::new(Log::default());
        let (_post, inbox) = mpsc::channel(1);
        let place = Arc::new(place);
        let session = Session {
            player: Player::Model(Arc::new(model)),
            place: Arc::clone(&place),
            system: "You run commands.".into(),
            earlier: None,
            taken_up: None,
            archive: None,
            brief: prompt.clone(),
            tools: ToolTable::new(&place, Extras::default()).pick(["shell"]).tools,
            closing: Closing::Text,
            limits: Limits { max_turns: turns, ..Limits::default() },
            labels: BTreeMap::new(),
            permit: Arc::clone(&log) as Arc<dyn Permit>,
            observer: Arc::clone(&log) as Arc<dyn Observer>,
            inbox,
            cancel: CancellationToken::new(),
            hooks: None,
        };
        let begun = Instant::now();
        let ended = session.run().await;
        println!("{wire:?}: {ended:?} after {:?}", begun.elapsed());
        for note in log.notes() {
            println!("    {note}");
        }
    }
}
