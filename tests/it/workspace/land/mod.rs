//! Landing on a real git.

mod as_git;
mod cut_short;
pub mod ground;

use std::fs;
use std::path::PathBuf;

use flightdeck::workspace::WorkspaceError;
use flightdeck::workspace::land::{LandPlan, is_cut_short};
use pretty_assertions::assert_eq;

use super::git::{read, write};
use ground::{Ground, git, status};

#[test]
fn a_target_without_commits_of_its_own_is_moved_forward() {
    let ground = Ground::new();
    let head = ground.mission("feature.rs", "new\n");
    ground.write("mine.txt", "the person's, elsewhere\n");
    let landing = ground.prepare().unwrap();
    assert_eq!(read(landing.dir(), "feature.rs"), "new\n");
    assert!(!ground.person().join("feature.rs").exists(), "nothing is touched before it is proven");
    assert_eq!(ground.finish(landing).unwrap().commit, head);
    assert_eq!(git(&ground.person(), &["rev-parse", "main"]), head);
    assert_eq!(read(&ground.person(), "feature.rs"), "new\n");
    assert_eq!(status(&ground.person()), "?? mine.txt");
    ground.assert_no_trace();
    let nothing = ground.prepare().unwrap_err();
    assert!(matches!(nothing, WorkspaceError::NothingToLand { .. }), "{nothing}");
}

#[test]
fn two_histories_are_merged_with_a_commit() {
    let ground = Ground::new();
    let theirs = ground.mission("feature.rs", "new\n");
    let ours = ground.commit("other.rs", "meanwhile\n");
    ground.write("README.md", "hello, staged\n");
    git(&ground.person(), &["add", "README.md"]);
    let landing = ground.prepare().unwrap();
    assert_eq!(read(landing.dir(), "feature.rs") + &read(landing.dir(), "other.rs"), "new\nmeanwhile\n");
    let merged = ground.finish(landing).unwrap().commit;
    let said = git(&ground.person(), &["log", "-1", "--format=%B|%P|%an", &merged]);
    assert_eq!(said, format!("Land flightdeck mission m1: Greet better\n|{ours} {theirs}|Ada"));
    assert_eq!(read(&ground.person(), "feature.rs"), "new\n");
    assert_eq!(status(&ground.person()), "M  README.md", "what the person staged stays staged");
    assert_eq!(read(&ground.person(), "README.md"), "hello, staged\n");
    let log = git(&ground.person(), &["reflog", "-1", "--format=%gs", "main"]);
    assert_eq!(log, "flightdeck: land m1: Fast-forward");
    ground.assert_no_trace();
}

#[test]
fn only_the_commit_of_the_final_gate_lands_and_later_ones_are_told() {
    let ground = Ground::new();
    let head = ground.mission("feature.rs", "new\n");
    ground.mission("afterthought.rs", "slipped in\n");
    let landing = ground.prepare_commit(&head).unwrap();
    let landed = ground.finish(landing).unwrap();
    assert_eq!(landed.commit, head);
    assert!(!ground.person().join("afterthought.rs").exists());
    let [note] = landed.notes.as_slice() else { panic!("{:?}", landed.notes) };
    assert!(note.contains("mission has 1 commit that the final gate did not see; it did not land"), "{note}");
}

#[test]
fn the_gates_commit_lands_even_when_the_persons_repository_lost_it() {
    let ground = Ground::new();
    let own = ground.beside("own");
    git(&own, &["checkout", "--quiet", "-b", "mission"]);
    write(&own, "feature.rs", "new\n");
    git(&own, &["add", "--all"]);
    git(&own, &["-c", "user.name=A", "-c", "user.email=a@b", "commit", "--quiet", "-m", "the feature"]);
    let head = git(&own, &["rev-parse", "HEAD"]);
    let landing = ground.prepare_commit(&head).unwrap();
    assert_eq!(ground.finish(landing).unwrap().commit, head);
    assert_eq!(read(&ground.person(), "feature.rs"), "new\n");
    git(&ground.person(), &["fsck"]);
}

#[test]
fn a_conflict_names_the_files_and_how_it_is_resolved_and_changes_nothing() {
    let ground = Ground::new();
    let head = ground.mission("README.md", "theirs\n");
    let ours = ground.commit("README.md", "ours\n");
    let error = ground.prepare().unwrap_err();
    let WorkspaceError::Conflict { files, .. } = &error else { panic!("{error}") };
    assert_eq!(files, &[PathBuf::from("README.md")]);
    let sentence = error.to_string();
    let command = format!("git switch main && git merge {}", &head[..12]);
    assert!(sentence.contains(&command) && sentence.contains("nothing was changed"), "{sentence}");
    assert!(sentence.contains(&ground.person().canonicalize().unwrap().display().to_string()), "{sentence}");
    assert_eq!(git(&ground.person(), &["rev-parse", "main"]), ours);
    assert_eq!(status(&ground.person()), "");
    ground.assert_no_trace();
    // What the sentence says to do works, and the next landing finds it done.
    let merge = ground::try_git(&ground.person(), &["merge", "-X", "theirs", "--no-edit", &head[..12]]);
    assert!(merge.status.success());
    assert!(matches!(ground.prepare().unwrap_err(), WorkspaceError::NothingToLand { .. }));
}

#[test]
fn a_dirty_target_is_refused_and_nothing_is_lost() {
    let ground = Ground::new();
    let base = git(&ground.person(), &["rev-parse", "main"]);
    ground.mission("README.md", "theirs\n");
    ground.write("README.md", "unsaved thoughts\n");
    let landing = ground.prepare().unwrap();
    let early = landing.check().unwrap_err();
    assert!(early.to_string().contains("README.md; commit or stash"), "{early}");
    let error = ground.finish(landing).unwrap_err();
    assert!(error.to_string().contains("README.md; commit or stash"), "{error}");
    assert_eq!(read(&ground.person(), "README.md"), "unsaved thoughts\n");
    assert_eq!(git(&ground.person(), &["rev-parse", "main"]), base);
    ground.assert_no_trace();
}

#[test]
fn a_file_in_the_way_is_not_overwritten_tracked_or_ignored() {
    for in_the_way in ["feature.rs", "target/out"] {
        let ground = Ground::new();
        ground.mission_with(|work| {
            write(work, ".gitignore", "");
            write(work, in_the_way, "theirs\n");
        });
        ground.write(in_the_way, "mine\n");
        let error = ground.finish(ground.prepare().unwrap()).unwrap_err();
        assert!(matches!(error, WorkspaceError::TargetDirty { .. }), "{error}");
        assert_eq!(read(&ground.person(), in_the_way), "mine\n");
        assert_eq!(read(&ground.person(), ".gitignore"), "target/\n", "nothing else was changed");
    }
}

#[test]
fn a_directory_in_the_way_is_not_overwritten_either() {
    let ground = Ground::new();
    ground.mission("notes", "a file\n");
    ground.write("notes/mine.txt", "mine\n");
    let error = ground.finish(ground.prepare().unwrap()).unwrap_err();
    assert!(matches!(error, WorkspaceError::TargetDirty { .. }), "{error}");
    assert_eq!(read(&ground.person(), "notes/mine.txt"), "mine\n");
    assert!(!is_cut_short(&ground.place().dir), "a refusal of git's leaves nothing to take up");
}

#[test]
fn a_target_that_moves_meanwhile_stops_the_landing() {
    let ground = Ground::new();
    ground.mission("feature.rs", "new\n");
    let landing = ground.prepare().unwrap();
    let moved = ground.commit("other.rs", "meanwhile\n");
    let error = ground.finish(landing).unwrap_err();
    assert!(matches!(error, WorkspaceError::TargetMoved { .. }), "{error}");
    assert_eq!(git(&ground.person(), &["rev-parse", "main"]), moved);
}

#[test]
fn a_target_that_nobody_is_on_is_moved_and_an_abandoned_landing_leaves_no_trace() {
    let ground = Ground::new();
    let base = git(&ground.person(), &["rev-parse", "main"]);
    let head = ground.mission("feature.rs", "new\n");
    git(&ground.person(), &["branch", "release"]);
    let onto = || LandPlan { target: "release".into(), ..Ground::plan(&head) };
    drop(ground.prepare_plan(onto()).unwrap());
    ground.assert_no_trace();
    assert_eq!(git(&ground.person(), &["rev-parse", "release"]), base);
    let landing = ground.prepare_plan(onto()).unwrap();
    ground.finish(landing).unwrap();
    assert_eq!(git(&ground.person(), &["rev-parse", "release"]), head);
    assert!(!ground.person().join("feature.rs").exists());
}

#[test]
fn a_linked_worktree_that_is_on_the_target_moves_with_it() {
    let ground = Ground::new();
    ground.mission("feature.rs", "new\n");
    let linked = ground.beside("linked");
    git(&ground.person(), &["switch", "--quiet", "-c", "elsewhere"]);
    git(&ground.person(), &["worktree", "add", "--quiet", linked.to_str().unwrap(), "main"]);
    ground.finish(ground.prepare().unwrap()).unwrap();
    assert_eq!(read(&linked, "feature.rs"), "new\n");
    assert_eq!(status(&linked), "");
    assert!(!ground.person().join("feature.rs").exists());
}

#[test]
fn what_is_under_way_in_the_checkout_is_not_torn_apart() {
    let ground = Ground::new();
    ground.mission("feature.rs", "new\n");
    git(&ground.person(), &["switch", "--quiet", "-c", "side"]);
    ground.commit("README.md", "side\n");
    git(&ground.person(), &["switch", "--quiet", "main"]);
    ground.commit("README.md", "main\n");
    assert!(!ground::try_git(&ground.person(), &["merge", "side"]).status.success());
    let error = ground.prepare().unwrap_err().to_string();
    assert!(error.contains("a merge is under way in") && error.contains("`git merge --abort`"), "{error}");
    git(&ground.person(), &["merge", "--abort"]);
    // A rebase of the target holds no branch, and moves it when it ends.
    assert!(!ground::try_git(&ground.person(), &["rebase", "side"]).status.success());
    let error = ground.prepare().unwrap_err().to_string();
    assert!(error.contains("a rebase is under way in") && error.contains("`git rebase --abort`"), "{error}");
}

#[test]
fn the_persons_settings_for_merges_hold() {
    let ground = Ground::new();
    let head = ground.mission("feature.rs", "new\n");
    git(&ground.person(), &["config", "branch.main.mergeoptions", "--no-ff --squash"]);
    let merged = ground.finish(ground.prepare().unwrap()).unwrap().commit;
    assert_ne!(merged, head, "a merge commit is wanted, and a squash is no landing");
    assert_eq!(git(&ground.person(), &["rev-parse", "main^2"]), head);
    assert_eq!(status(&ground.person()), "");

    let ground = Ground::new();
    ground.mission("feature.rs", "new\n");
    ground.commit("other.rs", "meanwhile\n");
    git(&ground.person(), &["config", "merge.ff", "only"]);
    let error = ground.prepare().unwrap_err().to_string();
    assert!(error.contains("git does not merge this") && error.contains("nothing was changed"), "{error}");
    ground.assert_no_trace();
}

#[test]
fn who_has_no_name_merges_as_flightdeck() {
    let ground = Ground::new();
    ground.mission("feature.rs", "new\n");
    ground.commit("other.rs", "meanwhile\n");
    git(&ground.person(), &["config", "--unset", "user.name"]);
    git(&ground.person(), &["config", "--unset", "user.email"]);
    let merged = ground.finish(ground.prepare().unwrap()).unwrap().commit;
    let who = git(&ground.person(), &["log", "-1", "--format=%cn", &merged]);
    // A machine whose own configuration names somebody is asked for them.
    let machine = ground::try_git(&ground.person(), &["config", "user.name"]);
    let machine = String::from_utf8(machine.stdout).unwrap();
    assert_eq!(who, if machine.is_empty() { "flightdeck" } else { machine.trim() });
}

#[test]
fn hooks_do_not_run_and_are_named() {
    let ground = Ground::new();
    ground.mission("feature.rs", "new\n");
    ground.commit("other.rs", "meanwhile\n");
    let ran = ground.beside("ran");
    for hook in ["pre-merge-commit", "commit-msg", "post-merge", "pre-commit"] {
        ground.hook(hook, &format!("echo {hook} >> {}; exit 1", ran.display()));
    }
    let landed = ground.finish(ground.prepare().unwrap()).unwrap();
    assert_eq!(landed.notes, ["git's hooks did not run: pre-merge-commit, commit-msg, post-merge"]);
    assert!(!ran.exists(), "{:?}", fs::read_to_string(ran));
}

#[test]
fn what_the_missions_commands_change_in_the_merged_tree_reaches_nothing_of_the_persons() {
    let ground = Ground::new();
    ground.mission("feature.rs", "new\n");
    let landing = ground.prepare().unwrap();
    git(landing.dir(), &["config", "core.fsmonitor", "touch /tmp/never"]);
    write(landing.dir(), "feature.rs", "tampered\n");
    ground.finish(landing).unwrap();
    assert_eq!(read(&ground.person(), "feature.rs"), "new\n");
    let monitor = ground::try_git(&ground.person(), &["config", "core.fsmonitor"]);
    assert!(monitor.stdout.is_empty(), "the checkout for the commands is not the person's repository");
}
