//! What a person meets who has nothing to fly with: what was found, a try, keeping it, and where it leads.

use std::sync::{Arc, Mutex};

use flightdeck::domain::attempt::Role;
use flightdeck::domain::budget::Budget;
use flightdeck::domain::id::Timestamp;
use flightdeck::domain::mission::MissionCard;
use flightdeck::domain::usage::ModelPrice;
use flightdeck::tui::ConsoleExit;
use flightdeck::tui::host::{Host, HostCall, HostReply, Kept};
use flightdeck::tui::options::Launcher;
use flightdeck::tui::recording::Recording;
use flightdeck::tui::sample::{Moment, sample};
use flightdeck::tui::start::first_screen;
use flightdeck::view::models::{Offered, Provider};
use flightdeck::view::setup::{Discovery, Mind, MindKind, MindState, billions};
use pretty_assertions::assert_eq;

use super::harness::{Flown, blank, fly_from, inputs};

const NOW: Timestamp = Timestamp(1_700_000_000_000);

/// A machine with these minds, on which a try and keeping come to these ends.
#[derive(Clone)]
struct Machine {
    found: Discovery,
    checked: Option<String>,
    tried: Result<String, String>,
    kept: Result<Box<Kept>, String>,
    offers: Vec<Provider>,
    asked: Arc<Mutex<Vec<HostCall>>>,
}

#[async_trait::async_trait]
impl Host for Machine {
    fn now(&self) -> Timestamp {
        NOW
    }

    async fn edit(&self, text: String, _name: String) -> Result<String, String> {
        Ok(text)
    }

    async fn open(&self, _name: String, _content: Vec<u8>) -> Result<(), String> {
        Ok(())
    }

    async fn notify(&self, _sentence: String) -> bool {
        false
    }

    async fn missions(&self) -> Vec<MissionCard> {
        Vec::new()
    }

    async fn serve(&self, call: HostCall) -> HostReply {
        self.asked.lock().unwrap().push(call.clone());
        match call {
            HostCall::LookAround => HostReply::Found(Box::new(self.found.clone())),
            HostCall::CheckModels => HostReply::Checked(self.checked.clone()),
            HostCall::Try(_) => HostReply::Tried(self.tried.clone()),
            HostCall::Keep(_) => HostReply::Kept(self.kept.clone()),
            HostCall::Offers => HostReply::Offers(self.offers.clone()),
        }
    }
}

fn launcher(no_mind: Option<&str>) -> Launcher {
    Launcher {
        repository: "/home/ada/src/guestbook".to_owned(),
        branch: "main".to_owned(),
        models: vec![(Role::Worker, "ollama/qwen3-coder:30b".to_owned(), "config.toml:2".to_owned())],
        budget: Budget::default(),
        no_mind: no_mind.map(str::to_owned),
        ..Launcher::default()
    }
}

fn machine(minds: Vec<Mind>) -> Machine {
    let absent = if minds.is_empty() {
        vec![
            "a key: none of ANTHROPIC_API_KEY and OPENAI_API_KEY is set".to_owned(),
            "an agent on PATH: claude, codex, gemini".to_owned(),
            "a model server: Ollama at http://127.0.0.1:11434/v1".to_owned(),
        ]
    } else {
        Vec::new()
    };
    let sentence = "ollama/qwen3-coder:30b is kept in /home/ada/.config/flightdeck/config.toml".to_owned();
    Machine {
        found: Discovery { minds, absent, settings: "/home/ada/.config/flightdeck/config.toml".to_owned() },
        checked: None,
        tried: Ok("it called the tool as asked, and says: “I am Qwen.”".to_owned()),
        kept: Ok(Box::new(Kept { sentence, launcher: launcher(None) })),
        offers: Vec::new(),
        asked: Arc::default(),
    }
}

fn mind(kind: MindKind, name: &str, model: &str, found: &str, state: MindState) -> Mind {
    let price = ModelPrice { input: 2_000_000, cached: 200_000, cache_write: 2_500_000, output: 10_000_000 };
    Mind {
        kind,
        name: name.to_owned(),
        model: model.to_owned(),
        found: found.to_owned(),
        address: None,
        state,
        window: (kind == MindKind::Key).then_some(1_000_000),
        price: (kind == MindKind::Key).then_some(price),
        billions: billions(model),
        tools: None,
        others: Vec::new(),
    }
}

fn ollama(model: &str) -> Mind {
    let found = "Ollama answers at http://127.0.0.1:11434/v1";
    mind(MindKind::Server, "Ollama", &format!("ollama/{model}"), found, MindState::Answers)
}

fn refused() -> Mind {
    let why = "anthropic refused the key (401: invalid x-api-key): set ANTHROPIC_API_KEY to a valid key";
    let state = MindState::Refused(why.to_owned());
    mind(MindKind::Key, "Anthropic", "anthropic/claude-sonnet-5-5", "ANTHROPIC_API_KEY is set", state)
}

fn agent() -> Mind {
    let found = "/usr/local/bin/claude; flies as acp/claude";
    mind(MindKind::Agent, "claude", "acp/claude", found, MindState::Unasked)
}

fn arrive(machine: &Machine, launcher: Launcher, size: (u16, u16), keys: &str) -> Flown<Recording> {
    let mut app = blank(size, NOW);
    let first = first_screen(&app, launcher);
    app.push(first);
    fly_from(app, Recording::default(), machine.clone(), inputs(keys))
}

fn first(machine: &Machine, keys: &str) -> Flown<Recording> {
    arrive(machine, launcher(Some("No model is set.")), (120, 40), keys)
}

#[test]
fn what_was_found_looks_as_it_did() {
    let scenes = [
        ("nothing", machine(Vec::new()), ""),
        ("a server", machine(vec![ollama("qwen3-coder:30b"), ollama("qwen2.5:1.5b")]), "t"),
        ("a small model", machine(vec![ollama("qwen2.5:1.5b")]), ""),
        ("an agent", machine(vec![agent()]), ""),
        ("a refused key", machine(vec![refused()]), ""),
    ];
    for (name, machine, keys) in scenes {
        for size in [(120, 40), (80, 24)] {
            let frame = arrive(&machine, launcher(Some("No model is set.")), size, keys).frame;
            insta::assert_snapshot!(format!("{name} {}x{}", size.0, size.1), frame);
        }
    }
}

#[test]
fn a_mind_is_tried_with_the_providers_words_and_kept() {
    let mut machine = machine(vec![ollama("qwen3-coder:30b")]);
    assert!(first(&machine, "t").frame.contains("it called the tool as asked, and says: “I am Qwen.”"));
    assert!(matches!(machine.asked.lock().unwrap().as_slice(), [HostCall::LookAround, HostCall::Try(_)]));
    let kept = first(&machine, "s").frame;
    assert!(kept.contains("What should exist when the mission is over?"), "the launcher comes next\n{kept}");
    assert!(kept.contains("ollama/qwen3-coder:30b is kept in"), "{kept}");
    machine.tried = Err("ollama answered 500: model runner has stopped".to_owned());
    let failed = first(&machine, "t").frame;
    assert!(failed.contains("tried       ollama answered 500: model runner has stopped"), "{failed}");
    machine.kept = Err("config.toml:3: duplicate key; mend the file and try again".to_owned());
    let broken = first(&machine, "s").frame;
    assert!(broken.contains("duplicate key") && broken.contains("What is there to fly with?"), "{broken}");
}

#[test]
fn what_cannot_be_used_is_not_kept_until_it_answered() {
    let machine = machine(vec![refused()]);
    let frame = first(&machine, "s").frame;
    assert!(frame.contains("cannot be used as it is") && frame.contains("invalid x-api-key"), "{frame}");
    assert!(!machine.asked.lock().unwrap().iter().any(|call| matches!(call, HostCall::Keep(_))));
    // The key was put right in the meantime.
    first(&machine, "t s");
    assert!(machine.asked.lock().unwrap().iter().any(|call| matches!(call, HostCall::Keep(_))));
}

#[test]
fn the_rehearsal_is_always_there_and_leaving_leaves() {
    let empty = machine(Vec::new());
    for keys in ["enter", "f2", "p"] {
        assert_eq!(first(&empty, keys).exit, ConsoleExit::Demo, "{keys}");
    }
    for keys in ["esc", "q", "ctrl+c"] {
        assert_eq!(first(&empty, keys).exit, ConsoleExit::Left, "{keys}");
    }
    assert_eq!(first(&machine(vec![agent()]), "j enter").exit, ConsoleExit::Demo);
    // Keys of a mission that is not there do nothing.
    assert!(first(&empty, "g o a L R M").frame.contains("What is there to fly with?"));
    let again = machine(vec![agent()]);
    first(&again, "r");
    assert_eq!(again.asked.lock().unwrap().len(), 2, "it looked twice");
}

#[test]
fn the_launcher_leads_there_and_what_was_written_is_there_again() {
    let machine = machine(vec![ollama("qwen3-coder:30b")]);
    let there = arrive(&machine, launcher(None), (120, 40), "'A poll' f3").frame;
    assert!(there.contains("What is there to fly with?"), "{there}");
    for back in ["esc", "s"] {
        let frame = arrive(&machine, launcher(None), (120, 40), &format!("'A poll' f3 {back}")).frame;
        assert!(frame.contains("What should exist") && frame.contains("A poll"), "{back}\n{frame}");
    }
}

#[test]
fn models_that_are_refused_are_told_before_a_goal_is_written_for_them() {
    let mut machine = machine(vec![ollama("qwen3-coder:30b")]);
    machine.checked = Some("anthropic refused the key (401)".to_owned());
    let frame = arrive(&machine, launcher(None), (120, 40), "").frame;
    assert!(frame.contains("What is there to fly with?"), "{frame}");
    assert!(frame.contains("anthropic refused the key (401)"), "{frame}");
}

#[test]
fn a_model_without_a_price_is_asked_about_before_it_flies_under_a_money_budget() {
    let words = "acme/x has no known price, so that the money budget cannot count it";
    let launcher = Launcher { unpriced: Some(words.to_owned()), ..launcher(None) };
    let machine = machine(Vec::new());
    let asked = arrive(&machine, launcher.clone(), (120, 40), "'A poll' ctrl+s");
    assert!(asked.frame.contains(words) && asked.frame.contains("Begin once more"), "{}", asked.frame);
    let begun = arrive(&machine, launcher, (120, 40), "'A poll' ctrl+s ctrl+s");
    assert!(matches!(begun.exit, ConsoleExit::Launch(_)), "{:?}", begun.exit);
}

/// The sample mission with a provider that lists two models.
fn picking(keys: &str) -> Flown<Recording> {
    let offered =
        |model: &str, price| Offered { model: model.to_owned(), window: Some(200_000), price, tools: None };
    let price = ModelPrice { input: 2_000_000, cached: 0, cache_write: 0, output: 10_000_000 };
    let models = vec![offered("acme/large", Some(price)), offered("acme/small", None)];
    let mut machine = machine(Vec::new());
    machine.offers = vec![
        Provider { name: "acme".to_owned(), models: Ok(models) },
        Provider { name: "other".to_owned(), models: Err("other did not answer within 4 s".to_owned()) },
    ];
    let recording = sample(Moment::Flying);
    fly_from(blank((120, 40), recording.mission().updated), recording, machine, inputs(keys))
}

#[test]
fn what_providers_offer_is_found_by_a_few_letters_and_any_name_can_be_typed() {
    let all = picking("M enter").frame;
    assert!(
        all.contains("acme/large") && all.contains("$2.00 in, $10.00 out") && all.contains("unpriced"),
        "{all}"
    );
    assert!(all.contains("other did not answer within 4 s"), "{all}");
    let few = picking("M enter 'sma'").frame;
    assert!(few.contains("acme/small") && !few.contains("acme/large"), "{few}");
    let typed = picking("M enter 'acme/lagre'").frame;
    assert!(typed.contains("acme does not list acme/lagre; the nearest: acme/large"), "{typed}");
    assert!(typed.contains("as you typed it"), "{typed}");
    // A record takes no commands; that it was asked is what counts.
    assert!(picking("M enter 'new/one' enter").frame.contains("Model of the"));
}
