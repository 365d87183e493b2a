//! The models that are known: what ships, what was fetched since, and the person's own list, each over the one before.

use std::io::ErrorKind;
use std::path::Path;

use crate::agent::model::catalogue::Catalogue;
use crate::config::Settings;

/// What is known, and what could not be read of it.
#[derive(Debug, Default)]
pub struct Known {
    pub catalogue: Catalogue,
    /// The files that were read over what ships.
    pub files: Vec<String>,
    /// Each with what to do; what was known before it holds.
    pub faults: Vec<String>,
}

impl Known {
    /// Reads everything there is.
    pub fn of(settings: &Settings) -> Self {
        let mut known = match Catalogue::builtin() {
            Ok(catalogue) => Self { catalogue, ..Self::default() },
            Err(fault) => Self { faults: vec![fault.to_string()], ..Self::default() },
        };
        if let Some(path) = settings.fetched_models() {
            known.lay(
                &path,
                Missing::IsFine,
                Catalogue::with_snapshot,
                "fetch it anew with `flightdeck models --refresh`",
            );
        }
        if let Some(path) = &settings.prices {
            known.lay(path, Missing::IsWrong, Catalogue::with, "mend it, or the setting `prices`");
        }
        known
    }

    fn lay<E: std::fmt::Display>(
        &mut self,
        path: &Path,
        missing: Missing,
        over: impl FnOnce(Catalogue, &str, &str) -> Result<Catalogue, E>,
        advice: &str,
    ) {
        let origin = path.display().to_string();
        let text = match std::fs::read_to_string(path) {
            Ok(text) => text,
            Err(fault) if fault.kind() == ErrorKind::NotFound && missing == Missing::IsFine => return,
            Err(fault) => return self.faults.push(format!("{origin} cannot be read: {fault}; {advice}")),
        };
        match over(self.catalogue.clone(), &text, &origin) {
            Ok(all) => {
                self.catalogue = all;
                self.files.push(origin);
            }
            Err(fault) => self.faults.push(format!("{fault}; {advice}")),
        }
    }
}

/// What it means that a file is not there.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Missing {
    IsFine,
    IsWrong,
}
