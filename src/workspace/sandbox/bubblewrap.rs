//! What a sandbox of bubblewrap's is made of: namespaces of its own, and of this machine's files those that are in reach.

use std::collections::BTreeMap;
use std::ffi::{OsStr, OsString};
use std::fs;
use std::io;
use std::path::{Component, Path, PathBuf};

use super::jail::{Inmate, Jail, Rules};
use crate::workspace::WorkspaceError;

/// Where the keeper's own program is in a sandbox.
const KEEPER: &str = "/.flightdeck";
/// The verb by which it is started.
const VERB: &str = "keeper";

/// Temporary files that are nobody else's, for programs that ask no variable.
pub(super) const PRIVATE: &str = "/tmp";

/// Terminals of the sandbox's own.
pub(super) const TERMINALS: &str = "/dev/pts";

/// What in a folder of git's says how git works, and is nobody's to write in a sandbox.
const SETTINGS: [&str; 6] = ["config", "config.worktree", "hooks", "commondir", "gitdir", "info/alternates"];

/// The namespaces, and that nothing outlives the thread that starts it.
const APART: [&str; 10] = [
    "--die-with-parent",
    "--new-session",
    "--unshare-user",
    "--unshare-pid",
    "--unshare-ipc",
    "--unshare-uts",
    "--unshare-cgroup-try",
    "--as-pid-1",
    "--cap-drop",
    "ALL",
];

/// The programs that sandboxes are made with.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Bubblewrap {
    pub program: PathBuf,
    /// flightdeck itself.
    pub keeper: PathBuf,
}

/// Which files are in reach, as whole folders.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct Mounts {
    pub reads: Vec<PathBuf>,
    /// What is never in reach, where it lies below what is. One that ends in `*` stands for all that begin so.
    pub never: Vec<PathBuf>,
    pub lent: Vec<Lent>,
}

/// Something that is written, and is there under another name.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Lent {
    pub from: PathBuf,
    pub to: PathBuf,
}

/// Makes the places of what is lent, and copies of files: programs replace theirs, which a file that is lent does not allow.
/// It is done in the jail: whoever worked in that home may have left links that lead out of it.
///
/// # Errors
/// When something cannot be read, or a place cannot be made.
pub(super) fn lend(
    jail: &Jail,
    home: &Path,
    folders: Vec<Lent>,
    files: Vec<Lent>,
) -> Result<(), WorkspaceError> {
    let read = |Lent { from, to }: Lent| {
        fs::read(&from).map(|bytes| (to, bytes)).map_err(WorkspaceError::io("read", &from))
    };
    let files: Vec<(PathBuf, Vec<u8>)> = files.into_iter().map(read).collect::<Result<_, _>>()?;
    let own = home.to_owned();
    let make = move || {
        for Lent { to, .. } in folders {
            make_folder(&own, &to)?;
        }
        for (to, bytes) in files {
            make_folder(&own, to.parent().unwrap_or(&own))?;
            remove_link(&to)?;
            fs::write(to, bytes)?;
        }
        Ok(())
    };
    jail.start(Inmate::Files, make).flatten().map_err(WorkspaceError::io("lend into", home))
}

/// Makes a folder below a home, without following links.
fn make_folder(home: &Path, folder: &Path) -> io::Result<()> {
    let mut at = home.to_owned();
    for part in folder.strip_prefix(home).map_err(io::Error::other)?.components() {
        at.push(part);
        remove_link(&at)?;
        match fs::create_dir(&at) {
            Err(error) if error.kind() != io::ErrorKind::AlreadyExists => return Err(error),
            Ok(()) | Err(_) => {}
        }
    }
    Ok(())
}

fn remove_link(path: &Path) -> io::Result<()> {
    if path.is_symlink() { fs::remove_file(path) } else { Ok(()) }
}

/// How a path is there.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
enum Kind {
    Link(PathBuf),
    Empty,
    Hidden,
    Read,
    Write,
}

impl Bubblewrap {
    /// The one on a search path.
    pub(super) fn on_path(path: &OsStr, keeper: PathBuf) -> Option<Self> {
        let program = std::env::split_paths(path).map(|dir| dir.join("bwrap")).find(|file| file.is_file())?;
        Some(Self { program, keeper })
    }

    /// Its arguments for a network of its own, in which sandboxes are made.
    pub(super) fn network(&self) -> Vec<OsString> {
        let words =
            ["--die-with-parent", "--new-session", "--unshare-user", "--unshare-net", "--dev-bind", "/", "/"];
        let keeper = [OsStr::new("--"), self.keeper.as_os_str(), OsStr::new(VERB)];
        words.map(OsStr::new).into_iter().chain(keeper).map(OsString::from).collect()
    }

    /// Its arguments for one place of work.
    pub(super) fn arguments(&self, rules: &Rules, mounts: &Mounts, inmate: Inmate) -> Vec<OsString> {
        let mut all: Vec<OsString> = APART.map(OsString::from).into();
        if !rules.reaches_network {
            all.push("--unshare-net".into());
        }
        if inmate != Inmate::Nesting {
            all.push("--disable-userns".into());
        }
        let mut add = |words: &[&OsStr]| all.extend(words.iter().map(|word| OsString::from(*word)));
        let kept = kept(places(rules, mounts));
        for (path, kind) in &kept {
            let path = path.as_os_str();
            match kind {
                Kind::Link(target) => add(&["--symlink".as_ref(), target.as_os_str(), path]),
                Kind::Empty => add(&["--tmpfs".as_ref(), path]),
                Kind::Hidden if Path::new(path).is_dir() => add(&["--tmpfs".as_ref(), path]),
                Kind::Hidden => add(&["--ro-bind".as_ref(), "/dev/null".as_ref(), path]),
                Kind::Read => add(&["--ro-bind".as_ref(), path, path]),
                Kind::Write => add(&["--bind".as_ref(), path, path]),
            }
        }
        for path in settings(rules) {
            add(&["--ro-bind".as_ref(), path.as_os_str(), path.as_os_str()]);
        }
        for Lent { from, to } in &mounts.lent {
            add(&["--bind".as_ref(), from.as_os_str(), to.as_os_str()]);
        }
        add(&["--proc", "/proc", "--ro-bind", "/proc/sys", "/proc/sys", "--dev", "/dev"].map(AsRef::as_ref));
        add(&["--ro-bind".as_ref(), self.keeper.as_os_str(), KEEPER.as_ref()]);
        let hidden = kept.iter().filter(|(path, kind)| *kind == Kind::Hidden && path.is_dir());
        for path in hidden.map(|(path, _)| path.as_path()).chain([Path::new("/")]) {
            add(&["--remount-ro".as_ref(), path.as_os_str()]);
        }
        add(&["--chdir", "/", "--", KEEPER, VERB].map(AsRef::as_ref));
        all
    }
}

/// All paths, a folder before what lies in it.
fn places(rules: &Rules, mounts: &Mounts) -> BTreeMap<PathBuf, Kind> {
    let mut places = BTreeMap::from([(PathBuf::from(PRIVATE), Kind::Empty)]);
    let mut put = |path: &Path, kind: Kind| {
        let real = follow(path, |link, target| {
            places.entry(link).or_insert(Kind::Link(target));
        });
        let Some(real) = real.filter(|real| !is_made_anew(real)) else { return };
        let there = places.entry(real).or_insert_with(|| kind.clone());
        *there = there.clone().max(kind);
    };
    mounts.reads.iter().for_each(|path| put(path, Kind::Read));
    rules.writes.iter().filter(|path| *path != Path::new(PRIVATE)).for_each(|path| put(path, Kind::Write));
    rules.git.iter().for_each(|path| put(path, Kind::Write));
    for path in mounts.never.iter().flat_map(|path| named(path)) {
        places.entry(path).or_insert(Kind::Hidden);
    }
    places
}

/// Those that are of use: what lies in a folder that is there is there as well.
fn kept(places: BTreeMap<PathBuf, Kind>) -> Vec<(PathBuf, Kind)> {
    let mut kept: Vec<(PathBuf, Kind)> = Vec::new();
    for (path, kind) in places {
        let around = kept.iter().rev().find(|(above, _)| path.starts_with(above)).map(|(_, kind)| kind);
        let is_there = matches!(around, Some(Kind::Read | Kind::Write));
        let is_needed = match kind {
            Kind::Link(_) | Kind::Read => !is_there,
            Kind::Hidden => is_there,
            Kind::Write => around != Some(&Kind::Write),
            Kind::Empty => true,
        };
        if is_needed {
            kept.push((path, kind));
        }
    }
    kept
}

/// What says how git works, in the folders that are written.
fn settings(rules: &Rules) -> Vec<PathBuf> {
    let of_git = rules.git.iter().flat_map(|folder| SETTINGS.map(|name| folder.join(name)));
    // A checkout says in a file where its repository is.
    let of_checkouts = rules.writes.iter().map(|folder| folder.join(".git")).filter(|path| path.is_file());
    of_git.chain(of_checkouts).filter(|path| path.exists() && !path.is_symlink()).collect()
}

/// Whether the sandbox has its own there.
fn is_made_anew(path: &Path) -> bool {
    ["/proc", "/dev"].iter().any(|own| path.starts_with(own))
}

/// Where a path leads, if anything is there; each link on the way is told.
fn follow(path: &Path, mut on_link: impl FnMut(PathBuf, PathBuf)) -> Option<PathBuf> {
    let real = fs::canonicalize(path).ok()?;
    let mut at = PathBuf::new();
    let mut rest: Vec<OsString> = path.components().rev().map(|part| part.as_os_str().into()).collect();
    while let Some(part) = rest.pop() {
        match Path::new(&part).components().next() {
            Some(Component::ParentDir) => drop(at.pop()),
            Some(Component::CurDir) | None => {}
            Some(_) => at.push(&part),
        }
        if let Ok(target) = fs::read_link(&at) {
            on_link(at.clone(), target.clone());
            at.pop();
            rest.extend(target.components().rev().map(|part| part.as_os_str().to_owned()));
        }
    }
    Some(real)
}

/// What is there of what a name stands for.
fn named(never: &Path) -> Vec<PathBuf> {
    let text = never.to_string_lossy();
    let Some(beginning) = text.strip_suffix('*') else {
        return never.canonicalize().into_iter().collect();
    };
    let folder = never.parent().unwrap_or(never);
    let all = fs::read_dir(folder).into_iter().flatten().flatten().map(|entry| entry.path());
    all.filter(|path| path.to_string_lossy().starts_with(beginning) && !path.is_symlink()).collect()
}
