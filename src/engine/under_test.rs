//! The program that a tester looks at: that of the commit, and of nobody else.

use std::path::{Path, PathBuf};
use std::sync::{Mutex, PoisonError};

use super::tampering::is_program;
use crate::domain::id::Commit;
use crate::workspace::proof::is_made;
use crate::workspace::{ProofCheckout, Repo, WorkspaceError};

/// A tester's checkout, held against its commit at each look.
#[derive(Debug)]
pub(super) struct UnderTest {
    checkout: ProofCheckout,
    /// Files of the program that were others when the tester came: the app's own start had made them.
    made: Vec<PathBuf>,
    /// The instance of the app that ran when a tester had changed the program; 0 where none did.
    soiled: Mutex<Option<u32>>,
}

impl UnderTest {
    /// A checkout whose app has been started.
    pub(super) fn new(repo: &Repo, dir: &Path, commit: &Commit) -> Self {
        let checkout = ProofCheckout::open(repo, dir, &commit.0);
        let made = changed(&checkout).inspect_err(cannot_tell).unwrap_or_default();
        Self { checkout, made, soiled: Mutex::default() }
    }

    /// Whether what is looked at now is the program of the commit: nobody committed or staged another one, or changed its
    /// files. What was changed is put back; what was started before that shows it still, and so does a screen that stands.
    /// A checkout that cannot be asked is taken for the commit.
    pub(super) fn stands(&self, app: u32, is_screen: bool) -> bool {
        let look = || {
            let changed = changed(&self.checkout)?;
            let foreign: Vec<PathBuf> =
                changed.into_iter().filter(|file| !self.made.contains(file)).collect();
            if !self.checkout.stands()? {
                self.checkout.put_tracked_back()?;
                return Ok(false);
            }
            if !foreign.is_empty() {
                self.checkout.put_files_back(&foreign)?;
            }
            Ok::<_, WorkspaceError>(foreign.is_empty())
        };
        let Ok(is_clean) = look().inspect_err(cannot_tell) else { return true };
        let mut soiled = self.soiled.lock().unwrap_or_else(PoisonError::into_inner);
        if !is_clean {
            *soiled = Some(app);
        }
        is_clean && soiled.is_none_or(|instance| !is_screen && (app == 0 || app > instance))
    }
}

fn cannot_tell(fault: &WorkspaceError) {
    tracing::warn!(%fault, "it is not known what a tester looks at");
}

/// Files of the program that are not as the commit has them.
fn changed(checkout: &ProofCheckout) -> Result<Vec<PathBuf>, WorkspaceError> {
    let changed = checkout.changed()?.into_iter();
    Ok(changed.filter(|file| is_program(&file.to_string_lossy()) && !is_made(file)).collect())
}
