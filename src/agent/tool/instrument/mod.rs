//! The instruments in a model's hands: what they show is kept as evidence, and every answer names the piece it left.

mod app;
#[cfg(test)]
pub(super) mod tests;

pub use app::App;

use std::sync::Arc;

use super::{Answer, Call, Output, ToolEnv, ToolError, ToolRow};
use crate::instrument::{Evidence, Instrument, InstrumentError, Place, Visitor, each};
use crate::workspace::Intent;

/// Keeps evidence. The engine implements it over the mission's store.
pub trait EvidenceSink: Send + Sync {
    /// Keeps one piece and gives the short name that a verdict may refer to, such as `ev_3f9a12cd`.
    ///
    /// # Errors
    /// A sentence that says why it cannot be kept.
    fn keep(&self, evidence: Evidence) -> Result<String, String>;
}

/// What a tester works with.
#[derive(Clone)]
pub struct Instruments {
    /// Where evidence goes.
    pub evidence: Arc<dyn EvidenceSink>,
    /// The app under test; testers who share it share its services.
    pub app: Arc<App>,
}

/// The rows of all instruments and of the app's services; a session that has none says so.
pub(super) fn rows(env: &Arc<ToolEnv>, instruments: Option<&Instruments>) -> Vec<ToolRow> {
    let own = Arc::clone(env);
    let place = Place::new(move |line, directory| {
        Ok(own.shell(line, &own.confinement.resolve(directory, Intent::Read)?))
    });
    let given = instruments.ok_or_else(|| "this role has no instruments".to_owned());
    let app = app::row(given.clone().map(|all| Arc::clone(&all.app)));
    let mut collector = Collector { place, given, rows: vec![app] };
    each(&mut collector);
    collector.rows
}

struct Collector<'a> {
    place: Place,
    given: Result<&'a Instruments, String>,
    rows: Vec<ToolRow>,
}

impl Visitor for Collector<'_> {
    fn visit<I: Instrument>(&mut self) {
        let held = self.given.clone().and_then(|all| {
            let instrument = I::new(&self.place).map_err(|fault| fault.to_string())?;
            Ok(Arc::new(Held { instrument, evidence: Arc::clone(&all.evidence) }))
        });
        self.rows.push(ToolRow::needing(I::NAME, I::DESCRIPTION, I::ACCESS, held, work));
    }
}

/// An instrument, and where what it sees is kept.
struct Held<I> {
    instrument: I,
    evidence: Arc<dyn EvidenceSink>,
}

async fn work<I: Instrument>(held: Arc<Held<I>>, wanted: I::Wanted, call: Call) -> Answer {
    let seen = tokio::select! {
        seen = held.instrument.act(wanted) => seen.map_err(|fault| mend(&fault))?,
        () = call.cancel.cancelled() => return Err(ToolError::Mend(format!("`{}` was interrupted", I::NAME))),
    };
    match seen.evidence {
        None => Ok(Output::text(seen.text)),
        Some(evidence) => with_evidence(held.evidence.as_ref(), &seen.text, Ok(evidence)),
    }
}

/// The text of an answer with the name of the evidence behind it.
pub(super) fn with_evidence(
    sink: &dyn EvidenceSink,
    text: &str,
    evidence: Result<Evidence, InstrumentError>,
) -> Answer {
    let evidence = evidence.map_err(|fault| mend(&fault))?;
    let name = sink
        .keep(evidence)
        .map_err(|fault| ToolError::Mend(format!("the evidence was not kept: {fault}")))?;
    Ok(Output::text(format!("{}{EVIDENCE_MARK}{name}", text.trim_end())))
}

/// Stands before the name of a piece of evidence at an answer's end.
pub(in crate::agent) const EVIDENCE_MARK: &str = "\n\nevidence: ";

fn mend(fault: &InstrumentError) -> ToolError {
    ToolError::Mend(fault.to_string())
}
