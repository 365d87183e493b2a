//! What instruments saw becomes the mission's evidence.

use std::sync::Arc;

use percent_encoding::percent_decode_str;
use serde_json::Value;

use super::clock;
use super::context::{EngineContext, blocking};
use super::error::EngineError;
use super::under_test::UnderTest;
use crate::agent::tool::{App, EvidenceSink};
use crate::domain::attempt::AgentWork;
use crate::domain::command::Command;
use crate::domain::event::Actor;
use crate::domain::evidence::{EvidenceFacts, EvidenceKind, Piece, Ran, Settled};
use crate::domain::id::{AttemptId, Commit, FeatureId, MilestoneId};
use crate::domain::mission::Mission;
use crate::domain::plan::Origin;
use crate::domain::text::Line;
use crate::domain::verdict::EvidenceRef;
use crate::instrument::Evidence;
use crate::store::{EvidenceFile, Header, Store, StoreError};
use crate::workspace::secrets::mask;

/// Bytes of one piece that a conversation is shown at most, of its beginning and of its end.
const EDGE: usize = 1_500;
/// Pieces that a brief shows.
const SHOWN: usize = 6;

/// A piece of evidence for a model: its title and what was seen, cut in the middle where it is long.
///
/// # Errors
/// When there is none of that name, or it is not what it was.
pub(super) fn shown(store: &Store, reference: &EvidenceRef) -> Result<String, StoreError> {
    let doc = store.evidence().get(reference)?.doc();
    let content = if doc.kind.is_picture() { "(a picture)".to_owned() } else { cut(&doc.content) };
    Ok(format!("### {} {}\n```\n{content}\n```\n", reference.0, doc.title))
}

fn cut(text: &str) -> String {
    if text.len() <= 2 * EDGE {
        return text.to_owned();
    }
    let (start, end) = (text.floor_char_boundary(EDGE), text.ceil_char_boundary(text.len() - EDGE));
    format!("{}\n[… {} bytes left out …]\n{}", &text[..start], end - start, &text[end..])
}

/// What was seen of the findings that a fix mends, as a section of its worker's brief; nothing for another feature.
pub(super) fn of_findings(engine: &EngineContext, feature: FeatureId) -> String {
    let references: Vec<EvidenceRef> = engine.cell.with(|mission| {
        let Some(Origin::Fix { findings }) = mission.feature(feature).map(|found| &found.origin) else {
            return Vec::new();
        };
        let findings = findings.iter().filter_map(|id| mission.findings.get(id));
        findings.flat_map(|finding| mission.shown_evidence_of(finding)).collect()
    });
    let pieces = references.iter().take(SHOWN).map(|reference| {
        // A piece that is gone or was changed is said to be: the finding stands without it.
        shown(&engine.store, reference).unwrap_or_else(|error| format!("### {}\n{error}\n", reference.0))
    });
    let text: String = pieces.collect();
    if text.is_empty() { text } else { format!("\n## What was seen of them\n{text}") }
}

/// Keeps what the instruments of one piece of work saw in the mission's store, bound to its attempt, round and commit.
pub(super) struct StoreSink {
    pub(super) engine: Arc<EngineContext>,
    pub(super) work: AgentWork,
    /// What is looked at.
    pub(super) under_test: UnderTest,
    /// The app that is seen.
    pub(super) app: Arc<App>,
}

/// Who took a piece of evidence, and of what.
#[derive(Debug, Clone)]
pub(super) struct Taken {
    pub(super) by: Actor,
    pub(super) round: Option<(MilestoneId, u32)>,
    pub(super) commit: Option<Commit>,
    pub(super) app: Option<u32>,
}

/// Keeps a piece of evidence, durably.
///
/// # Errors
/// When the store cannot.
pub(super) fn keep(store: &Store, evidence: &Evidence, taken: Taken) -> Result<EvidenceRef, StoreError> {
    let Taken { by, round, commit, app } = taken;
    let settled = Settled::of_word(evidence.settled.word());
    let stranger = evidence.stranger.clone();
    let app = app.filter(|_| stranger.is_none());
    let facts = EvidenceFacts { by, round, commit, at: clock::now(), app, stranger, settled, look: 0 };
    let header = Header::new(EvidenceKind::of_word(evidence.kind), &mask(&evidence.title)).taken(facts);
    // What is no text is a picture.
    let text = std::str::from_utf8(&evidence.bytes).map(mask);
    let bytes = text.as_ref().map_or(&*evidence.bytes, |text| text.as_bytes());
    store.evidence().keep(header, bytes)
}

impl StoreSink {
    /// Whose instruments these are, as the log says it now, and whether they see the commit.
    fn taken(&self, kind: EvidenceKind) -> Option<Taken> {
        let app = Some(self.app.instance()).filter(|instance| *instance > 0);
        let taken = self.engine.cell.with(|mission| {
            let attempt = mission.live_attempts().find(|attempt| attempt.work == self.work)?;
            Some(Taken { app, ..taken(mission, attempt.id)? })
        })?;
        let is_screen = matches!(kind, EvidenceKind::Terminal | EvidenceKind::Recording);
        let commit = taken.commit.filter(|_| self.under_test.stands(app.unwrap_or(0), is_screen));
        Some(Taken { commit, ..taken })
    }
}

/// What an attempt looks at, as the log says it now.
pub(super) fn taken(mission: &Mission, attempt: AttemptId) -> Option<Taken> {
    let attempt = mission.attempts.get(&attempt)?;
    let round = attempt.work.round();
    let under_test = round.and_then(|(milestone, number)| mission.round(milestone, number));
    let commit = under_test.map_or_else(|| attempt.base.clone(), |round| round.commit.clone());
    Some(Taken { by: Actor::Attempt(attempt.id), round, commit: Some(commit), app: None })
}

impl EvidenceSink for StoreSink {
    fn keep(&self, evidence: Evidence) -> Result<String, String> {
        let kind = EvidenceKind::of_word(evidence.kind);
        let taken = self.taken(kind).ok_or("the attempt has ended")?;
        let kept = keep(&self.engine.store, &evidence, taken);
        kept.map(|reference| reference.0).map_err(|error| error.to_string())
    }
}

/// A piece as far as a verdict is judged by it.
///
/// # Errors
/// When there is none of that name, or it is not what it was.
pub(super) fn piece(store: &Store, reference: &EvidenceRef) -> Result<Piece, StoreError> {
    let EvidenceFile { reference, header: Header { kind, title, facts, .. }, bytes } =
        store.evidence().get(reference)?;
    let ran = match kind {
        EvidenceKind::Command => ran(&bytes),
        EvidenceKind::Terminal | EvidenceKind::Recording => {
            Some(Ran { command: Line::clipped(title), exit_code: ended_with(kind, &bytes) })
        }
        EvidenceKind::Http
        | EvidenceKind::Screenshot
        | EvidenceKind::Page
        | EvidenceKind::App
        | EvidenceKind::Steps
        | EvidenceKind::Unknown => None,
    };
    let (refused, statuses) = match kind {
        EvidenceKind::Http => (is_refused(&bytes), statuses(&bytes)),
        EvidenceKind::Page => (false, status_of_page(&bytes)),
        // A picture says nothing of it; what its page read was taken with it.
        EvidenceKind::Screenshot => {
            let page = store.evidence().get(&reference)?.doc().beside;
            let page = page.map(|page| store.evidence().get(&page)).transpose()?;
            (false, page.map_or_else(Vec::new, |page| status_of_page(&page.bytes)))
        }
        EvidenceKind::Command
        | EvidenceKind::Terminal
        | EvidenceKind::Recording
        | EvidenceKind::App
        | EvidenceKind::Steps
        | EvidenceKind::Unknown => (false, Vec::new()),
    };
    let asked = if kind == EvidenceKind::Http { asked(&bytes) } else { Vec::new() };
    Ok(Piece { reference, kind, facts, ran, refused, statuses, asked, lacks: Vec::new() })
}

/// The exit code of a program at a terminal that ended by itself. A crash counts as a shell counts it; other signals are the
/// tester's, who stopped it.
fn ended_with(kind: EvidenceKind, bytes: &[u8]) -> Option<i32> {
    const CRASHES: [i64; 6] = [4, 6, 7, 8, 11, 31];
    if kind == EvidenceKind::Recording {
        let last = bytes.trim_ascii_end().rsplit(|byte| *byte == b'\n').next()?;
        let (_, code, data): (f64, String, String) = serde_json::from_slice(last).ok()?;
        return data.parse().ok().filter(|_| code == "x");
    }
    let screen: Value = serde_json::from_slice(bytes).ok()?;
    let code = screen.pointer("/exit/code").and_then(Value::as_i64);
    let crash = || screen.pointer("/exit/signal").and_then(Value::as_i64).filter(|it| CRASHES.contains(it));
    i32::try_from(code.or_else(|| crash().map(|signal| 128 + signal))?).ok()
}

/// The exchanges of a record, which is of one or of several.
fn exchanges(record: &Value) -> &[Value] {
    let one = std::slice::from_ref(record);
    record.get("exchanges").and_then(Value::as_array).map_or(one, Vec::as_slice)
}

/// The paths that were asked for, with their queries: as they were sent, and in their letters where those are others.
fn asked(record: &[u8]) -> Vec<String> {
    let Ok(record) = serde_json::from_slice::<Value>(record) else { return Vec::new() };
    let path = |exchange: &Value| {
        let (_, behind) = exchange.get("url")?.as_str()?.split_once("://")?;
        Some(behind.find('/').map_or_else(|| "/".to_owned(), |at| behind[at..].to_owned()))
    };
    let decoded = |path: &String| {
        let decoded = percent_decode_str(path).decode_utf8().ok()?.into_owned();
        (decoded != *path).then_some(decoded)
    };
    let sent: Vec<String> = exchanges(&record).iter().filter_map(path).collect();
    let decoded: Vec<String> = sent.iter().filter_map(decoded).collect();
    [sent, decoded].concat()
}

/// The statuses of the answers that came.
fn statuses(record: &[u8]) -> Vec<u16> {
    let Ok(record) = serde_json::from_slice::<Value>(record) else { return Vec::new() };
    let status = |exchange: &Value| {
        let status = exchange.pointer("/answer/status")?.as_u64()?;
        u16::try_from(status).ok().filter(|status| *status > 0)
    };
    exchanges(&record).iter().filter_map(status).collect()
}

/// The status of a page by which its server says that it failed, or that it is not there; others are not recorded.
fn status_of_page(record: &[u8]) -> Vec<u16> {
    let Ok(record) = serde_json::from_slice::<Value>(record) else { return Vec::new() };
    let url = record.get("url").and_then(Value::as_str).unwrap_or_default();
    let lines =
        record.get("network").and_then(Value::as_array).into_iter().flatten().filter_map(Value::as_str);
    let status = |line: &str| {
        let (asked, end) = line.rsplit_once(" \u{2192} ")?;
        let of_page = asked.split_once(' ').is_some_and(|(_, asked)| asked == url);
        let number = end.split(|c: char| !c.is_ascii_digit()).next()?;
        number.parse().ok().filter(|_| of_page)
    };
    lines.filter_map(status).collect()
}

/// Whether nothing listened at the address of an exchange, or of each of several.
fn is_refused(record: &[u8]) -> bool {
    let Ok(record) = serde_json::from_slice::<Value>(record) else { return false };
    let refused = |exchange: &Value| {
        let flaw = exchange.pointer("/answer/flaw").and_then(Value::as_str).unwrap_or_default();
        flaw.contains("takes no connection") && flaw.to_lowercase().contains("connection refused")
    };
    exchanges(&record).iter().all(refused)
}

/// What a command's record is about.
fn ran(record: &[u8]) -> Option<Ran> {
    let record: Value = serde_json::from_slice(record).ok()?;
    let exit_code = record.pointer("/exit/code").and_then(Value::as_i64);
    let command = Line::clipped(record.get("command")?.as_str()?);
    Some(Ran { command, exit_code: exit_code.and_then(|code| i32::try_from(code).ok()) })
}

/// Looks whether what the contract rests on is still what it was, and records what is not.
///
/// # Errors
/// When the log cannot be written.
pub(super) async fn check(engine: &Arc<EngineContext>) -> Result<(), EngineError> {
    let relied: Vec<EvidenceRef> = engine.cell.with(|mission| mission.relied_evidence().cloned().collect());
    let store = Arc::clone(&engine.store);
    let lost = blocking(move || Ok(store.evidence().lost(&relied))).await?;
    if !lost.is_empty() {
        engine.dispatcher.record(Command::ReportLostEvidence { evidence: lost }).await?;
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;
    use crate::instrument::HttpDriver;
    use crate::instrument::http::HttpRequest;

    #[test]
    fn the_status_of_a_page_is_its_own_and_not_of_what_it_loads() {
        let record = |lines: &[&str]| {
            let page = serde_json::json!({ "url": "http://127.0.0.1:1/a?q=b c", "network": lines });
            status_of_page(&serde_json::to_vec(&page).unwrap())
        };
        assert_eq!(record(&["GET http://127.0.0.1:1/a?q=b c \u{2192} 500"]), [500]);
        assert_eq!(record(&["POST http://127.0.0.1:1/a?q=b c \u{2192} 503, then it was cut off"]), [503]);
        assert_eq!(
            record(&["GET http://127.0.0.1:1/a.css \u{2192} 404", "GET x \u{2192} no status"]),
            [0; 0]
        );
    }

    #[tokio::test]
    async fn an_address_where_nothing_listens_is_told_from_one_that_gives_no_answer() {
        let record = async |port: u16| {
            let request = HttpRequest::new("GET", format!("http://127.0.0.1:{port}/"));
            let driver = HttpDriver::new(Duration::from_secs(20));
            driver.send(&request).await.unwrap().evidence().unwrap().bytes
        };
        let silent = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
        let port = silent.local_addr().unwrap().port();
        let closing = std::thread::spawn(move || drop(silent.accept()));
        let (refused, closed) = (record(1).await, record(port).await);
        closing.join().unwrap();
        assert!(is_refused(&refused) && !is_refused(&closed));
        let both = |one: &[u8], other: &[u8]| {
            let [one, other] = [one, other].map(|bytes| serde_json::from_slice::<Value>(bytes).unwrap());
            serde_json::to_vec(&serde_json::json!({ "exchanges": [one, other] })).unwrap()
        };
        assert!(is_refused(&both(&refused, &refused)) && !is_refused(&both(&refused, &closed)));
    }
}
