//! Landing on a real git.

use std::path::{Path, PathBuf};

use flightdeck::workspace::{LandPlan, Landing, WorkspaceError};
use git2::Repository;
use pretty_assertions::assert_eq;

use super::git::{Fixture, commit, read, write};

/// A mission's branch with one commit, worked on in a checkout.
fn mission(fixture: &Fixture, file: &str, text: &str) -> String {
    let repo = fixture.repo();
    repo.create_mission_branch("mission", "main").unwrap();
    let work = flightdeck::workspace::Checkout::create(&repo, &fixture.beside("work"), "mission").unwrap();
    write(work.dir(), file, text);
    commit(work.dir(), "the feature")
}

fn plan() -> LandPlan {
    LandPlan {
        branch: "mission".into(),
        target: "main".into(),
        mission: "m1".into(),
        title: "Greet better".into(),
    }
}

fn prepare(fixture: &Fixture) -> Result<Landing, WorkspaceError> {
    Landing::prepare(&fixture.repo(), plan(), &fixture.beside("scratch"))
}

fn staged_or_changed(directory: &Path) -> Vec<String> {
    let git = Repository::open(directory).unwrap();
    let statuses = git.statuses(None).unwrap();
    statuses.iter().map(|one| String::from_utf8_lossy(one.path_bytes()).into_owned()).collect()
}

#[test]
fn a_target_without_commits_of_its_own_is_moved_forward() {
    let fixture = Fixture::new();
    let head = mission(&fixture, "feature.rs", "new\n");
    fixture.write("mine.txt", "the person's, elsewhere\n");
    let landing = prepare(&fixture).unwrap();
    assert_eq!(read(landing.dir(), "feature.rs"), "new\n");
    assert!(!fixture.person().join("feature.rs").exists(), "nothing is touched before it is proven");
    assert_eq!(landing.finish().unwrap(), head);
    assert_eq!(fixture.repo().resolve("main").unwrap(), head);
    assert_eq!(read(&fixture.person(), "feature.rs"), "new\n");
    assert_eq!(staged_or_changed(&fixture.person()), ["mine.txt"]);
    assert!(!fixture.beside("scratch").exists());
    let nothing = prepare(&fixture).unwrap_err();
    assert!(matches!(nothing, WorkspaceError::NothingToLand { .. }), "{nothing}");
}

#[test]
fn two_histories_are_merged_with_a_commit() {
    let fixture = Fixture::new();
    let theirs = mission(&fixture, "feature.rs", "new\n");
    fixture.write("other.rs", "meanwhile\n");
    let ours = fixture.commit("meanwhile");
    fixture.write("README.md", "hello, staged\n");
    let git = Repository::open(fixture.person()).unwrap();
    let mut index = git.index().unwrap();
    index.add_path(Path::new("README.md")).unwrap();
    index.write().unwrap();
    let landing = prepare(&fixture).unwrap();
    assert_eq!(read(landing.dir(), "feature.rs") + &read(landing.dir(), "other.rs"), "new\nmeanwhile\n");
    let merged = landing.finish().unwrap();
    let commit = git.find_commit(git2::Oid::from_str(&merged).unwrap()).unwrap();
    assert_eq!(commit.message().unwrap(), "Land flightdeck mission m1: Greet better");
    assert_eq!(commit.parent_ids().map(|id| id.to_string()).collect::<Vec<_>>(), [ours, theirs]);
    assert_eq!(read(&fixture.person(), "feature.rs"), "new\n");
    assert_eq!(staged_or_changed(&fixture.person()), ["README.md"], "what the person staged stays staged");
    assert_eq!(read(&fixture.person(), "README.md"), "hello, staged\n");
}

#[test]
fn a_conflict_names_the_files_and_changes_nothing() {
    let fixture = Fixture::new();
    mission(&fixture, "README.md", "theirs\n");
    fixture.write("README.md", "ours\n");
    let ours = fixture.commit("ours");
    let error = prepare(&fixture).unwrap_err();
    let WorkspaceError::Conflict { files } = &error else { panic!("{error}") };
    assert_eq!(files, &[PathBuf::from("README.md")]);
    assert_eq!(fixture.repo().resolve("main").unwrap(), ours);
    assert!(!fixture.beside("scratch").exists());
}

#[test]
fn a_dirty_target_is_refused_and_nothing_is_lost() {
    let fixture = Fixture::new();
    let base = fixture.repo().base_commit().unwrap();
    mission(&fixture, "README.md", "theirs\n");
    fixture.write("README.md", "unsaved thoughts\n");
    let error = prepare(&fixture).unwrap().finish().unwrap_err();
    assert!(error.to_string().contains("README.md; commit or stash"), "{error}");
    assert_eq!(read(&fixture.person(), "README.md"), "unsaved thoughts\n");
    assert_eq!(fixture.repo().resolve("main").unwrap(), base);
}

#[test]
fn a_file_in_the_way_is_not_overwritten_tracked_or_ignored() {
    for in_the_way in ["feature.rs", "target/out"] {
        let fixture = Fixture::new();
        let repo = fixture.repo();
        repo.create_mission_branch("mission", "main").unwrap();
        let work =
            flightdeck::workspace::Checkout::create(&repo, &fixture.beside("work"), "mission").unwrap();
        write(work.dir(), ".gitignore", "");
        write(work.dir(), in_the_way, "theirs\n");
        commit(work.dir(), "the feature");
        fixture.write(in_the_way, "mine\n");
        let error = prepare(&fixture).unwrap().finish().unwrap_err();
        assert!(matches!(error, WorkspaceError::TargetDirty { .. }), "{error}");
        assert_eq!(read(&fixture.person(), in_the_way), "mine\n");
        assert_eq!(read(&fixture.person(), ".gitignore"), "target/\n", "nothing else was changed");
    }
}

#[test]
fn a_target_that_moves_meanwhile_stops_the_landing() {
    let fixture = Fixture::new();
    mission(&fixture, "feature.rs", "new\n");
    let landing = prepare(&fixture).unwrap();
    fixture.write("other.rs", "meanwhile\n");
    let moved = fixture.commit("meanwhile");
    let error = landing.finish().unwrap_err();
    assert!(matches!(error, WorkspaceError::TargetMoved { .. }), "{error}");
    assert_eq!(fixture.repo().resolve("main").unwrap(), moved);
}

#[test]
fn a_target_that_nobody_is_on_is_moved_and_an_abandoned_landing_leaves_no_trace() {
    let fixture = Fixture::new();
    let base = fixture.repo().base_commit().unwrap();
    let head = mission(&fixture, "feature.rs", "new\n");
    fixture.repo().create_mission_branch("release", &base).unwrap();
    let onto = LandPlan { target: "release".into(), ..plan() };
    drop(Landing::prepare(&fixture.repo(), onto.clone(), &fixture.beside("scratch")).unwrap());
    assert!(!fixture.beside("scratch").exists());
    assert_eq!(fixture.repo().resolve("release").unwrap(), base);
    Landing::prepare(&fixture.repo(), onto, &fixture.beside("scratch")).unwrap().finish().unwrap();
    assert_eq!(fixture.repo().resolve("release").unwrap(), head);
    assert!(!fixture.person().join("feature.rs").exists());
}
