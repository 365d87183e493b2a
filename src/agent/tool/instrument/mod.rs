//! The instruments in a model's hands: what they show is kept as evidence, and every answer names the piece it left.

mod app;
mod browser;
mod http;
mod terminal;

pub use app::App;

use std::sync::Arc;

use super::{Output, Tool, ToolEnv, ToolError};
use crate::instrument::{Evidence, InstrumentError};
use app::AppTool;
use browser::Browser;
use http::Http;
use terminal::Terminal;

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

impl Instruments {
    /// The instrument of that name, if it is one.
    pub(super) fn tool(&self, name: &str, place: &Arc<ToolEnv>) -> Option<Result<Arc<dyn Tool>, String>> {
        let evidence = Arc::clone(&self.evidence);
        Some(match name {
            "http" => Http::new(evidence).map(|tool| Arc::new(tool) as Arc<dyn Tool>),
            "terminal" => Ok(Arc::new(Terminal::new(Arc::clone(place), evidence))),
            "app" => Ok(Arc::new(AppTool(Arc::clone(&self.app)))),
            "browser" => Ok(Arc::new(Browser)),
            _ => return None,
        })
    }
}

/// The text of an answer with the name of the evidence behind it.
pub(super) fn with_evidence(
    sink: &dyn EvidenceSink,
    text: &str,
    evidence: Result<Evidence, InstrumentError>,
) -> Result<Output, ToolError> {
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

#[cfg(test)]
pub(super) mod tests {
    use std::sync::Mutex;

    use super::*;

    /// Numbers what it keeps.
    #[derive(Default)]
    pub struct Kept(pub Mutex<Vec<Evidence>>);

    impl EvidenceSink for Kept {
        fn keep(&self, evidence: Evidence) -> Result<String, String> {
            let mut kept = self.0.lock().unwrap();
            kept.push(evidence);
            Ok(format!("ev_{}", kept.len()))
        }
    }
}
