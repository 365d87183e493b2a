//! What of this machine every program may read, and where it finds the toolchains.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use serde::Deserialize;

use super::bubblewrap::{Bubblewrap, Mounts};
use super::jail::{Inmate, Jail, Rules};
use super::network::{Host, Network, NetworkPolicy};
use super::seed::seed;
use super::{Access, Reach, SandboxOptions, Wanted};
use crate::workspace::WorkspaceError;
use crate::workspace::process::CERTIFICATES;

/// The list of what there is to read on machines.
const LIST: &str = include_str!("../../../assets/sandbox.toml");

/// The variable of the folder for temporary files.
pub(super) const TEMPORARY: &str = "TMPDIR";

/// The folder in a home that must be there: `XDG_RUNTIME_DIR`.
const RUNTIME: &str = ".run";

/// Makes the folders that are a program's own.
pub(super) fn make_folders(reach: &Reach) -> Result<(), WorkspaceError> {
    let create = |path: &Path| fs::create_dir_all(path).map_err(WorkspaceError::io("create", path));
    create(&reach.temporary)?;
    create(&reach.home)
}

/// The file beside a home that says that it was filled, where nobody who works in it writes.
fn filled(home: &Path) -> Option<PathBuf> {
    let name = home.file_name()?.to_string_lossy();
    Some(home.with_file_name(format!(".filled-{name}")))
}

#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields)]
struct List {
    system: Vec<PathBuf>,
    never: Vec<PathBuf>,
    devices: Vec<PathBuf>,
    home: Vec<PathBuf>,
    never_home: Vec<PathBuf>,
    hosts: Vec<String>,
    toolchains: BTreeMap<String, PathBuf>,
    caches: BTreeMap<String, PathBuf>,
}

/// This machine, as far as programs may touch it.
#[derive(Debug)]
pub(super) struct Machine {
    options: SandboxOptions,
    list: List,
    /// What every program reads, as it is named and as what is in reach of it.
    named: Vec<PathBuf>,
    reads: Vec<PathBuf>,
    never: Vec<PathBuf>,
}

impl Machine {
    pub(super) fn new(options: SandboxOptions) -> Self {
        // A test reads it, so that it is sound.
        let list: List = toml::from_str(LIST).unwrap_or_default();
        let home = options.home.iter().flat_map(|home| list.home.iter().map(move |part| home.join(part)));
        let named = list.system.iter().cloned().chain(home).chain(options.read.iter().cloned());
        let path = std::env::var_os("PATH").unwrap_or_default();
        let tools =
            std::env::split_paths(&path).filter_map(|dir| toolchain_of(&dir, options.home.as_deref()));
        let variables = list.toolchains.keys().map(String::as_str).chain(CERTIFICATES);
        let chosen = variables.filter_map(std::env::var_os).map(PathBuf::from);
        let of_home =
            options.home.iter().flat_map(|home| list.never_home.iter().map(move |part| home.join(part)));
        let never: Vec<PathBuf> = list.never.iter().chain(&options.never).cloned().chain(of_home).collect();
        let all = named.chain(tools).chain(chosen).filter(|path| path.is_absolute());
        let all: Vec<PathBuf> = all.filter(|path| !is_never(path, &never)).collect();
        let reads = all.iter().flat_map(|path| without(path, &never)).collect();
        Self { options, list, named: all, reads, never }
    }

    pub(super) fn is_required(&self) -> bool {
        self.options.wanted == Wanted::Required
    }

    pub(super) fn home(&self) -> Option<&Path> {
        self.options.home.as_deref()
    }

    /// Whether the person wants the network kept from programs.
    pub(super) fn is_network_kept(&self) -> bool {
        self.options.network != NetworkPolicy::Open
    }

    /// Fills a home once. It is done in its jail: whoever works there may have left links that lead out of it.
    pub(super) fn fill(&self, reach: &Reach, jail: &Jail) -> Result<(), WorkspaceError> {
        let Some(mark) = filled(&reach.home).filter(|mark| !mark.exists()) else { return Ok(()) };
        // A thousand links take a second: only once they are of use.
        if !reach.reads.iter().any(|folder| folder.join("Cargo.toml").is_file()) {
            return Ok(());
        }
        let usual = self.options.home.as_ref().map(|home| home.join(".cargo"));
        let cargo = std::env::var_os("CARGO_HOME").map(PathBuf::from).or(usual);
        let (home, runtime) = (reach.home.clone(), reach.home.join(RUNTIME));
        let fill = move || {
            if let Err(error) = cargo.map_or(Ok(()), |cargo| seed(&home, &cargo)) {
                tracing::warn!(%error, "a home begins without what the person's cargo has fetched");
            }
            if let Err(error) = fs::create_dir(&runtime) {
                tracing::debug!(%error, "a home has something in the place of its runtime directory");
            }
        };
        jail.start(Inmate::Files, fill).map_err(WorkspaceError::io("fill", &reach.home))?;
        fs::write(&mark, "").map_err(WorkspaceError::io("write", &mark))
    }

    /// What a program may touch in all.
    pub(super) fn rules(&self, reach: &Reach) -> Rules {
        let own = reach.writes.iter().chain([&reach.home, &reach.temporary]).cloned();
        let persons = self.options.write.iter().flat_map(|path| without(path, &self.options.never));
        let programs = self.programs(reach);
        Rules {
            reads: self.reads.iter().chain(&reach.reads).cloned().chain(programs).collect(),
            writes: own.chain(persons).collect(),
            git: reach.git.clone(),
            devices: self.list.devices.clone(),
            reaches_network: reach.access != Access::Read,
        }
    }

    /// The programs that may be run wherever they are, with what lies beside them.
    fn programs(&self, reach: &Reach) -> Vec<PathBuf> {
        let beside = |program: &PathBuf| {
            let real = fs::canonicalize(program).unwrap_or_else(|_| program.clone());
            let is_above_home =
                |folder: &PathBuf| self.options.home.as_ref().is_some_and(|home| home.starts_with(folder));
            let folder = real.parent().map(Path::to_owned).filter(|folder| !is_above_home(folder));
            folder
                .iter()
                .flat_map(|folder| without(folder, &self.options.never))
                .chain([real])
                .collect::<Vec<_>>()
        };
        reach.programs.iter().flat_map(beside).collect()
    }

    /// The network that programs get in the place of this machine's, if they do.
    pub(super) fn network(&self, bubblewrap: &Bubblewrap) -> std::io::Result<Option<Arc<Network>>> {
        let usual = self.list.hosts.iter().filter_map(|host| host.parse().ok());
        let hosts: Vec<Host> = usual.chain(self.options.hosts.iter().cloned()).collect();
        Network::of(self.options.network, &hosts, bubblewrap)
    }

    /// What of this machine is there for a program at all, in whole folders.
    pub(super) fn mounts(&self, reach: &Reach) -> Mounts {
        let reads = self.named.iter().chain(&reach.reads).cloned().chain(self.programs(reach)).collect();
        Mounts { reads, never: self.never.clone(), lent: Vec::new() }
    }

    /// The variables by which a program finds its own folders and the toolchains.
    pub(super) fn variables(&self, reach: &Reach) -> Vec<(String, String)> {
        let home = &reach.home;
        let words = |path: PathBuf| path.display().to_string();
        let own = |(name, part): (&String, &PathBuf)| (name.clone(), words(home.join(part)));
        let toolchain = |(name, part): (&String, &PathBuf)| {
            let usual = self.options.home.as_ref().map(|home| home.join(part)).filter(|path| path.is_dir());
            let place = std::env::var_os(name).map(PathBuf::from).or(usual)?;
            Some((name.clone(), words(place)))
        };
        let mut variables = vec![
            ("HOME".to_owned(), words(home.clone())),
            (TEMPORARY.to_owned(), words(reach.temporary.clone())),
        ];
        variables.extend(self.list.caches.iter().map(own));
        variables.extend(self.list.toolchains.iter().filter_map(toolchain));
        // Without the superuser's powers the owners that an archive names cannot be given.
        variables.push(("TAR_OPTIONS".to_owned(), "--no-same-owner".to_owned()));
        variables
    }
}

/// What a folder of programs needs beside itself: most are the `bin` of a toolchain.
fn toolchain_of(dir: &Path, home: Option<&Path>) -> Option<PathBuf> {
    if !dir.is_absolute() || Some(dir) == home || dir.parent().is_none() {
        return None;
    }
    let whole = dir.parent().filter(|_| dir.ends_with("bin"));
    let is_toolchain = |parent: &&Path| {
        let is_shared = parent.parent().is_none() || Some(*parent) == home || parent.ends_with(".local");
        !is_shared && home.is_none_or(|home| !home.starts_with(parent)) && !parent.ends_with(".cargo")
    };
    Some(whole.filter(is_toolchain).unwrap_or(dir).to_owned())
}

/// A path as those of its parts that hold nothing of what is never in reach: what is there now and not below `never`.
fn without(path: &Path, never: &[PathBuf]) -> Vec<PathBuf> {
    if is_never(path, never) {
        return Vec::new();
    }
    let real = fs::canonicalize(path).unwrap_or_else(|_| path.to_owned());
    if !never.iter().any(|never| never.parent().is_some_and(|parent| parent.starts_with(&real))) {
        return vec![real];
    }
    let children = fs::read_dir(&real).into_iter().flatten().flatten().map(|entry| entry.path());
    children.filter(|child| !child.is_symlink()).flat_map(|child| without(&child, never)).collect()
}

/// Whether a path is, or leads to, what is never in reach.
fn is_never(path: &Path, never: &[PathBuf]) -> bool {
    let real = fs::canonicalize(path).unwrap_or_else(|_| path.to_owned());
    never.iter().any(|never| is_at(path, never) || is_at(&real, never))
}

/// Whether a path is one that is never in reach, or below it.
fn is_at(path: &Path, never: &Path) -> bool {
    let text = never.to_string_lossy();
    let Some(beginning) = text.strip_suffix('*') else { return path.starts_with(never) };
    path.ancestors()
        .any(|above| above.parent() == never.parent() && above.to_string_lossy().starts_with(beginning))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_list_is_sound() {
        let list: List = toml::from_str(LIST).unwrap();
        assert!(list.system.iter().chain(&list.never).chain(&list.devices).all(|path| path.is_absolute()));
        assert!(list.home.iter().chain(list.toolchains.values()).all(|path| path.is_relative()));
        assert!(list.hosts.iter().all(|host| host.parse::<Host>().is_ok()));
        assert!(list.caches.contains_key("CARGO_HOME") && !list.home.is_empty());
    }

    #[test]
    fn what_is_never_in_reach_is_left_out_of_what_is() {
        let root = tempfile::tempdir().unwrap();
        let top = root.path().canonicalize().unwrap();
        for path in
            ["etc/passwd", "etc/shadow", "etc/shadow-", "etc/ssh/config", "etc/ssh/host_key", "usr/bin/sh"]
        {
            let path = top.join(path);
            fs::create_dir_all(path.parent().unwrap()).unwrap();
            fs::write(path, "").unwrap();
        }
        let never = ["etc/shadow*", "etc/ssh/host_*"].map(|path| top.join(path));
        let mut left = without(&top, &never);
        left.sort();
        assert_eq!(left, ["etc/passwd", "etc/ssh/config", "usr"].map(|path| top.join(path)));
        assert_eq!(without(&top.join("etc/shadow"), &never), Vec::<PathBuf>::new());
        assert_eq!(without(&top.join("usr"), &never), [top.join("usr")]);
    }

    #[test]
    fn a_folder_of_programs_brings_its_toolchain_and_never_a_home() {
        let home = Path::new("/home/ada");
        let table = [
            ("/home/ada/go1.22/bin", Some("/home/ada/go1.22")),
            ("/home/ada/bin", Some("/home/ada/bin")),
            ("/home/ada/.local/bin", Some("/home/ada/.local/bin")),
            ("/home/ada/.cargo/bin", Some("/home/ada/.cargo/bin")),
            ("/home/ada", None),
            ("/bin", Some("/bin")),
            ("/home/bin", Some("/home/bin")),
            ("node_modules/.bin", None),
            ("/srv/tools", Some("/srv/tools")),
        ];
        for (dir, expected) in table {
            let found = toolchain_of(Path::new(dir), Some(home));
            assert_eq!(found.as_deref(), expected.map(Path::new), "{dir}");
        }
    }
}
