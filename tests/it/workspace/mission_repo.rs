//! The mission's own repository beside a person's, as persons have them.

use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::path::Path;
use std::process::Command;

use flightdeck::workspace::checkout::Position;
use flightdeck::workspace::mission_repo::repository_of;
use flightdeck::workspace::{
    Checkout, Cleanliness, MissionRepo, ProofCheckout, Published, Repo, RepoPlan, WorkspaceError,
};
use git2::Repository;
use pretty_assertions::assert_eq;

use super::git::{Fixture, read, write};

const BRANCH: &str = "flightdeck/m1";

/// git as an agent or the person runs it: with hooks, monitors and everything. It must succeed.
#[expect(clippy::disallowed_methods, reason = "a test plays the people who work beside flightdeck")]
fn git(directory: &Path, arguments: &[&str]) -> String {
    let mut command = Command::new("git");
    command.arg("-C").arg(directory).args(arguments).env("GIT_EDITOR", "true");
    for who in ["AUTHOR", "COMMITTER"] {
        command.env(format!("GIT_{who}_NAME"), "Agent").env(format!("GIT_{who}_EMAIL"), "agent@localhost");
    }
    let output = command.output().unwrap();
    let text = String::from_utf8_lossy(&output.stdout).trim_end().to_owned();
    assert!(output.status.success(), "git {arguments:?}: {text} {}", String::from_utf8_lossy(&output.stderr));
    text
}

fn plan(fixture: &Fixture) -> RepoPlan {
    let base = fixture.repo().base_commit().unwrap();
    let [mission, branch, target] = ["m1", BRANCH, "main"].map(str::to_owned);
    RepoPlan { mission, branch, target, head: base.clone(), base }
}

fn open(fixture: &Fixture, plan: &RepoPlan) -> MissionRepo {
    let dir = fixture.beside("m1");
    fs::create_dir_all(&dir).unwrap();
    MissionRepo::open(&dir, fixture.repo(), plan.clone()).unwrap()
}

fn checkout(fixture: &Fixture, repo: &MissionRepo) -> Checkout {
    Checkout::create(repo.own(), &fixture.beside("m1/checkout"), BRANCH).unwrap()
}

/// A mission with its repository and the workers' checkout.
fn mission(fixture: &Fixture) -> (MissionRepo, Checkout) {
    let repo = open(fixture, &plan(fixture));
    let work = checkout(fixture, &repo);
    (repo, work)
}

fn commit(work: &Checkout, file: &str, text: &str) -> String {
    write(work.dir(), file, text);
    git(work.dir(), &["add", "--all"]);
    git(work.dir(), &["commit", "--quiet", "-m", "a feature"]);
    work.head().unwrap()
}

fn script(path: &Path, text: &str) {
    fs::create_dir_all(path.parent().unwrap()).unwrap();
    fs::write(path, format!("#!/bin/sh\n{text}\n")).unwrap();
    fs::set_permissions(path, fs::Permissions::from_mode(0o755)).unwrap();
}

#[test]
fn agents_and_the_person_share_neither_hooks_nor_settings_nor_refs() {
    let fixture = Fixture::new();
    let (hook_ran, monitor_ran) = (fixture.beside("hook-ran"), fixture.beside("monitor-ran"));
    script(&fixture.person().join(".git/hooks/pre-commit"), &format!("touch {}; exit 1", hook_ran.display()));
    let (_, work) = mission(&fixture);
    let monitor = fixture.beside("monitor");
    script(&monitor, &format!("touch {}", monitor_ran.display()));
    commit(&work, "feature.rs", "new\n");
    git(work.dir(), &["config", "core.fsmonitor", monitor.to_str().unwrap()]);
    git(work.dir(), &["branch", "stray"]);
    git(work.dir(), &["tag", "v9"]);
    assert!(!hook_ran.exists(), "the person's hook is not the agents'");
    assert_eq!(work.is_clean().unwrap(), Cleanliness::Clean);
    git(&fixture.person(), &["status"]);
    assert!(!monitor_ran.exists(), "what an agent configures runs neither for the person nor for the engine");
    assert_eq!(fixture.branches(), ["main"]);
    assert_eq!(git(&fixture.person(), &["tag"]), "");
    let pushed = std::panic::catch_unwind(|| git(work.dir(), &["push", "origin", "stray"]));
    assert!(pushed.is_err(), "an agent cannot push into the person's repository");
}

#[test]
fn an_accepted_head_is_brought_over_and_can_be_brought_again() {
    let fixture = Fixture::new();
    let (repo, work) = mission(&fixture);
    let base = work.head().unwrap();
    assert_eq!(repo.publish(&base).unwrap(), Published::At);
    assert_eq!(
        git(&fixture.person(), &["rev-parse", BRANCH]),
        base,
        "the branch is there from the beginning"
    );
    let head = commit(&work, "feature.rs", "new\n");
    assert_eq!(
        git(&fixture.person(), &["rev-parse", BRANCH]),
        base,
        "what is not accepted is not brought over"
    );
    for _ in 0..2 {
        assert_eq!(repo.publish(&head).unwrap(), Published::At);
    }
    assert_eq!(git(&fixture.person(), &["log", "-1", "--format=%H %s", BRANCH]), format!("{head} a feature"));
    assert_eq!(git(&fixture.person(), &["status", "--porcelain"]), "");
    let elsewhere = repository_of(&fixture.beside("m1"), &fixture.person()).unwrap();
    assert!(elsewhere.has_commit(&head).unwrap(), "readers find the mission's own repository");
}

#[test]
fn a_branch_that_somebody_moved_or_checked_out_loses_nothing() {
    let fixture = Fixture::new();
    let (repo, work) = mission(&fixture);
    let first = commit(&work, "feature.rs", "one\n");
    repo.publish(&first).unwrap();
    let person = fixture.person();
    let tree = git(&person, &["rev-parse", "HEAD^{tree}"]);
    let theirs = git(&person, &["commit-tree", &tree, "-m", "forced over the mission's"]);
    git(&person, &["update-ref", &format!("refs/heads/{BRANCH}"), &theirs]);
    let second = commit(&work, "feature.rs", "two\n");
    assert_eq!(repo.publish(&second).unwrap(), Published::At);
    assert_eq!(git(&person, &["rev-parse", BRANCH]), second);
    let kept = git(&person, &["for-each-ref", "--format=%(objectname)", "refs/flightdeck/m1/replaced-*"]);
    assert_eq!(kept, theirs);

    git(&person, &["checkout", "--quiet", BRANCH]);
    let third = commit(&work, "feature.rs", "three\n");
    let Published::CheckedOut { directory, kept_as } = repo.publish(&third).unwrap() else {
        panic!("the person works on the branch");
    };
    assert_eq!(directory.canonicalize().unwrap(), person.canonicalize().unwrap());
    assert_eq!(git(&person, &["rev-parse", &kept_as]), third);
    assert_eq!((git(&person, &["rev-parse", "HEAD"]), read(&person, "feature.rs")), (second, "two\n".into()));
    git(&person, &["checkout", "--quiet", "main"]);
    assert_eq!(repo.publish(&third).unwrap(), Published::At);
}

#[test]
fn no_upkeep_and_no_forced_push_takes_away_what_is_borrowed() {
    let fixture = Fixture::new();
    fixture.write("lib.rs", "the base\n");
    fixture.commit("the base");
    let (repo, work) = mission(&fixture);
    let (base, head) = (work.head().unwrap(), commit(&work, "feature.rs", "new\n"));
    repo.publish(&head).unwrap();
    let person = fixture.person();
    git(&person, &["checkout", "--quiet", "--orphan", "other"]);
    git(&person, &["commit", "--quiet", "-m", "history begins anew"]);
    git(&person, &["branch", "-D", "main", BRANCH]);
    git(&person, &["branch", "-m", "main"]);
    git(&person, &["reflog", "expire", "--expire=now", "--all"]);
    git(&person, &["gc", "--quiet", "--prune=now"]);
    git(work.dir(), &["fsck", "--connectivity-only", "--no-dangling"]);
    let proof = ProofCheckout::create(repo.own(), &fixture.beside("m1/proof"), &base).unwrap();
    assert_eq!(read(proof.dir(), "lib.rs"), "the base\n");
    assert_eq!(repo.publish(&head).unwrap(), Published::At);
    assert_eq!(git(&person, &["show", &format!("{BRANCH}:feature.rs")]), "new");
}

#[test]
fn an_agents_own_upkeep_takes_no_accepted_head_away() {
    let fixture = Fixture::new();
    let (repo, work) = mission(&fixture);
    let (base, head) = (work.head().unwrap(), commit(&work, "feature.rs", "new\n"));
    repo.publish(&head).unwrap();
    git(work.dir(), &["reset", "--quiet", "--hard", &base]);
    git(work.dir(), &["reflog", "expire", "--expire=now", "--all"]);
    git(work.dir(), &["gc", "--quiet", "--prune=now"]);
    work.roll_back_to(&head).unwrap();
    assert_eq!(read(work.dir(), "feature.rs"), "new\n");
}

#[test]
fn filters_write_the_files_and_read_them_in_every_checkout() {
    let fixture = Fixture::new();
    let person = fixture.person();
    git(&person, &["config", "filter.caps.smudge", "tr a-z A-Z"]);
    git(&person, &["config", "filter.caps.clean", "tr A-Z a-z"]);
    git(&person, &["config", "filter.caps.required", "true"]);
    fixture.write(".gitattributes", "*.txt filter=caps\n");
    fixture.write("a.txt", "HELLO\n");
    git(&person, &["add", "--all"]);
    git(&person, &["commit", "--quiet", "-m", "filtered"]);
    assert_eq!(git(&person, &["show", "HEAD:a.txt"]), "hello");
    let (repo, work) = mission(&fixture);
    let base = work.head().unwrap();
    assert_eq!(read(work.dir(), "a.txt"), "HELLO\n");
    assert_eq!(work.is_clean().unwrap(), Cleanliness::Clean);
    let head = commit(&work, "b.txt", "WORLD\n");
    let proof = ProofCheckout::create(repo.own(), &fixture.beside("m1/proof"), &head).unwrap();
    assert_eq!(read(proof.dir(), "b.txt"), "WORLD\n");
    write(proof.dir(), "a.txt", "TAMPERED\n");
    assert_eq!(proof.reset().unwrap(), [Path::new("a.txt")]);
    assert_eq!(read(proof.dir(), "a.txt"), "HELLO\n");
    write(work.dir(), "b.txt", "LEFT BEHIND\n");
    let kept = work.keep_failed(1, "m1").unwrap();
    work.roll_back_to(&base).unwrap();
    assert_eq!(
        git(work.dir(), &["show", &format!("{kept}:b.txt")]),
        "left behind",
        "it is kept as git keeps it"
    );
    repo.publish(&head).unwrap();
    assert_eq!(git(&person, &["show", &format!("{BRANCH}:b.txt")]), "world");
}

#[test]
fn a_split_index_is_read_and_written() {
    let fixture = Fixture::new();
    let (repo, work) = mission(&fixture);
    git(work.dir(), &["update-index", "--split-index"]);
    let head = commit(&work, "feature.rs", "new\n");
    git(work.dir(), &["update-index", "--split-index"]);
    write(work.dir(), "loose.txt", "x\n");
    assert_eq!(work.is_clean().unwrap(), Cleanliness::Dirty(vec!["loose.txt".into()]));
    work.keep_failed(1, "m1").unwrap();
    work.roll_back_to(&head).unwrap();
    assert_eq!(work.is_clean().unwrap(), Cleanliness::Clean);
    repo.publish(&head).unwrap();
    git(&fixture.person(), &["update-index", "--split-index"]);
    assert_eq!(open(&fixture, &plan(&fixture)).publish(&head).unwrap(), Published::At);
}

#[test]
fn a_sparse_checkout_of_a_partial_clone_stays_sparse_and_what_is_missing_is_fetched() {
    let fixture = Fixture::new();
    for directory in ["a", "b", "c"] {
        fixture.write(&format!("{directory}/x"), directory);
    }
    fixture.commit("three parts");
    git(&fixture.person(), &["config", "uploadpack.allowFilter", "true"]);
    let address = format!("file://{}", fixture.person().display());
    let clone = fixture.beside("clone");
    let top = fixture.top.path();
    git(top, &["clone", "--quiet", "--sparse", "--filter=blob:none", &address, clone.to_str().unwrap()]);
    git(&clone, &["sparse-checkout", "set", "--sparse-index", "a"]);
    let plan = plan(&fixture);
    let dir = fixture.beside("m1");
    fs::create_dir_all(&dir).unwrap();
    let repo = MissionRepo::open(&dir, Repo::discover(&clone).unwrap(), plan).unwrap();
    let work = checkout(&fixture, &repo);
    assert!(work.dir().join("a/x").exists() && !work.dir().join("b").exists());
    assert_eq!(work.is_clean().unwrap(), Cleanliness::Clean);
    git(work.dir(), &["sparse-checkout", "reapply", "--sparse-index"]);
    let head = commit(&work, "a/y", "new\n");
    assert_eq!(git(work.dir(), &["show", "HEAD:c/x"]), "c", "it was never fetched before");
    write(work.dir(), "a/x", "left\n");
    let kept = work.keep_failed(1, "m1").unwrap();
    assert_eq!(
        git(work.dir(), &["diff", "--name-only", &head, &kept]),
        "a/x",
        "the other parts are still in it"
    );
    work.roll_back_to(&head).unwrap();
    assert_eq!(repo.publish(&head).unwrap(), Published::At);
    assert_eq!(git(&clone, &["log", "-1", "--format=%s", BRANCH]), "a feature");
}

#[test]
fn a_commit_that_an_agent_signs_is_as_good_as_any() {
    let fixture = Fixture::new();
    let person = fixture.person();
    for (key, value) in [("commit.gpgSign", "true"), ("gpg.program", "/nowhere"), ("user.signingKey", "x")] {
        git(&person, &["config", key, value]);
    }
    let (repo, work) = mission(&fixture);
    commit(&work, "unsigned.rs", "the person's key is not asked for\n");
    // A signer of any kind: git stores whatever it prints.
    let signer = fixture.beside("signer");
    script(&signer, "cat >/dev/null; echo '[GNUPG:] SIG_CREATED ' >&2; echo '-----BEGIN PGP SIGNATURE-----'");
    git(work.dir(), &["config", "gpg.program", signer.to_str().unwrap()]);
    write(work.dir(), "signed.rs", "new\n");
    git(work.dir(), &["add", "--all"]);
    git(work.dir(), &["commit", "--quiet", "-S", "-m", "signed"]);
    let head = work.head().unwrap();
    assert!(git(work.dir(), &["cat-file", "commit", &head]).contains("gpgsig"));
    write(work.dir(), "left.rs", "new\n");
    work.keep_failed(1, "m1").unwrap();
    work.roll_back_to(&head).unwrap();
    assert_eq!(repo.publish(&head).unwrap(), Published::At);
}

#[test]
fn stale_locks_are_removed_at_recovery_and_one_that_appears_later_is_outwaited() {
    let fixture = Fixture::new();
    let (repo, work) = mission(&fixture);
    let base = work.head().unwrap();
    let metadata = Repository::open(work.dir()).unwrap().path().to_owned();
    let locks = [metadata.join("index.lock"), repo.own().git_dir().join(format!("refs/heads/{BRANCH}.lock"))];
    for lock in &locks {
        fs::write(lock, "").unwrap();
    }
    repo.remove_stale_locks().unwrap();
    assert!(locks.iter().all(|lock| !lock.exists()));
    fs::write(&locks[0], "").unwrap();
    work.roll_back_to(&base).unwrap();
    assert_eq!(work.is_clean().unwrap(), Cleanliness::Clean);
}

#[test]
fn whatever_an_agent_does_to_its_checkout_it_is_put_in_order() {
    let fixture = Fixture::new();
    let (repo, work) = mission(&fixture);
    let head = commit(&work, "feature.rs", "new\n");
    let metadata = Repository::open(work.dir()).unwrap().path().to_owned();
    let mischief: [(&str, &dyn Fn()); 6] = [
        ("a repository of its own instead", &|| {
            fs::remove_file(work.dir().join(".git")).unwrap();
            git(work.dir(), &["init", "--quiet"]);
        }),
        ("a broken index", &|| fs::write(metadata.join("index"), "rubbish").unwrap()),
        ("no index", &|| fs::remove_file(metadata.join("index")).unwrap()),
        ("the branch deleted", &|| {
            git(work.dir(), &["checkout", "--quiet", "--detach"]);
            git(work.dir(), &["branch", "-D", BRANCH]);
        }),
        ("a rebase under way", &|| {
            write(work.dir(), "more.rs", "x\n");
            git(work.dir(), &["add", "--all"]);
            git(work.dir(), &["commit", "--quiet", "-m", "more"]);
            git(work.dir(), &["-c", "sequence.editor=echo break >", "rebase", "--quiet", "-i", "HEAD~1"]);
        }),
        ("an unwritable directory", &|| {
            write(work.dir(), "cache/deep/file", "x\n");
            fs::set_permissions(work.dir().join("cache/deep"), fs::Permissions::from_mode(0o500)).unwrap();
        }),
    ];
    for (what, act) in mischief {
        act();
        repo.ensure_branch(&head).unwrap();
        let work = checkout(&fixture, &repo);
        work.roll_back_to(&head).unwrap_or_else(|fault| panic!("{what}: {fault}"));
        assert_eq!(work.is_clean().unwrap(), Cleanliness::Clean, "{what}");
        assert_eq!(
            (work.position().unwrap(), work.head().unwrap()),
            (Position::OnBranch, head.clone()),
            "{what}"
        );
        assert!(!metadata.join("rebase-merge").exists(), "{what}");
    }
}

#[test]
fn a_branch_without_room_for_the_missions_is_refused_with_another_prefix() {
    let fixture = Fixture::new();
    git(&fixture.person(), &["branch", "flightdeck"]);
    assert_eq!(fixture.repo().branch_obstacle(BRANCH).unwrap().as_deref(), Some("flightdeck"));
    assert_eq!(fixture.repo().branch_obstacle("missions/m1").unwrap(), None);
    let (repo, work) = mission(&fixture);
    let error = repo.publish(&work.head().unwrap()).unwrap_err();
    assert!(matches!(error, WorkspaceError::BranchInTheWay { .. }), "{error}");
    assert!(error.to_string().contains("--branch-prefix"), "{error}");
    let kept = git(&fixture.person(), &["rev-parse", "refs/flightdeck/m1/head"]);
    assert_eq!(kept, work.head().unwrap(), "the commits are there all the same");
    git(&fixture.person(), &["branch", "missions/m1/x"]);
    assert_eq!(fixture.repo().branch_obstacle("missions/m1").unwrap().as_deref(), Some("missions/m1/x"));
}

#[test]
fn a_mission_whose_worktree_was_the_persons_is_taken_over_with_its_work() {
    let fixture = Fixture::new();
    let person = fixture.person();
    let plan = plan(&fixture);
    fixture.repo().create_mission_branch(BRANCH, &plan.base).unwrap();
    let work = Checkout::create(&fixture.repo(), &fixture.beside("m1/checkout"), BRANCH).unwrap();
    let review =
        ProofCheckout::create(&fixture.repo(), &fixture.beside("m1/reviews/F1"), &plan.base).unwrap();
    let head = commit(&work, "feature.rs", "accepted\n");
    write(work.dir(), "half.rs", "an attempt was at this\n");
    write(work.dir(), "target/cache", "dear");

    let repo = open(&fixture, &RepoPlan { head: head.clone(), ..plan });
    let work = checkout(&fixture, &repo);
    assert_eq!(work.head().unwrap(), head);
    assert_eq!(work.is_clean().unwrap(), Cleanliness::Dirty(vec!["half.rs".into()]));
    assert_eq!(read(work.dir(), "target/cache"), "dear");
    assert!(!review.dir().exists());
    assert_eq!(git(&person, &["worktree", "list", "--porcelain"]).matches("worktree ").count(), 1);
    let next = commit(&work, "half.rs", "done\n");
    assert_eq!(repo.publish(&next).unwrap(), Published::At);
}

/// A mission whose head has a file of one line, and its proof.
fn proven(fixture: &Fixture) -> (MissionRepo, Checkout, ProofCheckout, String) {
    let (repo, work) = mission(fixture);
    write(work.dir(), ".gitignore", "target/\n*.secret\n");
    let head = commit(&work, "good.txt", "good\n");
    let proof = ProofCheckout::create(repo.own(), &fixture.beside("m1/proof"), &head).unwrap();
    (repo, work, proof, head)
}

#[test]
fn proof_has_the_bytes_of_the_commit_whatever_agents_set_in_the_repository() {
    let fixture = Fixture::new();
    let (repo, work, proof, head) = proven(&fixture);
    let evil = fixture.beside("evil.txt");
    fs::write(&evil, "evil\n").unwrap();
    let blob = git(work.dir(), &["rev-parse", "HEAD:good.txt"]);
    let replacement = git(work.dir(), &["hash-object", "-w", evil.to_str().unwrap()]);
    let settings: [&[&str]; 5] = [
        &["config", "filter.swap.smudge", "sed s/good/evil/"],
        &["config", "filter.swap.clean", "sed s/evil/good/"],
        &["config", "filter.swap.required", "true"],
        &["config", "core.autocrlf", "true"],
        &["replace", &blob, &replacement],
    ];
    for arguments in settings {
        git(work.dir(), arguments);
    }
    fs::write(repo.own().git_dir().join("info/attributes"), "* filter=swap text\n").unwrap();
    proof.remove().unwrap();
    let proof = ProofCheckout::create(repo.own(), proof.dir(), &head).unwrap();
    assert_eq!(read(proof.dir(), "good.txt"), "good\n");
    write(proof.dir(), "good.txt", "evil\n");
    assert_eq!(proof.reset().unwrap(), [Path::new("good.txt")], "no filter hides the change");
    assert_eq!(read(proof.dir(), "good.txt"), "good\n");
}

#[test]
fn hidden_changes_are_seen_at_a_handoff_and_in_proof() {
    let fixture = Fixture::new();
    let (_, work, proof, _) = proven(&fixture);
    for flag in ["--assume-unchanged", "--skip-worktree"] {
        git(work.dir(), &["update-index", flag, "good.txt"]);
        write(work.dir(), "good.txt", "hidden\n");
        assert_eq!(git(work.dir(), &["status", "--short"]), "", "git alone sees nothing");
        assert_eq!(work.is_clean().unwrap(), Cleanliness::Dirty(vec!["good.txt".into()]), "{flag}");
        git(work.dir(), &["checkout", "--", "good.txt"]);
        git(proof.dir(), &["update-index", flag, "good.txt"]);
        write(proof.dir(), "good.txt", "hidden\n");
        assert_eq!(proof.reset().unwrap(), [Path::new("good.txt")], "{flag}");
        assert_eq!(read(proof.dir(), "good.txt"), "good\n");
    }
}

#[test]
fn a_filter_of_an_agents_own_hides_no_change_at_a_handoff() {
    let fixture = Fixture::new();
    let (repo, work, _, _) = proven(&fixture);
    git(work.dir(), &["config", "filter.hide.clean", "echo good"]);
    fs::write(repo.own().git_dir().join("info/attributes"), "good.txt filter=hide\n").unwrap();
    write(work.dir(), "good.txt", "evil\n");
    assert_eq!(git(work.dir(), &["status", "--short"]), "", "git alone sees nothing");
    assert_eq!(work.is_clean().unwrap(), Cleanliness::Dirty(vec!["good.txt".into()]));
}

#[test]
fn what_is_planted_in_proof_goes_and_caches_and_what_the_set_up_made_stay() {
    let fixture = Fixture::new();
    let (repo, _, proof, _) = proven(&fixture);
    write(proof.dir(), "made.secret", "by the set-up");
    ProofCheckout::keep_what_is_there(repo.own(), proof.dir()).unwrap();
    write(proof.dir(), "planted.secret", "by a validator");
    write(proof.dir(), "target/cache", "dear");
    fs::write(repo.own().git_dir().join("info/exclude"), "*.py\n").unwrap();
    write(proof.dir(), "sitecustomize.py", "import os");
    assert_eq!(proof.reset().unwrap(), Vec::<std::path::PathBuf>::new());
    assert!(!proof.dir().join("planted.secret").exists() && !proof.dir().join("sitecustomize.py").exists());
    assert_eq!(read(proof.dir(), "target/cache"), "dear");
    assert_eq!(read(proof.dir(), "made.secret"), "by the set-up");
}

#[test]
fn what_a_validator_commits_is_taken_back_and_told() {
    let fixture = Fixture::new();
    let (repo, _, proof, head) = proven(&fixture);
    write(proof.dir(), "good.txt", "cheated\n");
    git(proof.dir(), &["commit", "--quiet", "--all", "-m", "cheat"]);
    git(proof.dir(), &["branch", "mine"]);
    git(proof.dir(), &["update-ref", &format!("refs/heads/{BRANCH}"), "HEAD"]);
    let told: Vec<String> = proof.reset().unwrap().iter().map(|path| path.display().to_string()).collect();
    assert_eq!(told, ["good.txt", &format!("refs/heads/{BRANCH}"), "refs/heads/mine"]);
    assert_eq!(repo.own().resolve(&format!("refs/heads/{BRANCH}")).unwrap(), head);
    assert!(!repo.own().has_commit("refs/heads/mine").unwrap());
}
