//! What looks like a secret reaches no model, no record and no commit that is handed in.

use std::fs;
use std::path::Path;

use flightdeck::domain::mission::Mission;
use pretty_assertions::assert_eq;
use serde_json::json;

use super::git::Does::{HandsIn, Runs};
use super::git::{done, fly, git, ground};
use crate::support::flight::Ground;

/// The halves of a token: the model never types the whole.
const HALVES: [&str; 2] = ["ghp_k3Vq8Zt1Lw", "9Yb2Nc7Xf4Hs6Dj0Mg5Pr8TaEq"];

/// The files of a folder, but those of git's and the checkout, which are the worker's.
fn records(folder: &Path) -> Vec<std::path::PathBuf> {
    let mut all = Vec::new();
    for entry in fs::read_dir(folder).into_iter().flatten().flatten() {
        let path = entry.path();
        let name = entry.file_name().to_string_lossy().into_owned();
        if path.is_dir() && !["repository.git", "checkout", "home"].contains(&name.as_str()) {
            all.extend(records(&path));
        } else if path.is_file() {
            all.push(path);
        }
    }
    all
}

fn holds(ground: &Ground, token: &str) -> Vec<String> {
    let holding = records(&ground.dir).into_iter().filter(|file| {
        fs::read(file).unwrap_or_default().windows(token.len()).any(|part| part == token.as_bytes())
    });
    holding.map(|file| file.display().to_string()).collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_commit_that_adds_a_secret_is_sent_back_until_it_is_in_none_and_nobody_is_shown_it() {
    let ground = ground(|_| {});
    let token = HALVES.concat();
    let [first, second] = HALVES;
    let base = git(ground.repository.path(), &["rev-parse", "HEAD"]);
    let turns = vec![
        Runs(format!("a={first}; printf 'echo hello\\ntoken=%s%s\\n' $a {second} > greet.sh; cat greet.sh")),
        Runs("git add --all && git commit --quiet -m 'Greet' && git show".to_owned()),
        done(),
        Runs("echo echo hello > greet.sh && git commit --quiet -am 'Without'".to_owned()),
        HandsIn(json!({})),
        Runs(format!("git reset --quiet --soft {base} && git commit --quiet -m 'Greet'")),
        HandsIn(json!({})),
    ];
    let mission: Mission = fly(&ground, turns).await;
    let told = ground.told();
    assert!(mission.features[0].is_built(), "{told}");
    let shown = "token=[secret: GitHub token]";
    assert!(told.matches(shown).count() >= 2, "what it printed is masked: {told}");
    let refused = "`greet.sh`, line 2 of commit ";
    assert_eq!(told.matches(refused).count(), 2, "also the commit that a later one mends: {told}");
    assert_eq!(holds(&ground, &token), Vec::<String>::new());
    let log = git(ground.repository.path(), &["log", "-p", "flightdeck/wire-test"]);
    assert!(!log.contains(&token), "{log}");
}

#[tokio::test(flavor = "multi_thread")]
async fn no_attribute_no_merge_and_no_byte_hides_a_secret_from_the_handoff() {
    let [first, second] = HALVES;
    let token = format!("$(printf 'token=%s%s' {first} {second})");
    let hidden = [
        format!(
            "echo '* -diff' > .gitattributes; echo \"{token}\" > a.cfg; git add --all; git commit --quiet -m a"
        ),
        format!(
            "git checkout --quiet -b side; echo x > side; git add side; git commit --quiet -m side; git checkout --quiet -; \
             git merge --quiet --no-commit --no-ff side; echo \"{token}\" > a.cfg; git add --all; git commit --quiet -m merged"
        ),
        format!("printf '\\000%s' \"{token}\" > a.bin; git add --all; git commit --quiet -m a"),
    ];
    for line in hidden {
        let ground = ground(|_| {});
        let mission = fly(&ground, vec![Runs(line.clone()), done()]).await;
        let told = ground.told();
        assert!(!mission.features[0].is_built(), "{line}\n{told}");
        assert!(told.contains("holds what looks like a secret (GitHub token)"), "{line}\n{told}");
    }
}
