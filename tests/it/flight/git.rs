//! One mission each, from its goal to an accepted handoff, in repositories as persons have them and with what workers do
//! to them. Only the mind is played.

use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::path::Path;
use std::process::Command;

use flightdeck::agent::model::{Item, ModelError};
use flightdeck::domain::event::Event;
use flightdeck::domain::gate::Autopilot;
use flightdeck::domain::mission::Mission;
use flightdeck::workspace::sandbox::Wanted;
use pretty_assertions::assert_eq;
use serde_json::{Value, json};

use crate::faults::scripted::{Mind, call};
use crate::support::flight::{Ground, repository_with};
use crate::support::wire::{Setting, planning};

const FILES: [(&str, &str); 3] = [("README.md", "# Greetings\n"), ("a/x", "a\n"), ("b/x", "b\n")];

/// What the worker does in one turn: a command line, or a handoff with those arguments.
#[derive(Clone)]
pub(super) enum Does {
    Runs(String),
    HandsIn(Value),
}

use Does::{HandsIn, Runs};

/// git as a person runs it.
#[expect(clippy::disallowed_methods, reason = "a test plays the person")]
pub(super) fn git(directory: &Path, arguments: &[&str]) -> String {
    let mut command = Command::new("git");
    command.arg("-C").arg(directory).args(arguments);
    for who in ["AUTHOR", "COMMITTER"] {
        command.env(format!("GIT_{who}_NAME"), "Ada").env(format!("GIT_{who}_EMAIL"), "ada@localhost");
    }
    let output = command.output().unwrap();
    let text = String::from_utf8_lossy(&output.stdout).trim_end().to_owned();
    assert!(output.status.success(), "git {arguments:?}: {text} {}", String::from_utf8_lossy(&output.stderr));
    text
}

/// Whether git has a command; a test that needs one says that it did not run.
fn has(command: &str) -> bool {
    let paths = std::env::var_os("PATH").unwrap_or_default();
    let found =
        std::env::split_paths(&paths).any(|directory| directory.join(format!("git-{command}")).exists());
    if !found {
        println!("skipped: git-{command} is not installed");
    }
    found
}

pub(super) fn ground(prepare: impl FnOnce(&Path)) -> Ground {
    let repository = tempfile::tempdir().unwrap();
    repository_with(repository.path(), FILES);
    prepare(repository.path());
    let base = git(repository.path(), &["rev-parse", "HEAD"]);
    let setting = Setting { goal: "Greet people.", model: "test/git", autopilot: Autopilot::On, files: &[] };
    Ground::at(&setting, repository, base)
}

/// Flies until the feature is handed in and no model answers any more.
pub(super) async fn fly(ground: &Ground, worker: Vec<Does>) -> Mission {
    let mind = Mind::new(move |request, _| {
        let turn = request.items.iter().filter(|item| matches!(item, Item::Assistant(_))).count();
        let over = || ModelError::Refused("the script is over".into());
        let label = |name: &str| request.labels.get(name).map_or("", String::as_str);
        match (label("role"), label("phase")) {
            ("orchestrator", "plan") => planning()
                .into_iter()
                .nth(turn)
                .map(|(tool, arguments)| call(tool, arguments))
                .ok_or_else(over),
            ("worker", _) => worker
                .get(turn)
                .map(|does| match does {
                    Runs(line) => call("shell", json!({ "command": line })),
                    HandsIn(arguments) => call("handoff", arguments.clone()),
                })
                .ok_or_else(over),
            _ => Err(over()),
        }
    });
    ground.fly(mind).await
}

pub(super) fn done() -> Does {
    HandsIn(json!({ "summary": "It greets.", "implemented": ["greet.sh"] }))
}

fn commits(line: &str) -> Does {
    Runs(format!("{line} && git add --all && git commit --quiet -m 'Greet'"))
}

/// Flies one worker to its handoff, and gives the head as the person's repository has it.
async fn lands_at(ground: &Ground, worker: Vec<Does>) -> String {
    let mission = fly(ground, worker).await;
    assert!(mission.features[0].is_built(), "{}", ground.told());
    let head = mission.head().unwrap().0.clone();
    let person = ground.repository.path();
    assert_eq!(git(person, &["rev-parse", "flightdeck/wire-test"]), head, "the head was brought over");
    head
}

fn script(path: &Path, text: &str) {
    fs::create_dir_all(path.parent().unwrap()).unwrap();
    fs::write(path, format!("#!/bin/sh\n{text}\n")).unwrap();
    fs::set_permissions(path, fs::Permissions::from_mode(0o755)).unwrap();
}

#[tokio::test(flavor = "multi_thread")]
async fn a_filter_is_applied_in_both_directions() {
    let ground = ground(|person| {
        git(person, &["config", "filter.caps.smudge", "tr a-z A-Z"]);
        git(person, &["config", "filter.caps.clean", "tr A-Z a-z"]);
        git(person, &["config", "filter.caps.required", "true"]);
        fs::write(person.join(".gitattributes"), "*.txt filter=caps\n").unwrap();
        fs::write(person.join("a.txt"), "HELLO\n").unwrap();
        git(person, &["add", "--all"]);
        git(person, &["commit", "--quiet", "-m", "filtered"]);
    });
    let head = lands_at(&ground, vec![commits("grep HELLO a.txt && echo WORLD > b.txt"), done()]).await;
    let person = ground.repository.path();
    assert_eq!(git(person, &["show", &format!("{head}:b.txt")]), "world");
    assert_eq!(git(person, &["status", "--porcelain"]), "");
}

/// What is done to a repository before the mission.
type Prepare<'a> = &'a dyn Fn(&Path);

#[tokio::test(flavor = "multi_thread")]
async fn split_and_sparse_indexes_and_a_partial_clone_are_flown_in() {
    let whole = tempfile::tempdir().unwrap();
    repository_with(whole.path(), FILES);
    git(whole.path(), &["config", "uploadpack.allowFilter", "true"]);
    let address = format!("file://{}", whole.path().display());
    let partial = |person: &Path| {
        fs::remove_dir_all(person).unwrap();
        let place = person.to_str().unwrap();
        git(whole.path(), &["clone", "--quiet", "--sparse", "--filter=blob:none", &address, place]);
        git(person, &["sparse-checkout", "set", "--sparse-index", "a"]);
    };
    let split = |person: &Path| drop(git(person, &["update-index", "--split-index"]));
    let kinds: [(Prepare<'_>, &str); 2] =
        [(&split, "git update-index --split-index"), (&partial, "test ! -e b")];
    for (prepare, first) in kinds {
        let ground = ground(prepare);
        let turns = vec![Runs(first.to_owned()), commits("echo more >> a/x && git show HEAD:b/x"), done()];
        lands_at(&ground, turns).await;
        assert_eq!(git(ground.repository.path(), &["status", "--porcelain"]), "");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn neither_the_persons_hooks_and_key_nor_an_agents_monitor_reach_the_other_side() {
    let ran = tempfile::tempdir().unwrap();
    let touched = |name: &str| ran.path().join(name);
    let mut ground = ground(|person| {
        let refuse = format!("touch {}; exit 1", touched("hook").display());
        script(&person.join(".git/hooks/pre-commit"), &refuse);
        git(person, &["config", "commit.gpgSign", "true"]);
        git(person, &["config", "gpg.program", "/nowhere"]);
    });
    // Without a sandbox agents can set what git runs.
    ground.wanted = Wanted::Off;
    let (monitor, signer) = (ran.path().join("watch"), ran.path().join("sign"));
    script(&monitor, &format!("touch {}", touched("monitor").display()));
    script(&signer, "cat >/dev/null; echo '[GNUPG:] SIG_CREATED ' >&2; echo '-----BEGIN PGP SIGNATURE-----'");
    let turns = vec![
        commits("echo unsigned > one.txt"),
        Runs(format!("git config gpg.program {}", signer.display())),
        Runs("echo signed > two.txt && git add --all && git commit --quiet -S -m 'Signed'".to_owned()),
        Runs(format!("git config core.fsmonitor {}", monitor.display())),
        done(),
    ];
    let head = lands_at(&ground, turns).await;
    let person = ground.repository.path();
    assert!(git(person, &["cat-file", "commit", &head]).contains("gpgsig"));
    git(person, &["status"]);
    assert!(!touched("hook").exists() && !touched("monitor").exists());
}

#[tokio::test(flavor = "multi_thread")]
async fn upkeep_a_forced_push_and_a_lock_in_the_middle_of_a_flight_take_nothing_away() {
    let mut ground = ground(|_| {});
    // The worker's shell plays the person, too.
    ground.wanted = Wanted::Off;
    let person = ground.repository.path().display().to_string();
    // What the person does meanwhile is done from the worker's turn, so that it falls into the middle of one.
    let meanwhile = format!(
        "cd {person} && git checkout --quiet --orphan anew && git -c user.name=A -c user.email=a@b commit --quiet -m anew && \
         git branch -f flightdeck/wire-test anew && git branch -D main && git branch -m main && \
         git reflog expire --expire=now --all && git gc --quiet --prune=now"
    );
    let lock = "touch \"$(git rev-parse --git-dir)/HEAD.lock\"";
    let turns = vec![
        Runs(meanwhile),
        commits("git show HEAD:a/x > copy.txt"),
        Runs("touch \"$(git rev-parse --git-path refs/flightdeck/accepted.lock)\"".to_owned()),
        Runs(lock.to_owned()),
        done(),
    ];
    let head = lands_at(&ground, turns).await;
    let replaced = git(Path::new(&person), &["for-each-ref", "refs/flightdeck/wire-test/replaced-*"]);
    assert_eq!(replaced.lines().count(), 1, "what was forced over the branch is kept too");
    assert_eq!(git(Path::new(&person), &["show", &format!("{head}:copy.txt")]), "a");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_nested_repository_and_a_path_too_deep_are_sent_back_and_the_handoff_is_not_typed_again() {
    let ground = ground(|_| {});
    let deep = "d/".repeat(120);
    let nested = "mkdir inner && cd inner && git init --quiet && echo z > z && git add --all && git commit --quiet -m inner; cd ..";
    let turns = vec![
        commits(&format!("{nested}; mkdir -p {deep} && echo x > {deep}x")),
        done(),
        Runs("git rm --cached --quiet -f inner && rm -rf inner/.git && git add inner".to_owned()),
        Runs("git rm -r --quiet d && git commit --quiet -m 'Mended'".to_owned()),
        HandsIn(json!({})),
    ];
    let head = lands_at(&ground, turns).await;
    assert_eq!(git(ground.repository.path(), &["show", &format!("{head}:inner/z")]), "z");
    let told = ground.told();
    assert!(told.contains("`inner` is a repository of its own"), "{told}");
    assert!(told.contains("is too long or too deep for other checkouts"), "{told}");
    let handed_in = ground.events().into_iter().find_map(|stamped| match stamped.event {
        Event::HandoffGiven { handoff, .. } => Some(handoff.summary.to_string()),
        _ => None,
    });
    assert_eq!(handed_in.as_deref(), Some("It greets."));
}

#[tokio::test(flavor = "multi_thread")]
async fn leftovers_are_named_in_the_missions_own_exclude_file() {
    let ground = ground(|_| {});
    let turns = vec![
        HandsIn(json!({})),
        commits("echo x > greet.sh"),
        Runs("mkdir __pycache__ && echo x > __pycache__/a.pyc".to_owned()),
        done(),
        Runs(format!("echo __pycache__/ >> {}", ground.dir.join("repository.git/info/exclude").display())),
        HandsIn(json!({})),
    ];
    lands_at(&ground, turns).await;
    let told = ground.told();
    assert!(told.contains("nothing was handed in before"), "{told}");
    let exclude = ground.dir.join("repository.git/info/exclude").canonicalize().unwrap();
    assert!(told.contains(&format!("'__pycache__/' >> '{}'", exclude.display())), "{told}");
    let persons = fs::read_to_string(ground.repository.path().join(".git/info/exclude")).unwrap_or_default();
    assert!(!persons.contains("__pycache__"), "the person's is not touched");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_large_file_committed_raw_is_sent_back_and_one_of_git_lfs_arrives_with_its_content() {
    if !has("lfs") {
        return;
    }
    let ground = ground(|person| {
        git(person, &["lfs", "install", "--local"]);
        fs::write(person.join(".gitattributes"), "*.bin filter=lfs diff=lfs merge=lfs -text\n").unwrap();
        fs::write(person.join("x.bin"), "REAL\n").unwrap();
        git(person, &["add", "--all"]);
        git(person, &["commit", "--quiet", "-m", "large"]);
        assert!(git(person, &["show", "HEAD:x.bin"]).starts_with("version https://git-lfs"));
    });
    let turns = vec![
        Runs("grep REAL x.bin && echo MORE > y.bin && echo ok > greet.sh && git add greet.sh".to_owned()),
        Runs(
            "git update-index --add --cacheinfo 100644,$(git hash-object -w --no-filters y.bin),y.bin && \
             git commit --quiet -m 'Raw'"
                .to_owned(),
        ),
        done(),
        Runs("git add --renormalize y.bin && git commit --quiet -m 'Mended'".to_owned()),
        HandsIn(json!({})),
    ];
    let head = lands_at(&ground, turns).await;
    assert!(
        ground.told().contains("`y.bin` belongs to git-lfs by .gitattributes and was committed raw"),
        "{}",
        ground.told()
    );
    let person = ground.repository.path();
    git(person, &["checkout", "--quiet", &head]);
    assert_eq!(fs::read_to_string(person.join("y.bin")).unwrap(), "MORE\n");
}
