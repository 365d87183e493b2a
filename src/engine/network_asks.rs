//! Asks the person about a host that programs want and may not reach, and has them reach it where the person says so.

use std::collections::BTreeSet;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use tokio::sync::mpsc;

use super::context::EngineContext;
use super::foreign_tools::PersonOf;
use crate::agent::mcp::{Asked, Person};
use crate::domain::gate::GateId;
use crate::domain::id::AttemptId;
use crate::domain::message::Question;
use crate::domain::mission::Mission;
use crate::workspace::sandbox::{Host, Network};

/// Who asks: no server of the person's can have a name with a space in it.
const ASKER: &str = "the network";
/// How long a host may be reached that is allowed once: a program connects more than once.
const ONCE: Duration = Duration::from_mins(10);
/// Hosts that are asked about in one attempt; who wants more gets no further ones.
const MOST_ASKED: usize = 8;
/// What the person may say.
const OPTIONS: [&str; 4] = ["once: for ten minutes", "for this mission", "always: kept in my settings", "no"];

/// Writes a host into the person's settings.
pub type KeepHost = Arc<dyn Fn(&Host) -> Result<(), String> + Send + Sync>;

/// What the person said of a host.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Said {
    Once,
    ForMission,
    Always,
    No,
}

impl Said {
    /// Whatever is not understood is no consent.
    fn of(answer: &str) -> Self {
        let answer = answer.trim().to_lowercase();
        let begins = |word: &str| answer.starts_with(word);
        match () {
            () if begins("once") => Self::Once,
            () if begins("for this mission") || answer == "yes" => Self::ForMission,
            () if begins("always") => Self::Always,
            () => Self::No,
        }
    }
}

fn text(host: &Host) -> String {
    let what = if host.port_here().is_some() {
        "is a port of your own machine, which programs do not reach"
    } else {
        "is not among the hosts that programs may reach"
    };
    format!(
        "`{host}` {what}. A program that an agent runs wants it: may it be reached? Any other answer is no."
    )
}

/// Whether a host is among those of a plan that is GO.
fn plans(mission: &Mission, host: &Host) -> bool {
    let planned =
        mission.environment.iter().filter(|_| mission.is_go(GateId::Plan)).flat_map(|known| &known.hosts);
    planned.filter_map(|entry| entry.as_str().parse::<Host>().ok()).any(|entry| entry.covers(host))
}

/// The host of a question of ours, and what was said of it.
fn decided(question: &Question) -> Option<(Host, Said)> {
    question.server.as_ref().filter(|server| server.as_str() == ASKER)?;
    let host = question.text.as_str().strip_prefix('`')?.split('`').next()?.parse().ok()?;
    Some((host, Said::of(question.answer.as_ref()?.as_str())))
}

/// Asks for as long as the engine lives, where its programs have a network that leaves hosts out.
pub fn ask_about(engine: &Arc<EngineContext>, keep: KeepHost) {
    let Some(network) = engine.sandbox.network().cloned() else { return };
    let decided: Vec<_> = engine.cell.with(|mission| mission.questions.iter().filter_map(decided).collect());
    let mut refused = BTreeSet::new();
    for (host, said) in decided {
        match said {
            Said::ForMission | Said::Always => network.allow(host, None),
            Said::No => drop(refused.insert(host)),
            Said::Once => {}
        }
    }
    let (sender, mut wanted) = mpsc::unbounded_channel();
    let judging = Arc::downgrade(engine);
    network.judged_by(Box::new(move |host| {
        let is_planned =
            judging.upgrade().is_some_and(|engine| engine.cell.with(|mission| plans(mission, host)));
        if !is_planned {
            drop(sender.send(host.clone()));
        }
        is_planned
    }));
    let asking = Asking { network, keep, settled: Arc::new(Mutex::new(refused)), asked: Arc::default() };
    let engine = Arc::downgrade(engine);
    tokio::spawn(async move {
        while let Some(host) = wanted.recv().await {
            let Some(engine) = engine.upgrade() else { return };
            let newest = engine.cell.with(|mission| mission.live_attempts().map(|attempt| attempt.id).max());
            if let Some(attempt) = newest.filter(|attempt| asking.may_ask(*attempt, &host)) {
                tokio::spawn(asking.clone().ask(engine, attempt, host));
            }
        }
    });
}

#[derive(Clone)]
struct Asking {
    network: Arc<Network>,
    keep: KeepHost,
    /// The hosts that are asked about, or were refused: nobody is asked twice.
    settled: Arc<Mutex<BTreeSet<Host>>>,
    /// The attempt that asked last, and how often.
    asked: Arc<Mutex<(Option<AttemptId>, usize)>>,
}

impl Asking {
    fn settled(&self) -> std::sync::MutexGuard<'_, BTreeSet<Host>> {
        self.settled.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Whether the person is to be asked about a host: once, and not of all that a program can think of.
    fn may_ask(&self, attempt: AttemptId, host: &Host) -> bool {
        let mut asked = self.asked.lock().unwrap_or_else(PoisonError::into_inner);
        if asked.0 != Some(attempt) {
            *asked = (Some(attempt), 0);
        }
        let may = asked.1 < MOST_ASKED && self.settled().insert(host.clone());
        asked.1 += usize::from(may);
        may
    }

    async fn ask(self, engine: Arc<EngineContext>, attempt: AttemptId, host: Host) {
        let options = OPTIONS.map(str::to_owned).into();
        let person = PersonOf { engine: Arc::clone(&engine), attempt };
        let answered = person.ask(ASKER, Asked { text: text(&host), options }).await;
        let said = match answered.as_deref().map(Said::of) {
            Ok(Said::No) => return,
            Ok(said) => said,
            Err(why) => {
                tracing::info!(%host, why, "a host was asked about in vain");
                self.settled().remove(&host);
                return;
            }
        };
        if said == Said::Always
            && let Err(why) = (self.keep)(&host)
        {
            engine
                .feed
                .warning(format!("{host} is in reach of this mission, and not kept in your settings: {why}"));
        }
        self.network.allow(host.clone(), (said == Said::Once).then_some(ONCE));
        self.settled().remove(&host);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_the_person_says_is_understood_and_all_else_is_no() {
        let said = OPTIONS.map(Said::of);
        assert_eq!(said, [Said::Once, Said::ForMission, Said::Always, Said::No]);
        for word in ["", "maybe", "not always", "never", "no, always ask"] {
            assert_eq!(Said::of(word), Said::No, "{word}");
        }
        assert_eq!(Said::of(" Always "), Said::Always);
    }

    #[test]
    fn a_decision_is_found_again_in_its_question() {
        let host: Host = "api.example.com:8443".parse().unwrap();
        let question = |server: &str, answer: Option<&str>| Question {
            id: crate::domain::id::QuestionId(1),
            from: AttemptId(1),
            to: crate::domain::message::Party::Person,
            text: crate::domain::text::Prose::clipped(text(&host)),
            options: Vec::new(),
            at: crate::domain::id::Timestamp(0),
            answer: answer.map(crate::domain::text::Prose::clipped),
            server: Some(crate::domain::text::Title::clipped(server)),
            withdrawn: None,
        };
        assert_eq!(decided(&question(ASKER, Some(OPTIONS[1]))), Some((host.clone(), Said::ForMission)));
        assert_eq!(decided(&question(ASKER, None)), None);
        assert_eq!(decided(&question("network", Some(OPTIONS[1]))), None, "a server of the person's");
    }
}
