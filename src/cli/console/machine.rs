//! The machine around the console: clock, editor, viewer, notifications, other missions.

use std::io::Write as _;
use std::path::{Component, Path, PathBuf};
use std::sync::Arc;

use async_trait::async_trait;
use tokio_util::sync::CancellationToken;

use super::draft_file::DraftFile;
use super::launcher;
use crate::cli::editor::edit_text;
use crate::cli::fault::sentence;
use crate::cli::offers::offered;
use crate::cli::prelude::*;
use crate::cli::setup::{Places, keep, look, refused, tried};
use crate::domain::id::{MissionId, Timestamp};
use crate::domain::mission::MissionCard;
use crate::tui::drafts::DraftChange;
use crate::tui::host::{Host, HostCall, HostReply, Kept};
use crate::view::setup::{Discovery, Mind};
use crate::workspace::Program;

/// This machine.
pub struct Machine {
    pub context: Arc<Context>,
    /// When the record that is shown ends; the clock stands there.
    pub stands_at: Option<Timestamp>,
    /// The person's own command for notifications, from `FLIGHTDECK_NOTIFY`; it gets the sentence as its last argument.
    pub notify: Option<String>,
    pub drafts: DraftFile,
}

#[async_trait]
impl Host for Machine {
    fn now(&self) -> Timestamp {
        self.stands_at.unwrap_or_else(now)
    }

    async fn edit(&self, text: String, name: String) -> Result<String, String> {
        let context = Arc::clone(&self.context);
        let edited = tokio::task::spawn_blocking(move || edit_text(&context, &text, &name));
        match edited.await {
            Ok(edited) => edited.map_err(|error| format!("{error:#}")),
            Err(error) => Err(error.to_string()),
        }
    }

    async fn open(&self, name: String, content: Vec<u8>) -> Result<(), String> {
        let path = std::env::temp_dir().join(format!(
            "flightdeck-{}-{}",
            std::process::id(),
            file_name(&name).display()
        ));
        write_for_me(&path, &content)
            .map_err(|error| format!("failed to write {}: {error}", path.display()))?;
        if !self.has_screen() {
            return Err(format!("there is no screen here to open it on; it is in {}", path.display()));
        }
        let opener = if cfg!(target_os = "macos") { "open" } else { "xdg-open" };
        let finished = Program::new(opener).arg(&path).run(CancellationToken::new(), |_| {}).await;
        match finished {
            Ok(finished) if finished.exit.is_success() => Ok(()),
            Ok(_) | Err(_) => Err(format!("no program opened it; it is kept as {}", path.display())),
        }
    }

    async fn notify(&self, sentence: String) -> bool {
        let Some(command) = &self.notify else { return false };
        let finished = Program::new(command).arg(sentence).run(CancellationToken::new(), |_| {}).await;
        finished.is_ok_and(|finished| finished.exit.is_success())
    }

    async fn keep_drafts(&self, changes: Vec<DraftChange>) -> Result<(), String> {
        let file = self.drafts.clone();
        let kept = tokio::task::spawn_blocking(move || file.take(changes)).await;
        kept.map_err(|error| error.to_string())?.map_err(|error| format!("{error:#}"))
    }

    fn address_of(&self, mission: &MissionId, path: &str) -> Option<String> {
        let dir = missions::catalogue(&self.context).dir(mission);
        address_in(&dir.join("checkout"), path)
    }

    async fn serve(&self, call: HostCall) -> HostReply {
        let context = &self.context;
        match call {
            HostCall::LookAround => HostReply::Found(Box::new(found(context).await)),
            HostCall::CheckModels => {
                let settings = context.settings_here();
                HostReply::Checked(match settings {
                    Ok(settings) => refused(&settings).await,
                    Err(_) => None,
                })
            }
            HostCall::Try(mind) => HostReply::Tried(tried(context, &mind).await),
            HostCall::Offers => match context.settings_here() {
                Ok(settings) => HostReply::Offers(offered(&settings).await),
                Err(_) => HostReply::Nothing,
            },
            HostCall::Keep(mind) => HostReply::Kept(kept(context, &mind).map_err(|error| sentence(&error))),
        }
    }

    async fn missions(&self) -> Vec<MissionCard> {
        let context = Arc::clone(&self.context);
        tokio::task::spawn_blocking(move || {
            let entries = missions::catalogue(&context).list();
            entries.into_iter().filter_map(|entry| entry.mission.ok()).collect()
        })
        .await
        .unwrap_or_default()
    }
}

/// What there is to fly with; settings that cannot be read are told in its place.
async fn found(context: &Context) -> Discovery {
    let looked = async {
        let settings = context.settings_here()?;
        look(context, &settings, &Places::usual(&settings)).await
    };
    looked.await.unwrap_or_else(|error| Discovery { absent: vec![sentence(&error)], ..Discovery::default() })
}

fn kept(context: &Context, mind: &Mind) -> Result<Box<Kept>> {
    let sentence = keep(context, mind)?;
    Ok(Box::new(Kept { sentence, launcher: launcher::launcher(context, Vec::new())? }))
}

impl Machine {
    /// Whether a program can open a window that the person sees.
    fn has_screen(&self) -> bool {
        let is_set = |name: &str| self.context.variables.get(name).is_some_and(|value| !value.is_empty());
        let is_remote = is_set("SSH_CONNECTION") || is_set("SSH_TTY");
        let has_windows = cfg!(target_os = "macos") || is_set("DISPLAY") || is_set("WAYLAND_DISPLAY");
        // A display that ssh forwards is the person's own.
        has_windows && (!is_remote || (is_set("DISPLAY") && !cfg!(target_os = "macos")))
    }
}

/// Writes a file that nobody else may read: what was seen of an app may hold more than it should.
fn write_for_me(path: &Path, content: &[u8]) -> std::io::Result<()> {
    use std::os::unix::fs::OpenOptionsExt as _;
    // What lies there already is of an earlier look, or of somebody else: it is not written through.
    drop(std::fs::remove_file(path));
    let mut file = std::fs::OpenOptions::new().write(true).create_new(true).mode(0o600).open(path)?;
    file.write_all(content)
}

/// The address of a file under a root; what leads out of it has none.
fn address_in(root: &Path, path: &str) -> Option<String> {
    let relative = Path::new(path);
    let relative = relative.strip_prefix(root).unwrap_or(relative);
    if !relative.components().all(|part| matches!(part, Component::Normal(_) | Component::CurDir)) {
        return None;
    }
    let file = root.join(relative);
    let kept = |byte: u8| byte.is_ascii_alphanumeric() || b"/._-~".contains(&byte);
    let encoded = |byte: u8| if kept(byte) { char::from(byte).to_string() } else { format!("%{byte:02X}") };
    file.is_file().then(|| {
        format!(
            "file://{}",
            file.as_os_str().as_encoded_bytes().iter().copied().map(encoded).collect::<String>()
        )
    })
}

/// A name that is safe as a file's.
fn file_name(name: &str) -> PathBuf {
    let safe = |c: char| if c.is_ascii_alphanumeric() || c == '.' || c == '-' { c } else { '_' };
    PathBuf::from(name.chars().map(safe).collect::<String>())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_files_of_the_checkout_have_an_address() {
        let root = tempfile::tempdir().unwrap();
        std::fs::create_dir(root.path().join("a b")).unwrap();
        std::fs::write(root.path().join("a b/x.rs"), "").unwrap();
        let address = format!("file://{}/a%20b/x.rs", root.path().display());
        assert_eq!(address_in(root.path(), "a b/x.rs"), Some(address.clone()));
        assert_eq!(
            address_in(root.path(), &root.path().join("a b/x.rs").display().to_string()),
            Some(address)
        );
        for path in ["a b", "a b/y.rs", "../x", "a b/../../x", "/etc/passwd"] {
            assert_eq!(address_in(root.path(), path), None, "{path}");
        }
    }
}
