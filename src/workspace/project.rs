//! What a repository brings along to steer flightdeck with, and which of it the person trusts.
//!
//! A repository may be somebody else's. Its settings, hooks, prompts and skills are used once the person has said so, each
//! file by its content: one that changes is asked about again. What was said stands beside the missions, out of the reach of
//! what agents run.

use std::collections::BTreeMap;
use std::fs::{self, File};
use std::io::{self, ErrorKind, Read, Write};
use std::os::unix::fs::OpenOptionsExt;
use std::path::{Path, PathBuf};

use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};

use super::WorkspaceError;

/// The settings of a project, below its root.
pub const PROJECT_SETTINGS: &str = ".flightdeck/config.toml";
/// Its hooks.
pub const PROJECT_HOOKS: &str = ".flightdeck/hooks.json";
/// The folder of its prompts.
pub const PROJECT_PROMPTS: &str = ".flightdeck/prompts";
/// The folders of its skills.
pub const PROJECT_SKILLS: [&str; 2] = [".agents/skills", ".claude/skills"];

/// A file of more bytes is none that a person read before they trusted it.
const MOST_BYTES: u64 = 256 * 1024;
/// More files are not looked at.
const MOST_FILES: usize = 200;

/// A repository, and where it is written down what of it is trusted.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Project {
    root: PathBuf,
    ledger: PathBuf,
}

/// A file that would steer flightdeck.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct ProjectFile {
    /// Its path below the root.
    pub name: String,
    pub standing: Standing,
    #[serde(skip)]
    pub text: String,
}

/// Whether a file is used.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Standing {
    Trusted,
    /// The person saw it as it is, and does not want it used.
    Refused,
    /// Nobody was asked yet.
    New,
    /// It was trusted, and is another one now.
    Changed,
}

impl Standing {
    /// Why such a file is not used; nothing where it is.
    pub fn why_unused(self) -> Option<&'static str> {
        match self {
            Self::Trusted => None,
            Self::Refused => Some("you did not trust it"),
            Self::New => Some("it is not trusted yet"),
            Self::Changed => Some("it is another one than you trusted"),
        }
    }
}

/// What the person said of a file as it was then.
#[derive(Debug, Clone, Serialize, Deserialize)]
struct Said {
    /// SHA-256, in hexadecimal.
    hash: String,
    is_trusted: bool,
}

/// By the root of a repository, then by the name of a file.
type Ledger = BTreeMap<String, BTreeMap<String, Said>>;

impl ProjectFile {
    /// Where the person was not asked yet.
    pub fn is_open(&self) -> bool {
        matches!(self.standing, Standing::New | Standing::Changed)
    }

    /// Why it is not used, for whoever does not look at it; nothing where it is used.
    pub fn unused(&self) -> Option<String> {
        let why = self.standing.why_unused()?;
        Some(format!("{} is not used: {why} (`flightdeck trust` shows it)", self.name))
    }
}

impl Project {
    /// The project of a repository. What is said of it is kept in `state`, a folder of the person's.
    pub fn new(root: &Path, state: &Path) -> Self {
        let root = root.canonicalize().unwrap_or_else(|_| root.to_owned());
        Self { root, ledger: state.join("trust.json") }
    }

    /// Where it is.
    pub fn root(&self) -> &Path {
        &self.root
    }

    /// A file of it as it is now; nothing where there is none.
    ///
    /// # Errors
    /// When it cannot be read, lies elsewhere, or is too large.
    pub fn file(&self, name: &str) -> Result<Option<ProjectFile>, WorkspaceError> {
        self.file_in(&self.root, name)
    }

    /// The file of that name in a checkout of it.
    ///
    /// # Errors
    /// As those of [`Project::file`].
    pub fn file_in(&self, checkout: &Path, name: &str) -> Result<Option<ProjectFile>, WorkspaceError> {
        let Some(text) = text_of(checkout, name)? else { return Ok(None) };
        let standing =
            self.ledger()?.get(&self.key()).map_or(Standing::New, |said| standing(said, name, &text));
        Ok(Some(ProjectFile { name: name.to_owned(), standing, text }))
    }

    /// All files that would steer flightdeck, by name.
    ///
    /// # Errors
    /// As those of [`Project::file`].
    pub fn files(&self) -> Result<Vec<ProjectFile>, WorkspaceError> {
        let mut names = vec![PROJECT_SETTINGS.to_owned(), PROJECT_HOOKS.to_owned()];
        names.extend(
            self.entries(PROJECT_PROMPTS)
                .filter(|name| Path::new(name).extension().is_some_and(|end| end == "md")),
        );
        for folder in PROJECT_SKILLS {
            names.extend(self.entries(folder).map(|skill| format!("{skill}/SKILL.md")));
        }
        let files = names.iter().take(MOST_FILES).map(|name| self.file(name));
        files.filter_map(Result::transpose).collect()
    }

    /// The files that are there and not used, each in a sentence; or why that cannot be told. What the person refused is no
    /// news to them.
    pub fn unused(&self) -> Vec<String> {
        match self.files() {
            Ok(files) => files.iter().filter(|file| file.is_open()).filter_map(ProjectFile::unused).collect(),
            Err(error) => vec![error.to_string()],
        }
    }

    /// Writes down what the person said of files as they saw them.
    ///
    /// # Errors
    /// When the ledger cannot be read or written.
    pub fn decide(&self, files: &[ProjectFile], is_trusted: bool) -> Result<(), WorkspaceError> {
        self.change(|ledger| {
            let of_project = ledger.entry(self.key()).or_default();
            of_project.extend(
                files.iter().map(|file| (file.name.clone(), Said { hash: hash(&file.text), is_trusted })),
            );
        })
    }

    /// Forgets all that was said of the project.
    ///
    /// # Errors
    /// When the ledger cannot be read or written.
    pub fn forget(&self) -> Result<(), WorkspaceError> {
        self.change(|ledger| drop(ledger.remove(&self.key())))
    }

    fn key(&self) -> String {
        self.root.to_string_lossy().into_owned()
    }

    /// What a folder of it holds, in order; each by its path below the root.
    fn entries(&self, folder: &str) -> impl Iterator<Item = String> + use<> {
        let found = self.root.join(folder).read_dir().into_iter().flatten().flatten();
        let mut names: Vec<String> =
            found.filter_map(|entry| Some(format!("{folder}/{}", entry.file_name().to_str()?))).collect();
        names.sort();
        names.into_iter()
    }

    fn ledger(&self) -> Result<Ledger, WorkspaceError> {
        let text = match fs::read(&self.ledger) {
            Ok(text) => text,
            Err(error) if error.kind() == ErrorKind::NotFound => return Ok(Ledger::new()),
            Err(error) => return Err(WorkspaceError::io("read", &self.ledger)(error)),
        };
        serde_json::from_slice(&text)
            .map_err(|error| WorkspaceError::Ledger { file: self.ledger.clone(), why: error.to_string() })
    }

    fn change(&self, change: impl FnOnce(&mut Ledger)) -> Result<(), WorkspaceError> {
        let mut ledger = self.ledger()?;
        change(&mut ledger);
        let fresh = self.ledger.with_extension(format!("{}.new", std::process::id()));
        let write = || -> io::Result<()> {
            if let Some(folder) = self.ledger.parent() {
                fs::create_dir_all(folder)?;
            }
            let mut file =
                File::options().write(true).create(true).truncate(true).mode(0o600).open(&fresh)?;
            serde_json::to_writer_pretty(&mut file, &ledger)?;
            file.flush()?;
            file.sync_all()?;
            fs::rename(&fresh, &self.ledger)
        };
        write().map_err(WorkspaceError::io("write", &self.ledger))
    }
}

fn standing(said: &BTreeMap<String, Said>, name: &str, text: &str) -> Standing {
    match said.get(name) {
        Some(said) if said.hash == hash(text) => {
            if said.is_trusted {
                Standing::Trusted
            } else {
                Standing::Refused
            }
        }
        Some(Said { is_trusted: true, .. }) => Standing::Changed,
        Some(_) | None => Standing::New,
    }
}

fn hash(text: &str) -> String {
    hex::encode(Sha256::digest(text))
}

/// What a file below a folder holds. One that a link leads out of the folder is not followed.
fn text_of(folder: &Path, name: &str) -> Result<Option<String>, WorkspaceError> {
    let path = folder.join(name);
    let unfit = |why: &str| WorkspaceError::Unfit { file: path.clone(), why: why.to_owned() };
    let read = || -> io::Result<Option<(PathBuf, Vec<u8>)>> {
        let found = match path.canonicalize() {
            Err(error) if matches!(error.kind(), ErrorKind::NotFound | ErrorKind::NotADirectory) => {
                return Ok(None);
            }
            found => found?,
        };
        if !found.is_file() {
            return Ok(Some((found, Vec::new())));
        }
        let mut bytes = Vec::new();
        File::open(&found)?.take(MOST_BYTES + 1).read_to_end(&mut bytes)?;
        Ok(Some((found, bytes)))
    };
    let Some((found, bytes)) = read().map_err(WorkspaceError::io("read", &path))? else { return Ok(None) };
    let root = folder.canonicalize().map_err(WorkspaceError::io("read", folder))?;
    if !found.starts_with(&root) {
        return Err(unfit("a link leads out of the repository"));
    }
    if !found.is_file() {
        return Err(unfit("it is no file"));
    }
    if u64::try_from(bytes.len()).is_ok_and(|length| length > MOST_BYTES) {
        return Err(unfit("it has more than 256 KB"));
    }
    String::from_utf8(bytes).map(Some).map_err(|_| unfit("it is not UTF-8 text"))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn project() -> (tempfile::TempDir, Project) {
        let place = tempfile::tempdir().unwrap();
        let root = place.path().join("repo");
        fs::create_dir_all(root.join(PROJECT_PROMPTS)).unwrap();
        fs::create_dir_all(root.join(".agents/skills/db")).unwrap();
        let project = Project::new(&root, &place.path().join("state"));
        (place, project)
    }

    fn write(project: &Project, name: &str, text: &str) {
        fs::write(project.root().join(name), text).unwrap();
    }

    fn standings(project: &Project) -> Vec<(String, Standing)> {
        project.files().unwrap().into_iter().map(|file| (file.name, file.standing)).collect()
    }

    #[test]
    fn a_file_is_trusted_as_it_was_read_and_asked_about_again_once_it_changed() {
        let (_place, project) = project();
        assert!(standings(&project).is_empty());
        write(&project, PROJECT_SETTINGS, "speed = 2\n");
        write(&project, ".flightdeck/prompts/worker.md", "x");
        write(&project, ".agents/skills/db/SKILL.md", "y");
        let seen = project.files().unwrap();
        assert_eq!(seen.iter().filter(|file| file.standing == Standing::New).count(), 3);
        project.decide(&seen[..2], true).unwrap();
        project.decide(&seen[2..], false).unwrap();
        let all = [Standing::Trusted, Standing::Trusted, Standing::Refused];
        assert_eq!(standings(&project).into_iter().map(|(_, standing)| standing).collect::<Vec<_>>(), all);
        write(&project, PROJECT_SETTINGS, "speed = 3\n");
        write(&project, ".agents/skills/db/SKILL.md", "z");
        let all = [Standing::Changed, Standing::Trusted, Standing::New];
        assert_eq!(standings(&project).into_iter().map(|(_, standing)| standing).collect::<Vec<_>>(), all);
        write(&project, PROJECT_SETTINGS, "speed = 2\n");
        assert_eq!(project.file(PROJECT_SETTINGS).unwrap().unwrap().standing, Standing::Trusted);
        project.forget().unwrap();
        assert!(standings(&project).iter().all(|(_, standing)| *standing == Standing::New));
    }

    #[test]
    fn another_repository_with_the_same_files_is_trusted_in_nothing() {
        let (place, project) = project();
        write(&project, PROJECT_SETTINGS, "speed = 2\n");
        project.decide(&project.files().unwrap(), true).unwrap();
        let clone = place.path().join("clone");
        fs::create_dir_all(clone.join(".flightdeck")).unwrap();
        fs::write(clone.join(PROJECT_SETTINGS), "speed = 2\n").unwrap();
        let clone = Project::new(&clone, &place.path().join("state"));
        assert_eq!(standings(&clone), [(PROJECT_SETTINGS.to_owned(), Standing::New)]);
    }

    #[test]
    fn what_is_no_plain_text_within_the_repository_is_refused() {
        let (place, project) = project();
        let refused = |words: &str| {
            let told = project.file(PROJECT_SETTINGS).unwrap_err().to_string();
            assert!(told.contains(words), "{told}");
            assert!(project.unused()[0].contains(words));
        };
        let file = project.root().join(PROJECT_SETTINGS);
        fs::write(place.path().join("outside"), "speed = 2\n").unwrap();
        std::os::unix::fs::symlink(place.path().join("outside"), &file).unwrap();
        refused("a link leads out of the repository");
        fs::remove_file(&file).unwrap();
        fs::create_dir(&file).unwrap();
        refused("it is no file");
        fs::remove_dir(&file).unwrap();
        fs::write(&file, vec![b'#'; 300 * 1024]).unwrap();
        refused("more than 256 KB");
        fs::write(&file, [0xff, 0xfe]).unwrap();
        refused("not UTF-8");
        fs::write(&file, "speed = 2\n").unwrap();
        fs::create_dir(place.path().join("state")).unwrap();
        fs::write(place.path().join("state/trust.json"), "{").unwrap();
        refused("trust.json");
    }
}
