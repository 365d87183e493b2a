//! Whether a verdict may rest on the evidence that it names: what a machine can decide, no tester decides.

use super::Result;
use super::evidence_words::{
    SERVER_FAILED, exits_in, is_path, names_exit, names_server_fault, names_silence, paths_in, rewritten,
    statuses_in,
};
use crate::domain::contract::{Assertion, Instrument};
use crate::domain::environment::CommandRun;
use crate::domain::event::Actor;
use crate::domain::evidence::{EvidenceFacts, EvidenceKind, Piece, Ran, Settled};
use crate::domain::id::{AssertionId, AttemptId, Revision};
use crate::domain::mission::Mission;
use crate::domain::round::Round;
use crate::domain::text::Line;
use crate::domain::verdict::Outcome;

/// What a verdict is about, and who gives it.
pub(super) struct Judged<'a> {
    pub(super) mission: &'a Mission,
    pub(super) round: &'a Round,
    pub(super) attempt: AttemptId,
    pub(super) assertion: &'a AssertionId,
    /// The revision that the tester last heard of.
    pub(super) revision: Revision,
    /// What the tester saw, in words.
    pub(super) observed: &'a Line,
}

impl Judged<'_> {
    /// Refuses a verdict against what the engine saw, and one that rests on what does not show it.
    pub(super) fn may_rest_on(&self, outcome: Outcome, evidence: &[Piece]) -> Result {
        if outcome == Outcome::Pass {
            self.is_not_red()?;
        }
        for piece in evidence {
            self.is_its_own(piece)?;
        }
        let assertion = self.assertion;
        match outcome {
            Outcome::Pass | Outcome::Fail if evidence.is_empty() => refuse!(
                Invalid,
                "a verdict on {assertion} needs evidence: name the refs (ev_…) that your instruments returned"
            ),
            Outcome::Blocked | Outcome::Fail => Ok(()),
            Outcome::Pass => self.is_shown_by(evidence),
        }
    }

    /// The wording that is judged; nothing when it was edited since the tester last heard of it.
    fn present(&self) -> Option<&Assertion> {
        self.mission.assertion(self.assertion).filter(|found| found.revision == self.revision)
    }

    /// What the assertion's own command did when the engine ran it.
    fn check(&self) -> Option<&CommandRun> {
        self.round.check(self.assertion, self.revision)
    }

    fn is_not_red(&self) -> Result {
        let Some(CommandRun { command, exit_code, evidence, .. }) = self.check().filter(|run| !run.passed())
        else {
            return Ok(());
        };
        let record = evidence.as_deref().unwrap_or("kept nowhere");
        refuse!(
            Conflict,
            "{assertion} cannot pass: the engine ran its command `{command}` at this commit, and it exits {exit_code} ({record}); \
             give fail with that record as evidence, or blocked when it could not do its work, and say why",
            assertion = self.assertion
        )
    }

    /// Evidence is the attempt's own, or the engine's record of this very check.
    fn is_its_own(&self, piece: &Piece) -> Result {
        let (name, assertion) = (&piece.reference.0, self.assertion);
        let own = Actor::Attempt(self.attempt);
        let whose = match piece.facts.as_ref().map(|facts| (facts.by, facts.round)) {
            Some((by, _)) if by == own => return Ok(()),
            Some((Actor::Engine, _)) if self.is_check_record(piece) => return Ok(()),
            Some((Actor::Engine, _)) => format!("is the engine's, and not of {assertion} in this round"),
            Some((Actor::Attempt(other), Some((milestone, round)))) => {
                format!("was taken by {other}, in round {round} of {milestone}")
            }
            Some((Actor::Attempt(other), None)) => format!("was taken by {other}"),
            Some((Actor::Person, _)) | None => "does not say who took it".to_owned(),
        };
        refuse!(
            Invalid,
            "{name} {whose}: a verdict rests on what you saw yourself, or on the engine's record of this check; \
             look yourself and name the reference that your instrument returns"
        )
    }

    fn is_check_record(&self, piece: &Piece) -> bool {
        self.check().is_some_and(|run| run.evidence.as_deref() == Some(piece.reference.0.as_str()))
    }

    /// At least one piece shows what the check asks for; what else is named may be of any kind.
    fn is_shown_by(&self, evidence: &[Piece]) -> Result {
        let Some(assertion) = self.present() else { return Ok(()) };
        // A program that failed is seen by whoever looks at its last screen, whatever it showed before.
        for piece in evidence.iter().filter(|_| assertion.wording.check.via == Instrument::Terminal) {
            if let Some(code) = piece.failed_with().filter(|code| !self.is_meant(assertion, *code)) {
                refuse!(
                    Invalid,
                    "{} is of a program that ended with exit code {code}: if that is right, say so in `observed` (\"exit code {code}\"); \
                     if not, it is a fail",
                    piece.reference.0
                );
            }
        }
        let via = assertion.wording.check.via;
        if via == Instrument::Http {
            self.has_the_status_it_tells_of(evidence)?;
            has_a_status_that_is_wanted(assertion, evidence)?;
        }
        if matches!(via, Instrument::Http | Instrument::Browser) {
            self.is_no_fault_of_the_server(assertion, evidence)?;
        }
        if via != Instrument::Command {
            shows_what_is_told(evidence)?;
        }
        let wording = format!("{} {}", assertion.wording.statement, assertion.wording.check.how);
        let mut paths = paths_in(&wording);
        paths.sort_unstable();
        paths.dedup();
        let asked: Vec<&String> = evidence.iter().flat_map(|piece| &piece.asked).collect();
        if via == Instrument::Http
            && !paths.is_empty()
            && !asked.iter().any(|asked| paths.iter().any(|path| is_path(path, asked)))
            && !asked.is_empty()
        {
            refuse!(
                Invalid,
                "the check of {} asks for {}, and what you name is of {}: name the answer that shows it",
                assertion.id,
                paths.join(", "),
                asked.iter().map(|asked| asked.as_str()).collect::<Vec<_>>().join(", ")
            );
        }
        let mut faults = Vec::new();
        for piece in evidence {
            match self.fault(assertion, piece) {
                None => return Ok(()),
                Some(fault) => faults.push(format!("{} {fault}", piece.reference.0)),
            }
        }
        refuse!(
            Invalid,
            "nothing that you name shows {id} as its check asks, via {via}: {faults}; {advice}",
            id = assertion.id,
            via = assertion.wording.check.via.word(),
            faults = faults.join("; "),
            advice = self.advice(assertion)
        )
    }

    /// What the tester says of a status, an answer must have.
    fn has_the_status_it_tells_of(&self, evidence: &[Piece]) -> Result {
        let seen: Vec<u16> = evidence.iter().flat_map(|piece| piece.statuses.iter().copied()).collect();
        let told = statuses_in(self.observed.as_str());
        if let Some(status) = told.iter().find(|told| !seen.is_empty() && !seen.contains(told)) {
            refuse!(
                Invalid,
                "`observed` tells of status {status}, and no answer that you name has it ({}): look at them again",
                seen.iter().map(u16::to_string).collect::<Vec<_>>().join(", ")
            );
        }
        Ok(())
    }

    /// An answer by which a server says that it failed is what was wanted only where somebody says so.
    fn is_no_fault_of_the_server(&self, assertion: &Assertion, evidence: &[Piece]) -> Result {
        let failed = |piece: &&Piece| piece.statuses.iter().any(|status| *status >= SERVER_FAILED);
        for piece in evidence.iter().filter(failed) {
            let status = piece.statuses.iter().max().copied().unwrap_or_default();
            let wanted = told_of_check(assertion, statuses_in);
            if !wanted.is_empty() && !wanted.contains(&status) {
                refuse!(
                    Invalid,
                    "{} has an answer with status {status}, and the check wants {}: that is a fail",
                    piece.reference.0,
                    wanted.iter().map(u16::to_string).collect::<Vec<_>>().join(", ")
                );
            }
            if !self.says(assertion, |text| names_server_fault(text, status)) {
                refuse!(
                    Invalid,
                    "{} has an answer with status {status}, by which the server says that it failed: if that is right, say so in \
                     `observed` (\"status {status}\"); if not, it is a fail",
                    piece.reference.0
                );
            }
        }
        Ok(())
    }

    /// Why a piece does not show that an assertion holds.
    fn fault(&self, assertion: &Assertion, piece: &Piece) -> Option<String> {
        let check = &assertion.wording.check;
        if !accepted(check.via).contains(&piece.kind) {
            return Some(format!("is {}", piece.kind.phrase()));
        }
        if let Some(EvidenceFacts { by: Actor::Attempt(_), commit: None, .. }) = &piece.facts {
            let words = "was taken of another program than the commit's, because files of the checkout were changed; they were \
                 put back: start the app again and look again, with `run` or in the browser (what a terminal shows counts no \
                 more in this attempt)";
            return Some(words.to_owned());
        }
        let terminal = matches!(piece.kind, EvidenceKind::Terminal | EvidenceKind::Recording);
        if let Some(filter) =
            piece.ran.as_ref().filter(|_| terminal).and_then(|ran| rewritten(ran.command.as_str()))
        {
            return Some(format!(
                "shows what `{filter}` made of what the program said: look at its own output"
            ));
        }
        if let Some(stranger) = piece.facts.as_ref().and_then(|facts| facts.stranger.as_ref()) {
            return Some(format!("was not answered by a service of the app: {stranger}"));
        }
        match piece.facts.as_ref().map(|facts| facts.settled) {
            Some(Settled::NotDone) if piece.refused && self.says(assertion, names_silence) => {}
            Some(Settled::NotDone) if piece.refused => {
                let words = "shows that nothing answered: if that is right, say so in `observed` (\"connection refused\"); if not, it is a fail";
                return Some(words.to_owned());
            }
            Some(Settled::Ended | Settled::Still) => {}
            Some(Settled::Moving) => return Some("was taken while it still changed".to_owned()),
            Some(Settled::Nothing) => {
                return Some("shows nothing: it was empty".to_owned());
            }
            Some(Settled::NotDone) => {
                return Some("shows that something was not done, or that nothing answered".to_owned());
            }
            Some(Settled::Unknown) | None => {
                return Some("does not say whether it had come to rest".to_owned());
            }
        }
        if check.via != Instrument::Command || self.is_check_record(piece) {
            return None;
        }
        let Some(Ran { command, exit_code }) = &piece.ran else {
            return Some("does not say which command it is of".to_owned());
        };
        match &check.command {
            Some(wanted) if wanted.as_str().trim() != command.as_str().trim() => {
                Some(format!("is of another command, `{command}`"))
            }
            Some(_) | None if *exit_code != Some(0) => Some(match exit_code {
                Some(code) => format!("is of a run that exits {code}"),
                None => "is of a run that did not end by itself".to_owned(),
            }),
            Some(_) | None => None,
        }
    }

    /// Whether it is right that a program ends with a code that says it failed: the assertion names it, or the tester does
    /// where the assertion names none.
    fn is_meant(&self, assertion: &Assertion, code: i32) -> bool {
        let wanted = told_of_check(assertion, exits_in);
        (wanted.is_empty() || wanted.contains(&code)) && self.says(assertion, |text| names_exit(text, code))
    }

    /// Whether the assertion or the tester says something.
    fn says(&self, assertion: &Assertion, something: impl Fn(&str) -> bool) -> bool {
        let wording = &assertion.wording;
        let texts = [self.observed.as_str(), wording.statement.as_str(), wording.check.how.as_str()];
        texts.into_iter().any(something)
    }

    /// What the tester can do about it.
    fn advice(&self, assertion: &Assertion) -> String {
        let check = &assertion.wording.check;
        let record = self.check().and_then(|run| run.evidence.as_deref());
        match (check.via, &check.command, record) {
            (Instrument::Command, _, Some(record)) => {
                format!("name the engine's record, {record}, or run the check's own command with `run`")
            }
            (Instrument::Command, Some(command), None) => format!("run `{command}` with `run`, and name that"),
            (Instrument::Command, None, None) => "run the check's command with `run`, and name that".to_owned(),
            (Instrument::Terminal, ..) => {
                "work it with `terminal`, wait until the screen shows it and the program has ended or waits for you (`stop` ends one that never does), and name that screen".to_owned()
            }
            (Instrument::Http, ..) => "send the request with `http`, and name that exchange".to_owned(),
            (Instrument::Browser, ..) => {
                "work the page with `browser`, wait until it is idle, and name its picture".to_owned()
            }
        }
    }
}

/// What a statement and its check name of something.
fn told_of_check<T>(assertion: &Assertion, of: impl Fn(&str) -> Vec<T>) -> Vec<T> {
    let wording = &assertion.wording;
    [wording.statement.as_str(), wording.check.how.as_str()].into_iter().flat_map(of).collect()
}

/// Where a check names statuses, some answer has one of them.
fn has_a_status_that_is_wanted(assertion: &Assertion, evidence: &[Piece]) -> Result {
    let wanted = told_of_check(assertion, statuses_in);
    let seen: Vec<u16> = evidence.iter().flat_map(|piece| piece.statuses.iter().copied()).collect();
    let list = |statuses: &[u16]| statuses.iter().map(u16::to_string).collect::<Vec<_>>().join(", ");
    if !wanted.is_empty() && !seen.is_empty() && !seen.iter().any(|status| wanted.contains(status)) {
        refuse!(
            Invalid,
            "the check of {} wants status {}, and no answer that you name has it ({}): that is a fail, or name the answer that has it",
            assertion.id,
            list(&wanted),
            list(&seen)
        );
    }
    Ok(())
}

/// Whether some piece shows each value that the tester tells of.
fn shows_what_is_told(evidence: &[Piece]) -> Result {
    let mut seen = evidence.iter().filter(|piece| piece.kind != EvidenceKind::Steps);
    let lacking = seen.next().map_or(&[][..], |piece| piece.lacks.as_slice());
    let others: Vec<&Piece> = seen.collect();
    if let Some(value) = lacking.iter().find(|value| others.iter().all(|other| other.lacks.contains(value))) {
        refuse!(
            Invalid,
            "`observed` says that it shows `{value}`, and nothing that you name shows that: look again, quote what stands there, \
             and name what shows it; if something else stands there, it is a fail"
        );
    }
    Ok(())
}

/// The kinds of evidence that show what is checked with an instrument.
fn accepted(via: Instrument) -> &'static [EvidenceKind] {
    match via {
        Instrument::Command => &[EvidenceKind::Command],
        Instrument::Http => &[EvidenceKind::Http],
        Instrument::Terminal => &[EvidenceKind::Terminal, EvidenceKind::Recording],
        Instrument::Browser => &[EvidenceKind::Screenshot, EvidenceKind::Page],
    }
}
