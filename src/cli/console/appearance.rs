//! Colours and keys from the person's settings, read again while the console runs.

use std::collections::BTreeMap;
use std::path::Path;
use std::pin::Pin;
use std::time::Duration;

use anyhow::{Result, anyhow};

use crate::cli::context::{Context, Repository};
use crate::tui::appearance::{Appearance, AppearanceSource};
use crate::tui::keymap::{Keymap, KeymapError, Overrides};
use crate::tui::theme::{Depth, Theme};
use crate::workspace::project::PROJECT_SETTINGS;
use crate::workspace::watch::{DEBOUNCE, watch_folders};

/// How often the files are looked at where the system allows no watch.
const LOOK: Duration = Duration::from_secs(1);

/// The settings of this person in this place.
pub struct Settings {
    pub context: Context,
    pub depth: Depth,
}

impl Settings {
    /// Reads colours and keys.
    pub fn read(&self) -> Result<Appearance> {
        let settings = self.context.settings(Repository::OfThisDirectory, Vec::new())?;
        let mut keys: Overrides = BTreeMap::new();
        for (key, chords) in &settings.keys {
            let (place, action) = key.split_once('.').unwrap_or(("global", key));
            keys.entry(place.to_owned()).or_default().insert(action.to_owned(), chords.clone());
        }
        let keymap = Keymap::with(&keys).map_err(|error| {
            let mistaken = key_of(&error);
            let known = settings.keys.keys().find(|key| mistaken.iter().any(|named| key.starts_with(named)));
            let origin = known.map(|key| settings.origin_of(&format!("keys.{key}"))).unwrap_or_default();
            anyhow!("{origin}: {error}")
        })?;
        let theme = settings.theme.clone().unwrap_or_else(|| "dark".to_owned());
        let own = self.context.home.config.join("themes").join(format!("{theme}.toml"));
        let (theme, styles) = if let Ok(text) = std::fs::read_to_string(&own) {
            Theme::read(&text, self.depth).map_err(|error| anyhow!("{}:{error}", own.display()))?
        } else {
            let styles = Theme::built_in(&theme).and_then(|theme| theme.styles(self.depth));
            let origin = settings.origin_of("theme");
            let missing = |error| anyhow!("{origin}: {error}, and {} is not there", own.display());
            (theme, styles.map_err(missing)?)
        };
        Ok(Appearance { theme, styles, keymap })
    }
}

/// The settings that an error may be about.
fn key_of(error: &KeymapError) -> Vec<String> {
    match error {
        KeymapError::Place { place } => vec![format!("{place}.")],
        KeymapError::Action { place, action } | KeymapError::Key { place, action, .. } => {
            // Keys that hold everywhere need no place in the settings.
            let bare = (place == "global").then(|| action.clone());
            bare.into_iter().chain([format!("{place}.{action}")]).collect()
        }
    }
}

impl AppearanceSource for Settings {
    fn appearance(&self) -> Result<Appearance, String> {
        self.read().map_err(|error| format!("{error:#}"))
    }

    fn change(&self) -> Pin<Box<dyn Future<Output = ()> + Send>> {
        let config = &self.context.home.config;
        let themes = config.join("themes");
        let project = self.context.repository().map(|root| root.join(PROJECT_SETTINGS));
        let project = project.as_deref().and_then(Path::parent);
        let folders: Vec<&Path> = [config.as_path(), &themes].into_iter().chain(project).collect();
        match watch_folders(&folders, DEBOUNCE) {
            Ok(mut watch) => Box::pin(async move { drop(watch.changed().await) }),
            Err(error) => {
                tracing::debug!(%error, "colours and keys cannot be watched, so they are looked at");
                Box::pin(tokio::time::sleep(LOOK))
            }
        }
    }
}
