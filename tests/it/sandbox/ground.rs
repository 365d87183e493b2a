//! A person's home, two missions, and programs that are held in one of them.

use std::fs;
use std::io::Read;
use std::net::TcpListener;
use std::os::unix::net::UnixListener;
use std::path::{Path, PathBuf};
use std::process::{Child, Command as Other};
use std::sync::Arc;

use flightdeck::workspace::sandbox::{Strength, Temporary, Wanted};
use flightdeck::workspace::{
    Access, Checkout, FilterGround, Jail, MissionRepo, Program, ProofCheckout, Reach, Repo, RepoPlan,
    Sandbox, SandboxOptions,
};
use tempfile::TempDir;

use crate::support::flight::repository_with;

/// What keeps programs in.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kept {
    Landlock,
    Bubblewrap,
}

/// Everything that an attack could be after.
pub struct Ground {
    pub kept: Kept,
    root: TempDir,
    pub person: PathBuf,
    pub mission: PathBuf,
    other: PathBuf,
    /// The commit that the mission begins at.
    pub base: String,
    repo: MissionRepo,
    sandbox: Arc<Sandbox>,
    temporary: Temporary,
    victim: Child,
    tcp: TcpListener,
    _unix: UnixListener,
    shared: Shared,
}

impl Drop for Ground {
    fn drop(&mut self) {
        self.shared.remove();
        drop(self.victim.kill().and_then(|()| self.victim.wait()));
    }
}

fn write(path: &Path, text: &str) {
    fs::create_dir_all(path.parent().unwrap()).unwrap();
    fs::write(path, text).unwrap();
}

/// What nobody may read.
const OF_PERSON: [&str; 6] = [
    ".ssh/id",
    ".aws/credentials",
    ".bashrc",
    ".config/flightdeck/config.toml",
    ".cargo/credentials.toml",
    ".local/share/uv/credentials/c.toml",
];
const OF_MISSION: [&str; 6] = [
    "mission.db",
    "transcripts.db",
    "documents/contract.md",
    "evidence/ev",
    "engine.log",
    "scratch/write/out",
];

fn hide_in(folder: &Path, files: &[&str]) {
    for file in files {
        write(&folder.join(file), "SECRET\n");
    }
}

impl Ground {
    /// One for each strength that this machine has.
    pub fn each() -> impl Iterator<Item = Self> {
        [Kept::Landlock, Kept::Bubblewrap].into_iter().filter_map(Self::new)
    }

    /// Nothing where this machine holds no programs so: then `doctor` says so, and there is nothing to try.
    pub fn new(kept: Kept) -> Option<Self> {
        Self::with(kept, SandboxOptions::default())
    }

    /// It, with a network as these options have it.
    pub fn with(kept: Kept, options: SandboxOptions) -> Option<Self> {
        // Not below the folder for temporary files, of which a sandbox has its own.
        let root = tempfile::tempdir_in("/var/tmp").unwrap();
        let top = root.path().canonicalize().unwrap();
        let (person, state) = (top.join("person"), top.join("state"));
        let (mission, other) = (state.join("missions/this"), state.join("missions/other"));
        hide_in(&person, &OF_PERSON);
        hide_in(&mission, &OF_MISSION);
        hide_in(&other, &OF_MISSION);
        let project = person.join("project");
        let base = repository_with(&project, [("main.txt", "one\n"), ("secret.txt", "SECRET\n")]);
        let repo = MissionRepo::open(&mission, Repo::discover(&project).unwrap(), plan(&base)).unwrap();
        Checkout::create(repo.own(), &mission.join("checkout"), "flightdeck/this").unwrap();
        ProofCheckout::create(repo.own(), &mission.join("proof"), &base).unwrap();
        let never = vec![state.clone(), person.join(".config/flightdeck")];
        let home = Some(person.clone());
        let keeper = (kept == Kept::Bubblewrap).then(|| env!("CARGO_BIN_EXE_flightdeck").into());
        let sandbox = Sandbox::of_this_machine(SandboxOptions { never, home, keeper, ..options });
        let sandbox = Arc::new(sandbox);
        match (sandbox.strength(), kept) {
            (Strength::Landlock(_), Kept::Landlock) | (Strength::Bubblewrap, Kept::Bubblewrap) => {}
            (Strength::None(why) | Strength::Landlock(why), _) => {
                println!("nothing to try here by {kept:?}: {why}");
                return None;
            }
            (Strength::Bubblewrap, Kept::Landlock) => panic!("it was not asked for"),
        }
        let victim = sleeper();
        let unix = UnixListener::bind(top.join("bus")).unwrap();
        let temporary = Temporary::make(&mission).unwrap();
        let tcp = TcpListener::bind("127.0.0.1:0").unwrap();
        let shared = Shared::make();
        Some(Self {
            kept,
            root,
            person,
            mission,
            other,
            base,
            repo,
            sandbox,
            temporary,
            victim,
            tcp,
            _unix: unix,
            shared,
        })
    }

    /// The place that an access works in.
    pub fn place(&self, access: Access) -> PathBuf {
        self.mission.join(if access == Access::Write { "checkout" } else { "proof" })
    }

    /// The mission's repository as the next engine opens it, with filters kept in by this sandbox.
    pub fn opened_again(&self, sandbox: &Arc<Sandbox>) -> MissionRepo {
        let person = Repo::discover(&self.person.join("project")).unwrap();
        let filters = FilterGround {
            sandbox: Arc::clone(sandbox),
            home: self.mission.join("home/filters"),
            temporary: self.temporary.path().join("filters"),
        };
        let repo = MissionRepo::open(&self.mission, person, plan(&self.base)).unwrap();
        repo.keeping_filters_in(filters).unwrap()
    }

    pub fn sandbox(&self) -> &Arc<Sandbox> {
        &self.sandbox
    }

    pub fn checkout(&self) -> Checkout {
        Checkout::create(self.repo.own(), &self.mission.join("checkout"), "flightdeck/this").unwrap()
    }

    pub fn jail(&self, access: Access) -> Jail {
        self.sandbox.jail(&self.reach(access)).unwrap()
    }

    /// What programs of an access may touch.
    pub fn reach(&self, access: Access) -> Reach {
        let place = self.place(access);
        let scratch = self.mission.join("scratch").join(access.word());
        fs::create_dir_all(&scratch).unwrap();
        let mut reach = Reach {
            access,
            reads: vec![place.clone(), scratch],
            writes: if access == Access::Read { Vec::new() } else { vec![place.clone()] },
            git: Vec::new(),
            programs: Vec::new(),
            home: self.mission.join("home").join(access.word()),
            temporary: self.temporary.path().join(access.word()),
        };
        self.repo.reach(&place, &mut reach).unwrap();
        reach
    }

    /// A line in the place of an access, with the names of what an attack is after.
    pub fn program(&self, access: Access, line: &str) -> Program {
        let text = |path: &Path| path.display().to_string();
        Program::shell(line)
            .dir(self.place(access))
            .env("PERSON", text(&self.person))
            .env("MISSION", text(&self.mission))
            .env("OTHER", text(&self.other))
            .env("BUS", text(&self.root.path().join("bus")))
            .env("VICTIM", self.victim.id().to_string())
            .env("SEGMENT", &self.shared.segment)
            .env("SHARED", text(&self.shared.file))
            .env("PORT", self.tcp.local_addr().unwrap().port().to_string())
            .env("GIT_AUTHOR_NAME", "Ada")
            .env("GIT_AUTHOR_EMAIL", "ada@localhost")
            .env("GIT_COMMITTER_NAME", "Ada")
            .env("GIT_COMMITTER_EMAIL", "ada@localhost")
    }

    /// Every file of the person and of the missions with its content, but what is the programs' own.
    pub fn untouchable(&self) -> Vec<(PathBuf, Vec<u8>)> {
        let own = ["checkout", "proof", "home", "scratch", "worktrees", "objects", "refs", "logs", "packed"];
        let mut files = Vec::new();
        let mut folders = vec![self.root.path().to_owned()];
        while let Some(folder) = folders.pop() {
            for entry in fs::read_dir(folder).unwrap().flatten() {
                let (path, kind) = (entry.path(), entry.file_type().unwrap());
                let is_own = path.starts_with(&self.mission) && own.iter().any(|own| path.ends_with(own));
                if kind.is_dir() && !is_own {
                    files.push((path.clone(), Vec::new()));
                    folders.push(path);
                } else if kind.is_file() {
                    let mut content = Vec::new();
                    fs::File::open(&path).unwrap().read_to_end(&mut content).unwrap();
                    files.push((path, content));
                } else if !kind.is_dir() {
                    files.push((path, b"special".to_vec()));
                }
            }
        }
        files.sort();
        files
    }
}

fn plan(base: &str) -> RepoPlan {
    RepoPlan {
        mission: "this".into(),
        branch: "flightdeck/this".into(),
        target: "main".into(),
        base: base.into(),
        head: base.into(),
    }
}

/// Memory that the person's programs share.
struct Shared {
    /// The id of a segment of System V's.
    segment: String,
    file: PathBuf,
}

impl Shared {
    #[expect(clippy::disallowed_methods, reason = "it stands for a program that flightdeck did not start")]
    fn make() -> Self {
        let made = Other::new("ipcmk").args(["-M", "100"]).output().unwrap();
        let told = String::from_utf8(made.stdout).unwrap();
        let segment = told.split_whitespace().last().unwrap().to_owned();
        let file = PathBuf::from(format!("/dev/shm/flightdeck-{segment}-{}", std::process::id()));
        fs::write(&file, "SECRET\n").unwrap();
        Self { segment, file }
    }

    #[expect(clippy::disallowed_methods, reason = "it stands for a program that flightdeck did not start")]
    fn remove(&self) {
        drop(Other::new("ipcrm").args(["-m", &self.segment]).output());
        drop(fs::remove_file(&self.file));
    }
}

/// A program of the person's that is not shared.
#[expect(clippy::disallowed_methods, reason = "it stands for a program that flightdeck did not start")]
fn sleeper() -> Child {
    Other::new("sleep").arg("600").spawn().unwrap()
}

/// Not held at all, as every program was before there was a sandbox.
pub fn unjailed() -> Jail {
    Sandbox::of_this_machine(SandboxOptions { wanted: Wanted::Off, ..SandboxOptions::default() })
        .jail(&Reach {
            access: Access::Write,
            reads: Vec::new(),
            writes: Vec::new(),
            git: Vec::new(),
            programs: Vec::new(),
            home: PathBuf::new(),
            temporary: PathBuf::new(),
        })
        .unwrap()
}
