//! Where the Chromium of this machine is, and what to do when there is none.

use std::ffi::{OsStr, OsString};
use std::path::{Path, PathBuf};

use crate::instrument::InstrumentError;

/// Names under which one is installed, the free one first.
const NAMES: [&str; 8] = [
    "chromium",
    "chromium-browser",
    "google-chrome",
    "google-chrome-stable",
    "chrome",
    "brave-browser",
    "microsoft-edge",
    "microsoft-edge-stable",
];

/// Where macOS keeps applications that are not on `PATH`.
const APPLICATIONS: [&str; 4] = [
    "/Applications/Chromium.app/Contents/MacOS/Chromium",
    "/Applications/Google Chrome.app/Contents/MacOS/Google Chrome",
    "/Applications/Brave Browser.app/Contents/MacOS/Brave Browser",
    "/Applications/Microsoft Edge.app/Contents/MacOS/Microsoft Edge",
];

/// The word that is set in place of a path by whoever wants no browser.
const OFF: &str = "off";

/// The Chromium of this machine, or why there is none.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Chromium {
    sought: Sought,
    found: Result<PathBuf, String>,
}

/// Where one is looked for.
#[derive(Debug, Clone, PartialEq, Eq)]
enum Sought {
    At(PathBuf),
    OnPath(OsString),
    Nowhere,
}

impl Chromium {
    /// The one that a setting names; `off` is none.
    pub fn set_to(path: &Path) -> Self {
        let found = if path == Path::new(OFF) {
            Err("`browser` is set to \"off\" in your config.toml".to_owned())
        } else if path.is_file() {
            Ok(path.to_owned())
        } else {
            Err(format!("`browser` is set to {}, where there is no program; {}", path.display(), install()))
        };
        Self { sought: Sought::At(path.to_owned()), found: found.and_then(built_in) }
    }

    /// The first that is found in these directories, as `PATH` lists them.
    pub fn on_path(path: &OsStr) -> Self {
        let directories: Vec<PathBuf> = std::env::split_paths(path).collect();
        let named =
            NAMES.iter().flat_map(|name| directories.iter().map(move |directory| directory.join(name)));
        let found = named.chain(APPLICATIONS.iter().map(PathBuf::from)).find(|file| file.is_file());
        let found = found.ok_or_else(|| format!("no Chromium is on PATH; {}", install()));
        Self { sought: Sought::OnPath(path.to_owned()), found: found.and_then(built_in) }
    }

    /// None, for a reason.
    pub fn none(why: &str) -> Self {
        Self { sought: Sought::Nowhere, found: Err(why.to_owned()) }
    }

    /// The same search once more: one may have been installed or removed.
    #[must_use]
    pub fn again(&self) -> Self {
        match &self.sought {
            Sought::At(path) => Self::set_to(path),
            Sought::OnPath(path) => Self::on_path(path),
            Sought::Nowhere => self.clone(),
        }
    }

    /// The same search, which finds nothing of use.
    #[must_use]
    #[cfg(feature = "browser")]
    pub(super) fn but(&self, why: String) -> Self {
        Self { sought: self.sought.clone(), found: Err(why) }
    }

    /// Where it is.
    ///
    /// # Errors
    /// [`InstrumentError::Missing`], with what to install.
    pub fn path(&self) -> Result<&Path, InstrumentError> {
        self.found
            .as_deref()
            .map_err(|why| InstrumentError::Missing { instrument: "browser", install: why.clone() })
    }

    /// Why there is none, if that is so.
    pub fn missing(&self) -> Option<&str> {
        self.found.as_ref().err().map(String::as_str)
    }
}
/// It is of no use to a program that was built without what drives it.
fn built_in(path: PathBuf) -> Result<PathBuf, String> {
    if cfg!(feature = "browser") {
        Ok(path)
    } else {
        Err("this flightdeck was built without the feature `browser`; build it with its default features"
            .to_owned())
    }
}

/// What to do on this system.
fn install() -> &'static str {
    if cfg!(target_os = "macos") {
        "`brew install --cask chromium` installs one, or set `browser` in your config.toml to where yours is"
    } else {
        "install one (Debian and Ubuntu: `apt install chromium`; Fedora: `dnf install chromium`; Arch: `pacman -S \
         chromium`; Alpine: `apk add chromium`), or set `browser` in your config.toml to where yours is"
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_one_that_is_set_wins_and_one_that_is_not_there_is_told() {
        let directory = tempfile::tempdir().unwrap();
        let own = directory.path().join("chromium");
        assert!(Chromium::set_to(&own).missing().unwrap().contains("where there is no program"));
        let nowhere = Chromium::on_path(directory.path().as_os_str());
        if !APPLICATIONS.iter().any(|path| Path::new(path).is_file()) {
            let told = nowhere.path().unwrap_err().to_string();
            assert!(told.starts_with("blocked: no browser instrument; no Chromium is on PATH;"), "{told}");
        }
        std::fs::write(&own, "").unwrap();
        for found in [Chromium::set_to(&own), Chromium::on_path(directory.path().as_os_str())] {
            assert_eq!(found.path().ok(), cfg!(feature = "browser").then_some(own.as_path()));
        }
    }
}
