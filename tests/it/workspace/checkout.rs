//! Checkouts of a real git.

use std::fs;
use std::path::{Path, PathBuf};

use flightdeck::workspace::checkout::Position;
use flightdeck::workspace::diff::{Change, Content, Hunk, Limits, diff, diff_within};
use flightdeck::workspace::repo::Head;
use flightdeck::workspace::{Checkout, Cleanliness, ProofCheckout, Repo, WorkspaceError};
use git2::Repository;
use pretty_assertions::assert_eq;

use super::git::{Fixture, commit, read, write};

const BRANCH: &str = "flightdeck/m1";

fn checkout(fixture: &Fixture) -> Checkout {
    let repo = fixture.repo();
    repo.create_mission_branch(BRANCH, &repo.base_commit().unwrap()).unwrap();
    Checkout::create(&repo, &fixture.beside("m1/checkout"), BRANCH).unwrap()
}

fn dirty(checkout: &Checkout) -> Vec<PathBuf> {
    match checkout.is_clean().unwrap() {
        Cleanliness::Clean => Vec::new(),
        Cleanliness::Dirty(files) => files,
    }
}

#[test]
fn what_is_no_repository_is_told_what_to_do() {
    let top = tempfile::tempdir().unwrap();
    let error = Repo::discover(top.path()).unwrap_err();
    assert!(error.to_string().contains("git init"), "{error}");
    drop(Repository::init(top.path()).unwrap());
    let error = Repo::discover(top.path()).unwrap_err();
    assert!(matches!(error, WorkspaceError::NoCommits { .. }), "{error}");
    assert!(error.to_string().contains("commit something"), "{error}");
}

#[test]
fn a_repository_knows_its_branches_and_commits() {
    let fixture = Fixture::new();
    fixture.write("sub/dirty.txt", "the person's work\n");
    let repo = Repo::discover(&fixture.person().join("sub")).unwrap();
    let base = repo.base_commit().unwrap();
    assert_eq!(repo.head().unwrap(), Head::Branch("main".into()));
    assert!(repo.has_commit(&base).unwrap());
    assert!(!repo.has_commit(&"0".repeat(40)).unwrap());
    repo.create_mission_branch(BRANCH, &base).unwrap();
    repo.create_mission_branch(BRANCH, &base).unwrap();
    assert_eq!(fixture.branches(), [BRANCH, "main"]);
    let later = fixture.commit("later");
    let taken = repo.create_mission_branch(BRANCH, &later).unwrap_err();
    assert!(matches!(taken, WorkspaceError::BranchTaken { .. }), "{taken}");
}

#[test]
fn a_checkout_lives_and_the_persons_is_left_alone() {
    let fixture = Fixture::new();
    fixture.write("README.md", "half a thought\n");
    let work = checkout(&fixture);
    assert_eq!(read(work.dir(), "README.md"), "hello\n");
    write(work.dir(), "src/new.rs", "fn a() {}\n");
    write(work.dir(), "target/cache", "x");
    fs::remove_file(work.dir().join(".gitignore")).unwrap();
    write(work.dir(), ".gitignore", "target/\n");
    assert_eq!(dirty(&work), [Path::new("src/new.rs")]);
    let committed = commit(work.dir(), "add a");
    assert_eq!(work.is_clean().unwrap(), Cleanliness::Clean);
    assert_eq!(work.head().unwrap(), committed);
    assert_eq!(work.branch(), BRANCH);
    assert_eq!(read(&fixture.person(), "README.md"), "half a thought\n");
    assert_eq!(fixture.repo().resolve(BRANCH).unwrap(), committed);
}

#[test]
fn a_checkout_is_taken_up_again_and_made_whole_after_a_crash() {
    let fixture = Fixture::new();
    let work = checkout(&fixture);
    write(work.dir(), "kept.txt", "uncommitted\n");
    let again = Checkout::create(&fixture.repo(), work.dir(), BRANCH).unwrap();
    assert_eq!(dirty(&again), [Path::new("kept.txt")], "an unharmed checkout keeps its work");

    fs::remove_dir_all(work.dir()).unwrap();
    let again = Checkout::create(&fixture.repo(), work.dir(), BRANCH).unwrap();
    assert_eq!(dirty(&again), Vec::<PathBuf>::new(), "the directory was gone");

    let metadata = Repository::open(work.dir()).unwrap().path().to_owned();
    fs::remove_file(metadata.join("flightdeck-complete")).unwrap();
    fs::remove_file(work.dir().join("README.md")).unwrap();
    let again = Checkout::create(&fixture.repo(), work.dir(), BRANCH).unwrap();
    assert_eq!(dirty(&again), Vec::<PathBuf>::new(), "it was half made");

    fs::remove_file(metadata.join("gitdir")).unwrap();
    fs::remove_dir_all(work.dir()).unwrap();
    let again = Checkout::create(&fixture.repo(), work.dir(), BRANCH).unwrap();
    assert_eq!(again.position().unwrap(), Position::OnBranch, "the metadata was half made");
}

#[test]
fn a_directory_with_something_else_in_it_is_not_taken() {
    let fixture = Fixture::new();
    let repo = fixture.repo();
    repo.create_mission_branch(BRANCH, "HEAD").unwrap();
    write(&fixture.beside("m1"), "precious.txt", "x");
    let error = Checkout::create(&repo, &fixture.beside("m1"), BRANCH).unwrap_err();
    assert!(matches!(error, WorkspaceError::DirectoryTaken { .. }), "{error}");
    assert_eq!(read(&fixture.beside("m1"), "precious.txt"), "x");
}

#[test]
fn a_failed_attempt_is_kept_and_rolled_back() {
    let fixture = Fixture::new();
    let work = checkout(&fixture);
    let base = work.head().unwrap();
    write(work.dir(), "done.rs", "committed\n");
    commit(work.dir(), "half the feature");
    write(work.dir(), "README.md", "changed\n");
    write(work.dir(), "deep/er/loose.txt", "untracked\n");
    write(work.dir(), "target/cache", "dear");
    let kept = work.keep_failed(3, "m1").unwrap();
    work.roll_back_to(&base).unwrap();

    assert_eq!(work.head().unwrap(), base);
    assert_eq!(work.is_clean().unwrap(), Cleanliness::Clean);
    assert!(!work.dir().join("deep/er/loose.txt").exists() && !work.dir().join("done.rs").exists());
    assert_eq!(read(work.dir(), "target/cache"), "dear");
    let repo = fixture.repo();
    assert_eq!(repo.resolve("refs/flightdeck/m1/attempt-3").unwrap(), kept);
    let paths: Vec<_> = diff(&repo, &base, &kept).unwrap().files.into_iter().map(|file| file.path).collect();
    assert_eq!(paths, ["README.md", "deep/er/loose.txt", "done.rs"]);
    assert_eq!(work.keep_failed(4, "m1").unwrap(), base, "nothing uncommitted: the head is kept");
}

#[test]
fn an_agent_that_left_the_branch_is_noticed_and_brought_back() {
    let fixture = Fixture::new();
    let work = checkout(&fixture);
    let base = work.head().unwrap();
    let git = Repository::open(work.dir()).unwrap();
    let stray = git.find_commit(git2::Oid::from_str(&base).unwrap()).unwrap();
    git.branch("stray", &stray, false).unwrap();
    git.set_head("refs/heads/stray").unwrap();
    drop(Repository::init(work.dir().join("nested")).unwrap());
    write(work.dir(), "nested/file", "x");
    assert_eq!(work.position().unwrap(), Position::Elsewhere("stray".into()));
    work.roll_back_to(&base).unwrap();
    assert_eq!(work.position().unwrap(), Position::OnBranch);
    assert!(!work.dir().join("nested").exists());
}

#[test]
fn a_proof_checkout_reports_and_discards_what_validators_change() {
    let fixture = Fixture::new();
    let repo = fixture.repo();
    let first = repo.base_commit().unwrap();
    fixture.write("lib.rs", "one\n");
    let second = fixture.commit("second");
    let proof = ProofCheckout::create(&repo, &fixture.beside("proof"), &second).unwrap();
    assert_eq!(fixture.branches(), ["main"], "it leaves no branch behind");
    write(proof.dir(), "lib.rs", "tampered\n");
    write(proof.dir(), "notes.txt", "untracked\n");
    write(proof.dir(), "target/cache", "dear");
    commit(proof.dir(), "cheating");
    write(proof.dir(), "README.md", "also\n");
    let changed = proof.reset().unwrap();
    assert_eq!(changed, [Path::new("README.md"), Path::new("lib.rs"), Path::new("notes.txt")]);
    assert_eq!(read(proof.dir(), "lib.rs"), "one\n");
    assert!(!proof.dir().join("notes.txt").exists());
    write(proof.dir(), "loose.txt", "untracked\n");
    assert_eq!(proof.reset().unwrap(), Vec::<PathBuf>::new(), "untracked files are no tracked changes");
    assert!(!proof.dir().join("loose.txt").exists());
    assert_eq!(read(proof.dir(), "target/cache"), "dear");

    let proof = proof.at(&first).unwrap();
    assert!(!proof.dir().join("lib.rs").exists());
    let again = ProofCheckout::create(&repo, proof.dir(), &second).unwrap();
    assert_eq!(read(again.dir(), "lib.rs"), "one\n");
    again.remove().unwrap();
    assert!(!fixture.beside("proof").exists());
    assert_eq!(Repository::open(fixture.person()).unwrap().worktrees().unwrap().len(), 0);
}

#[test]
fn a_diff_tells_what_happened_to_each_file() {
    let fixture = Fixture::new();
    let body = (0..30).map(|n| format!("line {n}")).collect::<Vec<_>>().join("\n");
    fixture.write("old.rs", &body);
    fixture.write("gone.txt", "bye\n");
    fixture.write("image.bin", "\0\u{1}\u{2}");
    let from = fixture.commit("from");
    fs::rename(fixture.person().join("old.rs"), fixture.person().join("new.rs")).unwrap();
    fs::remove_file(fixture.person().join("gone.txt")).unwrap();
    fixture.write("image.bin", "\0\u{3}");
    fixture.write("README.md", "hello\nworld\n");
    let to = fixture.commit("to");
    let found = diff(&fixture.repo(), &from, &to).unwrap();
    let changes: Vec<_> = found.files.iter().map(|file| (file.path.as_str(), file.change)).collect();
    assert_eq!(
        changes,
        [
            ("README.md", Change::Modified),
            ("gone.txt", Change::Deleted),
            ("image.bin", Change::Modified),
            ("new.rs", Change::Renamed)
        ]
    );
    assert_eq!(found.files[2].content, Content::Binary);
    assert_eq!(found.files[3].old_path.as_deref(), Some("old.rs"));
    let counted: Vec<_> = found.files.iter().map(|file| (file.additions, file.deletions)).collect();
    assert_eq!(counted, [(1, 0), (0, 1), (0, 0), (0, 0)]);
    let hunk = |header: &str, lines: &[&str]| {
        let lines = lines.iter().map(|line| (*line).to_owned()).collect();
        let hunks = vec![Hunk { header: header.to_owned(), lines }];
        Content::Text { hunks, left_out_lines: 0 }
    };
    assert_eq!(found.files[0].content, hunk("@@ -1 +1,2 @@", &[" hello", "+world"]));
    assert_eq!(found.files[1].content, hunk("@@ -1 +0,0 @@", &["-bye"]));
    assert_eq!(found.files[3].content, Content::Text { hunks: Vec::new(), left_out_lines: 0 });
}

#[test]
fn a_diff_is_bounded_and_says_so() {
    let fixture = Fixture::new();
    let from = fixture.repo().base_commit().unwrap();
    for name in ["a.txt", "b.txt", "c.txt"] {
        fixture.write(name, &"x\n".repeat(100));
    }
    fixture.write("d.txt", &"m".repeat(10_000));
    let to = fixture.commit("much");
    let limits = Limits { lines_per_file: 60, lines_total: 100 };
    let found = diff_within(&fixture.repo(), &from, &to, limits).unwrap();
    let left_out: Vec<_> = found
        .files
        .iter()
        .map(|file| match &file.content {
            Content::Text { hunks, left_out_lines } => {
                (hunks.iter().map(|hunk| hunk.lines.len()).sum::<usize>(), *left_out_lines)
            }
            Content::Binary => panic!("all are text"),
        })
        .collect();
    assert_eq!(left_out[..3], [(60, 40), (40, 60), (0, 100)]);
    assert_eq!(found.files[2].additions, 100, "the counts stay true");
    assert!(found.left_out_lines >= 200);
    let whole = diff(&fixture.repo(), &from, &to).unwrap();
    let Content::Text { hunks, .. } = &whole.files[3].content else { panic!("all are text") };
    let line = &hunks[0].lines[0];
    assert!(line.len() < 3_000 && line.ends_with('…'), "a line of a megabyte is cut");
}

#[test]
fn odd_leftovers_do_not_keep_a_failed_attempt_from_being_cleared() {
    let fixture = Fixture::new();
    let work = checkout(&fixture);
    let base = work.head().unwrap();
    drop(Repository::init(work.dir().join("empty-repo")).unwrap());
    drop(Repository::init(work.dir().join("repo")).unwrap());
    write(work.dir(), "repo/inner.txt", "x\n");
    let config = Repository::open(work.dir().join("repo")).unwrap();
    config.config().unwrap().set_str("user.name", "A").unwrap();
    config.config().unwrap().set_str("user.email", "a@b").unwrap();
    commit(&work.dir().join("repo"), "inner");
    std::os::unix::fs::symlink("nowhere", work.dir().join("dangling")).unwrap();
    let socket = std::os::unix::net::UnixListener::bind(work.dir().join("socket")).unwrap();
    write(work.dir(), "plain.txt", "x\n");
    let kept = work.keep_failed(1, "m1").unwrap();
    work.roll_back_to(&base).unwrap();
    drop(socket);
    assert_eq!(work.is_clean().unwrap(), Cleanliness::Clean);
    assert_eq!(work.head().unwrap(), base);
    let kept = diff(&fixture.repo(), &base, &kept).unwrap();
    let paths: Vec<_> = kept.files.iter().map(|file| file.path.as_str()).collect();
    assert_eq!(paths, ["dangling", "plain.txt", "repo/inner.txt"]);
}

#[test]
fn a_file_that_changes_within_a_second_has_another_whole_second_as_its_time() {
    let fixture = Fixture::new();
    fixture.write("app.py", "a = 1\n");
    let first = fixture.commit("first");
    fixture.write("app.py", "a = 2\n");
    let second = fixture.commit("second");
    let proof = ProofCheckout::create(&fixture.repo(), &fixture.beside("m1/proof"), &first).unwrap();
    let file = proof.dir().join("app.py");
    let time = || {
        let written = fs::metadata(&file).unwrap().modified().unwrap();
        written.duration_since(std::time::UNIX_EPOCH).unwrap().as_secs()
    };
    // A time to come stands for one in this second: whatever the clock says, the file is not written after it.
    let later = std::time::UNIX_EPOCH + std::time::Duration::from_secs(time() + 100);
    fs::File::open(&file).unwrap().set_modified(later).unwrap();
    let mut times = vec![time()];
    let proof = proof.at(&second).unwrap();
    times.push(time());
    fs::write(&file, "a = 3\n").unwrap();
    fs::File::open(&file).unwrap().set_modified(later).unwrap();
    proof.put_tracked_back().unwrap();
    times.push(time());
    assert_eq!(
        times,
        [times[0], times[0] + 1, times[0] + 1],
        "its size is the same, so its time must differ"
    );
    assert_eq!(fs::read_to_string(&file).unwrap(), "a = 2\n");
    proof.at(&second).unwrap();
    assert_eq!(time(), times[2], "what does not change keeps its time");
}
