//! Filters that `.gitattributes` names: git LFS, git-crypt and the like. Without them files come out as something else.

use std::collections::BTreeSet;
use std::path::Path;

use super::{Found, Subject};
use crate::workspace::{Program, WorkspaceError};

/// The one filter that every host knows.
const LFS: &str = "lfs";

/// Whether every filter that the repository names is defined, and its program there.
pub(super) fn look(subject: &Subject) -> Result<Found, WorkspaceError> {
    let (mut obstacles, mut doubts, mut sound) = (Vec::new(), Vec::new(), Vec::new());
    for name in named(subject)? {
        match one(subject, &name)? {
            Found::Sound(words) => sound.push(words),
            Found::Doubt(words) => doubts.push(words),
            Found::Obstacle(words) | Found::NoRepository(words) => obstacles.push(words),
        }
    }
    Ok(if !obstacles.is_empty() {
        Found::Obstacle(obstacles.join("; "))
    } else if !doubts.is_empty() {
        Found::Doubt(doubts.join("; "))
    } else if sound.is_empty() {
        Found::Sound("none".to_owned())
    } else {
        Found::Sound(sound.join(", "))
    })
}

fn named(subject: &Subject) -> Result<BTreeSet<String>, WorkspaceError> {
    let git = subject.git();
    let grep = ["grep", "-h", "-I", "filter=", "HEAD", "--", ":(top,glob)**/.gitattributes"];
    let mut text = String::from_utf8_lossy(&git.outcome(grep)?.output).into_owned();
    let own = git.line("find the attributes", ["rev-parse", "--git-path", "info/attributes"])?;
    text += &std::fs::read_to_string(subject.root.join(own)).unwrap_or_default();
    let lines = text.lines().map(str::trim).filter(|line| !line.starts_with('#'));
    let names = lines.flat_map(str::split_whitespace).filter_map(|word| word.strip_prefix("filter="));
    Ok(names.filter(|name| !name.is_empty()).map(str::to_owned).collect())
}

fn one(subject: &Subject, name: &str) -> Result<Found, WorkspaceError> {
    if name == LFS && !subject.git().outcome(["lfs", "version"])?.exit.is_success() {
        return Ok(Found::Obstacle(
            "files here are kept by git LFS, and git-lfs is not installed: install it (`apt install git-lfs`, `brew install \
             git-lfs`), then `git lfs install` and `git lfs pull`"
                .to_owned(),
        ));
    }
    let mut commands = Vec::new();
    for kind in ["process", "smudge", "clean"] {
        commands.extend(subject.setting(&format!("filter.{name}.{kind}"))?);
    }
    if commands.is_empty() {
        return Ok(if name == LFS {
            Found::Obstacle(
                "files here are kept by git LFS, which is not set up: `git lfs install`".to_owned(),
            )
        } else {
            Found::Doubt(format!(
                "`.gitattributes` names the filter `{name}`, which no setting of git's defines, so its files are taken as they \
                 are stored: set `filter.{name}.clean` and `filter.{name}.smudge` if they should not be"
            ))
        });
    }
    let missing: BTreeSet<&str> = commands
        .iter()
        .filter_map(|command| command.split_whitespace().next())
        .filter(|word| !runs(subject, word))
        .collect();
    let Some(first) = missing.first() else { return Ok(Found::Sound(name.to_owned())) };
    let words = format!("the filter `{name}` needs `{first}`, which is not installed or not on PATH");
    let required = subject.is_set(&format!("filter.{name}.required"))?;
    Ok(if required {
        Found::Obstacle(format!("{words}: install it"))
    } else {
        Found::Doubt(format!("{words}, so its files are taken as they are stored: install it"))
    })
}

/// Whether a shell, which runs filters at the top of the checkout, finds the program. A word that the shell would
/// change first cannot be known.
fn runs(subject: &Subject, word: &str) -> bool {
    let plain = |c: char| c.is_ascii_alphanumeric() || "/._-+".contains(c);
    if !word.chars().all(plain) {
        return true;
    }
    if word.contains('/') {
        return subject.root.join(Path::new(word)).exists();
    }
    let look = Program::shell(format!("command -v {word}")).run_blocking(b"");
    look.is_ok_and(|outcome| outcome.exit.is_success())
}
