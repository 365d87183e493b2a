//! The instruments in a model's hands: what they show is kept as evidence, and every answer names the piece it left.

mod app;
mod browser;
mod http;
mod terminal;

pub use app::App;

use std::sync::Arc;

use super::{Answer, Output, ToolEnv, ToolError, ToolRow};
use crate::instrument::{Evidence, InstrumentError};

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

/// The rows of all instruments; a session that has none says so.
pub(super) fn rows(env: &Arc<ToolEnv>, instruments: Option<&Instruments>) -> [ToolRow; 4] {
    let given = || {
        let given = instruments.cloned().map(Arc::new);
        given.ok_or_else(|| "this role has no instruments".to_owned())
    };
    let app = given().map(|all| Arc::clone(&all.app));
    [http::row(given()), terminal::row(env, given()), app::row(app), browser::row(given())]
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

#[cfg(test)]
pub(super) mod tests {
    use std::sync::Mutex;

    use super::*;
    use crate::workspace::Reaper;
    use crate::workspace::services::ServiceDirs;

    /// The instruments of a tester without an app, who keeps evidence in that.
    pub fn instruments(kept: &Arc<Kept>) -> Arc<Instruments> {
        let nowhere = std::path::PathBuf::new();
        let dirs = ServiceDirs { dir: nowhere.clone(), logs: nowhere, env: Vec::new(), reaper: Reaper::None };
        let evidence = Arc::clone(kept) as Arc<dyn EvidenceSink>;
        Arc::new(Instruments { evidence, app: Arc::new(App::new(Vec::new(), dirs)) })
    }

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
