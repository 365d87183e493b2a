//! What keeps the programs of agents in: attacks from every access, and the work that must go on.

mod agents;
mod attacks;
mod ground;
mod living;
mod network;

use std::path::{Path, PathBuf};
use std::sync::Arc;

use attacks::{ATTACKS, OF_ALL_IN_BUBBLEWRAP, OF_READERS, OF_VALIDATORS, OF_WORKERS};
use flightdeck::workspace::sandbox::Wanted;
use flightdeck::workspace::{Access, Checkout, Cleanliness, Jail, ProofCheckout, Sandbox};
use ground::{Ground, Kept, unjailed};
use tokio_util::sync::CancellationToken;

async fn run(ground: &Ground, access: Access, jail: &Jail, line: &str) -> (bool, String) {
    let program = ground.program(access, line).jailed(jail).timeout(std::time::Duration::from_mins(1));
    let finished = program.run(CancellationToken::new(), |_| {}).await.unwrap();
    (finished.exit.is_success(), format!("{line}\n{}: {}", finished.exit, finished.output.text))
}

async fn attack(access: Access, own: &[(&str, &str)]) {
    for ground in Ground::each() {
        for access in [Access::Write, Access::Proof] {
            drop(ground.jail(access));
        }
        let jail = ground.jail(access);
        let before = ground.untouchable();
        let mut through = Vec::new();
        let more = if ground.kept == Kept::Bubblewrap { OF_ALL_IN_BUBBLEWRAP } else { &[] };
        for (name, line) in ATTACKS.iter().chain(own).chain(more) {
            let (went_well, told) = run(&ground, access, &jail, line).await;
            if went_well {
                through.push(format!("{name}: {told}"));
            }
        }
        assert_eq!(through, Vec::<String>::new(), "{:?}", ground.kept);
        assert_eq!(ground.untouchable(), before, "something outside was changed");
    }
}

#[tokio::test]
async fn a_worker_gets_nowhere() {
    attack(Access::Write, OF_WORKERS).await;
}

#[tokio::test]
async fn a_validator_gets_nowhere() {
    attack(Access::Proof, OF_VALIDATORS).await;
}

#[tokio::test]
async fn a_reader_gets_nowhere() {
    attack(Access::Read, &[OF_READERS, OF_VALIDATORS].concat()).await;
}

/// The engine writes into homes as the person: what works there leaves links for it.
#[tokio::test]
async fn a_home_is_filled_through_no_link_that_its_programs_left() {
    for ground in Ground::each() {
        let jail = ground.jail(Access::Write);
        let before = ground.untouchable();
        let plants = "mkdir -p $HOME/.cargo && ln -s $PERSON/.bashrc $HOME/.cargo/config.toml && ln -s $PERSON/.ssh $HOME/.cargo/registry \
                      && ln -s $PERSON/.run $HOME/.run && echo '[workspace]' > Cargo.toml";
        let (went_well, told) = run(&ground, Access::Write, &jail, plants).await;
        assert!(went_well, "{told}");
        drop(jail);
        drop(ground.jail(Access::Write));
        assert_eq!(ground.untouchable(), before, "{:?}", ground.kept);
    }
}

/// Every file with its content.
type Files = Vec<(PathBuf, Vec<u8>)>;

/// A ground, and what of it nobody may touch.
fn fresh() -> Option<(Ground, Files)> {
    let ground = Ground::new(Kept::Landlock)?;
    for access in [Access::Write, Access::Proof] {
        drop(ground.jail(access));
    }
    let before = ground.untouchable();
    Some((ground, before))
}

/// An attack that would fail anyway says nothing of what holds it.
#[tokio::test]
async fn without_a_sandbox_they_get_through() {
    let jail = unjailed();
    let mut harmless = Vec::new();
    let all = [
        (Access::Write, ATTACKS),
        (Access::Write, OF_ALL_IN_BUBBLEWRAP),
        (Access::Write, OF_WORKERS),
        (Access::Proof, OF_VALIDATORS),
        (Access::Read, OF_READERS),
    ];
    for (access, attacks) in all {
        let mut unspoilt = None;
        for (name, line) in attacks.iter().filter(|(name, _)| !name.starts_with('!')) {
            // Each meets what the one before it has not spoilt.
            let Some((ground, before)) = unspoilt.take().or_else(fresh) else { return };
            let (went_well, told) = run(&ground, access, &jail, line).await;
            if !went_well {
                harmless.push(format!("{name}: {told}"));
            }
            if ground.untouchable() == before {
                unspoilt = Some((ground, before));
            }
        }
    }
    assert_eq!(harmless, Vec::<String>::new());
}

/// What a day's work needs, by access.
const WORK: &[(&str, &str)] = &[
    ("read and write", "echo x > new.txt && mkdir -p a/b && mv new.txt a/b && rm -r a"),
    ("status", "git status --short && git log --oneline && git diff HEAD"),
    ("temporary files", "f=$(mktemp) && echo x > $f && test -s $f && d=$(mktemp -d) && test -d $d"),
    ("a home", "mkdir -p ~/.cache/x && echo x > ~/.cache/x/y && cd ~ && pwd"),
    ("devices", "echo x > /dev/null && head -c 4 /dev/urandom > r && rm r && : < /dev/zero"),
    ("programs of its own", "sleep 60 & p=$!; kill -0 $p && kill $p; true"),
    ("a program it made", "printf '#!/bin/sh\\necho ran\\n' > p && chmod +x p && ./p | grep ran && rm p"),
    (
        "python",
        "python3 -c 'import ssl, json, hashlib, sqlite3, multiprocessing as m, tempfile as t; m.Pool(2).map(abs, [1]); t.TemporaryFile()'",
    ),
    (
        "limits",
        "ulimit -n 64 && sh -c true && python3 -c 'import resource as r; r.setrlimit(r.RLIMIT_CPU, (600, 600))'",
    ),
    ("names", "getent hosts localhost && id -u && date"),
    ("pipes", "seq 1 1000 | sort -n | tail -1 | grep 1000"),
    ("an archive", "echo x > f && tar czf f.tgz f && tar xzf f.tgz && rm f f.tgz"),
    (
        "a server",
        "python3 -c 'import socket; s = socket.create_server((\"127.0.0.1\", 0)); socket.create_connection(s.getsockname())'",
    ),
    (
        "reach a server",
        "python3 -c 'import os, socket; socket.create_connection((\"127.0.0.1\", int(os.environ[\"PORT\"])))'",
    ),
    ("see processes", "ps -e > /dev/null || ls /proc > /dev/null"),
];

/// What a worker's work needs beside it.
const COMMITS: &[(&str, &str)] = &[
    (
        "commit",
        "echo two >> main.txt && git add -A && git commit -qm two && git log -1 --format=%s | grep two",
    ),
    ("amend", "git commit --amend -qm again"),
    ("stash", "echo x >> main.txt && git stash && git stash pop && git checkout main.txt"),
    (
        "branches",
        "git switch -qc side && git commit -q --allow-empty -m side && git switch -q flightdeck/this && git merge -q side && git branch -d side",
    ),
    ("tags", "git tag t && git pack-refs --all && git tag -d t"),
    ("rebase", "git commit -q --allow-empty -m a && git rebase -q HEAD~1"),
    ("reset", "git reset -q --hard HEAD~1 && git clean -fdq && git gc -q || git repack -q"),
];

#[tokio::test]
async fn work_goes_on() {
    for ground in Ground::each() {
        let mut stuck = Vec::new();
        for (access, own) in [(Access::Write, COMMITS), (Access::Proof, &[][..])] {
            let jail = ground.jail(access);
            for (name, line) in WORK.iter().chain(own) {
                let (went_well, told) = run(&ground, access, &jail, line).await;
                if !went_well {
                    stuck.push(format!("{access:?} {name}: {told}"));
                }
            }
        }
        assert_eq!(stuck, Vec::<String>::new(), "{:?}", ground.kept);
    }
}

/// git takes settings from where a checkout says that its repository is, and runs what these name.
#[tokio::test]
async fn the_engines_own_git_is_not_led_elsewhere() {
    let evil = "mkdir -p evil && git init -q --bare evil/r && printf '#!/bin/sh\\ntouch \"$MISSION/ran\" ran\\n' > evil/p && \
                chmod +x evil/p && git --git-dir=evil/r config core.fsmonitor \"$PWD/evil/p\" && \
                git --git-dir=evil/r config core.worktree \"$PWD\" && ";
    let ways = [
        "echo $PWD/evil/r > $MISSION/repository.git/worktrees/checkout/commondir",
        "rm .git && echo \"gitdir: $PWD/evil/r\" > .git",
        "rm .git && mv evil/r .git",
        "rm .git && ln -s evil/r .git && echo nowhere > $MISSION/repository.git/worktrees/checkout/gitdir",
    ];
    for (way, ground) in ways.into_iter().flat_map(|way| Ground::each().map(move |ground| (way, ground))) {
        let (jail, checkout) = (ground.jail(Access::Write), ground.checkout());
        let (went_well, told) = run(&ground, Access::Write, &jail, &format!("{evil}{way}")).await;
        assert_eq!(went_well, ground.kept == Kept::Landlock, "{told}");
        let seen = checkout.is_clean();
        let head = checkout.head();
        drop(checkout.keep_failed(1, "this"));
        let place = ground.place(Access::Write);
        assert!(!ground.mission.join("ran").exists() && !place.join("ran").exists(), "{way}: {seen:?}");
        assert!(head.is_err() || head.is_ok_and(|head| head == ground.base), "{way}");
    }
}

/// A filter of the person's may be a program that lies in the repository: then workers write it, and the engine's own git
/// starts it.
#[tokio::test]
async fn a_filter_that_lies_in_the_repository_is_kept_in() {
    let both = Ground::each().flat_map(|ground| {
        let again = Ground::new(ground.kept);
        [(Wanted::Auto, Some(ground)), (Wanted::Off, again)]
    });
    for (wanted, ground) in both.filter_map(|(wanted, ground)| Some((wanted, ground?))) {
        let sandbox = match wanted {
            Wanted::Off => Arc::new(Sandbox::off()),
            Wanted::Auto | Wanted::Required => Arc::clone(ground.sandbox()),
        };
        let mut settings = git2::Repository::open(ground.person.join("project")).unwrap().config().unwrap();
        for way in ["clean", "smudge"] {
            settings.set_str(&format!("filter.own.{way}"), &format!("sh tools/{way}")).unwrap();
        }
        let repo = ground.opened_again(&sandbox);
        let place = ground.place(Access::Write);
        let steal = format!(
            "cp {p}/.ssh/id stolen 2>/dev/null; echo x 2>/dev/null > {p}/.bashrc; cat",
            p = ground.person.display()
        );
        let write = format!(
            "mkdir tools && echo '{steal}' > tools/clean && cp tools/clean tools/smudge && echo '*.txt filter=own' > .gitattributes && \
             git add -A && git commit -qm filters && echo two > main.txt"
        );
        let (went_well, told) = run(&ground, Access::Write, &ground.jail(Access::Write), &write).await;
        assert!(went_well, "{told}");
        std::fs::remove_file(place.join("stolen")).ok();
        let checkout = Checkout::create(repo.own(), &place, "flightdeck/this").unwrap();
        assert_ne!(checkout.is_clean().unwrap(), Cleanliness::Clean);
        let proof =
            ProofCheckout::create(repo.own(), &ground.place(Access::Proof), &checkout.head().unwrap());
        let read = |at: &Path| std::fs::read_to_string(at).unwrap_or_default();
        let proof = proof.unwrap();
        assert_eq!(read(&proof.dir().join("main.txt")), "one\n", "the filter ran");
        let stolen = read(&proof.dir().join("stolen")) + &read(&place.join("stolen"));
        let is_kept_in = stolen.is_empty() && read(&ground.person.join(".bashrc")) == "SECRET\n";
        assert_eq!(is_kept_in, wanted == Wanted::Auto, "{stolen}");
    }
}

/// What the engine writes for agents to read, it does not write where they can put a link in its way.
#[tokio::test]
async fn the_engines_own_files_are_not_led_elsewhere() {
    let Some(ground) = Ground::new(Kept::Landlock) else { return };
    let jail = ground.jail(Access::Write);
    let scratch = ground.mission.join("scratch/write");
    let plant = format!("ln -sf $PERSON/.bashrc {}/job-1.log", scratch.display());
    assert!(!run(&ground, Access::Write, &jail, &plant).await.0);
    // A file tool names what a program swaps for a link meanwhile.
    let (place, secret) = (ground.place(Access::Write), ground.person.join(".ssh/id"));
    std::os::unix::fs::symlink(&secret, place.join("swapped")).unwrap();
    let (read, written) = (place.join("swapped"), place.join("swapped"));
    let read = jail.work(move || std::fs::read_to_string(read)).await.unwrap();
    let written = jail.work(move || std::fs::write(written, "x")).await.unwrap();
    assert!(read.is_err() && written.is_err());
    assert_eq!(std::fs::read_to_string(&secret).unwrap(), "SECRET\n");
    let broken = jail.work(|| assert_eq!(1, 2)).await;
    assert!(broken.is_err() && jail.work(|| 3).await.is_ok_and(|three| three == 3), "{broken:?}");
}
