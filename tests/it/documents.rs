//! `contract.md` as somebody changes it on disk: a proposal that waits for the person, with the same refusals as an edit.

use std::fs;
use std::path::PathBuf;
use std::time::Duration;

use flightdeck::domain::command::Command;
use flightdeck::domain::event::{Actor, Event};
use flightdeck::domain::gate::Autopilot;
use flightdeck::domain::id::Revision;
use flightdeck::domain::proposal::{ProposedBy, Ruling};
use flightdeck::engine::{EngineError, Rest};
use flightdeck::link::protocol::{Call, LiveOutput, Notice};
use flightdeck::link::{Client, Notices};
use pretty_assertions::assert_eq;
use tokio::task::JoinHandle;

use crate::support::flight::Ground;

/// How long anything may take; no test fails by being slow within it.
const PATIENCE: Duration = Duration::from_mins(1);

/// A mission at its plan gate, its engine, and somebody who listens.
struct Desk {
    ground: Ground,
    engine: JoinHandle<Result<Rest, EngineError>>,
    client: Client,
    notices: Notices,
}

impl Desk {
    async fn open() -> Self {
        let desk = Self::over(Ground::demo(Autopilot::Off)).await;
        desk.until("the plan", |text| text.contains("## VAL-WEB-001") && text.contains("- feature: F2"))
            .await;
        desk
    }

    async fn over(ground: Ground) -> Self {
        let options = ground.options();
        let socket = options.socket.clone();
        let engine = tokio::spawn(flightdeck::engine::run(options));
        let (client, notices) = within("the engine", async {
            loop {
                if let Ok(reached) = Client::connect(&socket, "test").await {
                    return reached;
                }
                tokio::time::sleep(Duration::from_millis(10)).await;
            }
        })
        .await;
        client.call(Call::Attach { output: LiveOutput::Unwanted }).await.unwrap();
        Self { ground, engine, client, notices }
    }

    /// Leaves, and waits until the engine has, too.
    async fn close(self) -> Ground {
        drop((self.client, self.notices));
        within("the engine's end", self.engine).await.unwrap().unwrap();
        self.ground
    }

    fn path(&self) -> PathBuf {
        self.ground.dir.join("documents/contract.md")
    }

    fn text(&self) -> String {
        fs::read_to_string(self.path()).unwrap_or_default()
    }

    fn save(&self, text: &str) {
        fs::write(self.path(), text).unwrap();
    }

    async fn until(&self, what: &str, holds: impl Fn(&str) -> bool) -> String {
        within(what, async {
            loop {
                let text = self.text();
                if holds(&text) {
                    return text;
                }
                tokio::time::sleep(Duration::from_millis(20)).await;
            }
        })
        .await
    }

    /// The next thing the engine warns of. The person decides nothing before it.
    async fn warned(&mut self) -> String {
        within("a warning", async {
            loop {
                match self.notices.next().await.unwrap() {
                    Notice::Warning { sentence } => return sentence,
                    Notice::Event(event) if event.actor == Actor::Person => {
                        panic!("it was to change nothing: {event:?}")
                    }
                    _ => {}
                }
            }
        })
        .await
    }

    /// The next event of the person that is of a kind.
    async fn decided(&mut self, kind: &str) -> Event {
        within(kind, async {
            loop {
                if let Notice::Event(event) = self.notices.next().await.unwrap()
                    && event.actor == Actor::Person
                    && event.event.kind() == kind
                {
                    return event.event;
                }
            }
        })
        .await
    }
}

async fn within<T>(what: &str, work: impl Future<Output = T>) -> T {
    tokio::time::timeout(PATIENCE, work).await.unwrap_or_else(|_| panic!("{what} did not come"))
}

#[tokio::test(flavor = "multi_thread")]
async fn a_contract_that_is_changed_on_disk_waits_until_the_person_accepts_it() {
    let mut desk = Desk::open().await;
    let text = desk.text();
    let changed = text.replacen("sees the heading Guestbook", "sees the heading Visitors", 1);
    desk.save(&changed);
    let told = desk.warned().await;
    assert!(
        told.starts_with("contract.md: it was changed on disk; its changes wait until you accept them"),
        "{told}"
    );
    let mission = desk.ground.mission();
    let proposal = mission.open_proposals().next().unwrap();
    assert_eq!(proposal.from, ProposedBy::Document);
    assert_eq!(
        mission.contract[&"VAL-WEB-001".parse().unwrap()].revision,
        Revision(1),
        "nothing follows yet"
    );
    assert_eq!(desk.text(), changed, "the file stays as it was left while it waits");
    let accept = Command::DecideProposal { proposal: proposal.id, ruling: Ruling::Accept };
    desk.client.call(Call::Command { command: Box::new(accept) }).await.unwrap();
    let Event::AssertionEdited { assertion, revision, wording } = desk.decided("assertion_edited").await
    else {
        panic!("it is no edit")
    };
    assert_eq!((assertion.as_str(), revision), ("VAL-WEB-001", Revision(2)));
    assert!(wording.statement.as_str().contains("the heading Visitors"));
    // The file follows, so that the next change is one of the new revision.
    let text = desk.until("the new revision", |text| text.contains("- revision: 2")).await;
    desk.save(&text.replacen("sees the heading Visitors", "reads the heading Visitors", 1));
    desk.warned().await;
    let proposal = desk.ground.mission().open_proposals().next().unwrap().id;
    let refuse = Command::DecideProposal { proposal, ruling: Ruling::Refuse };
    desk.client.call(Call::Command { command: Box::new(refuse) }).await.unwrap();
    desk.decided("proposal_decided").await;
    let text = desk.until("the contract again", |text| text.contains("sees the heading Visitors")).await;
    // Put back by hand before anybody decided, nothing waits any more.
    desk.save(&text.replacen("sees the heading Visitors", "hears the heading Visitors", 1));
    desk.warned().await;
    desk.save(&text);
    within("the withdrawal", async {
        while desk.ground.mission().open_proposals().next().is_some() {
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
    })
    .await;
    desk.close().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_broken_contract_changes_nothing_and_tells_the_line() {
    let mut desk = Desk::open().await;
    let text = desk.text();
    let broken = text.replacen("- via: http", "- via: telepathy", 1);
    let line = 1 + broken.lines().position(|line| line.contains("telepathy")).unwrap();
    let told = format!(
        "contract.md: line {line}: \"telepathy\" is no instrument: one of command, http, terminal, browser; \
         nothing was changed"
    );
    desk.save(&broken);
    assert_eq!(desk.warned().await, told);
    assert_eq!(desk.text(), broken, "it stays as it was left, to be mended");
    // Mended and broken the same way again, it is told again.
    desk.save(&text);
    tokio::time::sleep(Duration::from_millis(600)).await;
    desk.save(&broken);
    assert_eq!(desk.warned().await, told);
    // An editor that empties a file before it writes has not retired everything.
    desk.save("");
    assert!(desk.warned().await.contains("no assertion is left in it"));
    // A revision that is not the present one is refused as in the console.
    let other =
        text.replacen("- revision: 1", "- revision: 7", 1).replacen("Other programs", "All programs", 1);
    desk.save(&other);
    let refused = desk.warned().await;
    assert!(refused.contains("VAL-API-001") && refused.contains("revision"), "{refused}");
    assert!(desk.ground.mission().contract.values().all(|assertion| assertion.revision == Revision(1)));
    desk.close().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_change_made_while_no_engine_ran_is_taken_in_by_the_next() {
    let desk = Desk::open().await;
    let path = desk.path();
    let ground = desk.close().await;
    let text = fs::read_to_string(&path).unwrap();
    fs::write(&path, text.replacen("sees the heading Guestbook", "sees the heading Visitors", 1)).unwrap();
    let mut desk = Desk::over(ground).await;
    within("the proposal", async {
        while desk.ground.mission().open_proposals().next().is_none() {
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
    })
    .await;
    let proposal = desk.ground.mission().open_proposals().next().unwrap().id;
    let accept = Command::DecideProposal { proposal, ruling: Ruling::Accept };
    desk.client.call(Call::Command { command: Box::new(accept) }).await.unwrap();
    assert!(matches!(desk.decided("assertion_edited").await, Event::AssertionEdited { .. }));
    desk.until("the new revision", |text| text.contains("- revision: 2")).await;
    fs::remove_file(&path).unwrap();
    let again = desk.until("the file anew", |text| !text.is_empty()).await;
    assert!(again.contains("the heading Visitors"));
    desk.close().await;
}
