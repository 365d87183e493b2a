//! How programs live in a sandbox: they start, speak, are signalled and end as everywhere, and nothing outlives it.

use std::fs;
use std::time::{Duration, Instant};

use flightdeck::workspace::occupation::Occupation;
use flightdeck::workspace::pty::{Pty, Size};
use flightdeck::workspace::sweep::{Swept, sweep};
use flightdeck::workspace::{Access, Exit, Jail, Program};
use nix::sys::signal::{Signal, kill};
use nix::unistd::Pid;
use tokio::io::{AsyncBufReadExt, AsyncWriteExt, BufReader};
use tokio_util::sync::CancellationToken;

use super::ground::{Ground, Kept};

fn jailed(ground: &Ground, jail: &Jail, line: &str) -> Program {
    ground.program(Access::Write, line).jailed(jail)
}

async fn ended(program: Program) -> (Exit, String) {
    let finished = program.run(CancellationToken::new(), |_| {}).await.unwrap();
    (finished.exit, finished.output.text)
}

/// The processes of this machine whose command line has a word.
fn with_word(word: &str) -> Vec<i32> {
    let all = fs::read_dir("/proc").unwrap().flatten();
    let pids = all.filter_map(|entry| entry.file_name().to_str()?.parse().ok());
    let has = |pid: &i32| {
        let line = fs::read(format!("/proc/{pid}/cmdline")).unwrap_or_default();
        line.split(|byte| *byte == 0).any(|part| part == word.as_bytes())
    };
    pids.filter(has).collect()
}

async fn until(what: &str, holds: impl Fn() -> bool) {
    let begun = Instant::now();
    while !holds() {
        assert!(begun.elapsed() < Duration::from_secs(10), "{what}");
        tokio::time::sleep(Duration::from_millis(10)).await;
    }
}

/// A number of seconds that no other test sleeps.
fn own_seconds(digit: u32) -> String {
    format!("9{digit}{}", std::process::id())
}

#[tokio::test]
async fn programs_end_as_everywhere() {
    for ground in Ground::each() {
        let jail = ground.jail(Access::Write);
        let run = |line: &str| ended(jailed(&ground, &jail, line).timeout(Duration::from_millis(1_500)));
        assert_eq!(run("echo a; echo b >&2; exit 3").await, (Exit::Code(3), "a\nb\n".to_owned()));
        assert_eq!(run("kill -15 $$").await.0, Exit::Signal(15));
        assert_eq!(run("kill -37 $$").await.0, Exit::Signal(37));
        let asked = run("trap 'echo asked; exit 9' TERM; sleep 300 & wait").await;
        assert_eq!(asked, (Exit::TimedOut, "asked\n".to_owned()));
        let large = run("head -c 300000 /dev/zero | tr '\\0' x; pwd >&2").await;
        assert!(large.1.ends_with(&format!("x{}\n", ground.place(Access::Write).display())));
        let missing = ground.program(Access::Write, "").jailed(&jail);
        let missing = Program::new("no-such-program").dir(missing.directory()).jailed(&jail);
        let missing = missing.run(CancellationToken::new(), |_| {}).await.unwrap_err().to_string();
        assert!(missing.contains("not installed"), "{missing}");
        let outcome = jailed(&ground, &jail, "cat; echo no >&2; exit 4").run_blocking(b"yes").unwrap();
        assert_eq!((outcome.exit, &*outcome.output, &*outcome.errors), (Exit::Code(4), &b"yes"[..], "no\n"));
    }
}

#[tokio::test]
async fn programs_are_talked_with_kept_and_killed_as_everywhere() {
    for ground in Ground::each() {
        let (jail, log) = (ground.jail(Access::Write), ground.person.join("log"));
        let program = jailed(&ground, &jail, "while read -r line; do echo \"got $line\"; done; exit 3");
        let (mut dialogue, (mut input, output)) = program.spawn_dialogue(&log).unwrap();
        input.write_all(b"one\n").await.unwrap();
        assert_eq!(BufReader::new(output).lines().next_line().await.unwrap().unwrap(), "got one");
        drop(input);
        assert_eq!(dialogue.end().await, Exit::Code(3));

        let seconds = own_seconds(1);
        let line = format!("echo up; sleep {seconds} & sleep {seconds}");
        let job = jailed(&ground, &jail, &line).spawn_background(&log).unwrap();
        until("both run", || with_word(&seconds).len() == 2).await;
        // It goes on although nobody has the jail any more.
        drop(jail);
        until("its output", || job.tail(100).unwrap() == "up\n").await;
        assert!(job.is_running());
        assert_eq!(job.stop().await, Exit::Signal(15));
        until("the group is gone", || with_word(&seconds).is_empty()).await;
        let jail = ground.jail(Access::Write);
        drop(jailed(&ground, &jail, &line).spawn_background(&log).unwrap());
        until("dropping it kills it", || with_word(&seconds).is_empty()).await;
    }
}

#[tokio::test]
async fn what_forks_away_dies_with_the_sandbox() {
    let Some(ground) = Ground::new(Kept::Bubblewrap) else { return };
    let (jail, seconds) = (ground.jail(Access::Write), own_seconds(2));
    let ways = [
        "setsid sleep T >/dev/null 2>&1 &",
        "(nohup sleep T >/dev/null 2>&1 &) &",
        "(setsid sh -c 'trap \"\" TERM HUP INT; setsid env -i sleep T & setsid sleep T & wait' >/dev/null 2>&1 &);",
    ];
    for way in ways {
        let (exit, told) =
            ended(jailed(&ground, &jail, &format!("{way} sleep 0.3").replace('T', &seconds))).await;
        assert_eq!(exit, Exit::Code(0), "{told}");
    }
    // Two of each fork: the shells in between carry the word as well.
    assert!(with_word(&seconds).len() >= 3, "{:?}", with_word(&seconds));
    drop(jail);
    assert_eq!(with_word(&seconds), Vec::<i32>::new());
}

#[tokio::test]
async fn a_sweep_ends_what_forked_away_and_leaves_the_sandbox_alone() {
    for ground in Ground::each() {
        let (jail, seconds) = (ground.jail(Access::Write), own_seconds(3));
        let mark = ("FLIGHTDECK_MISSION", format!("sweep-{seconds}"));
        let line = format!("setsid sleep {seconds} >/dev/null 2>&1 & sleep 0.2");
        ended(jailed(&ground, &jail, &line).env(mark.0, &mark.1)).await;
        let left = with_word(&seconds);
        assert_eq!(left.len(), 1);
        assert_eq!(sweep((mark.0, &mark.1)), Swept::Killed(left));
        assert_eq!(ended(jailed(&ground, &jail, "echo on")).await, (Exit::Code(0), "on\n".to_owned()));
    }
}

/// The first process of the sandbox that a program runs in.
fn keeper_of(pid: i32) -> i32 {
    let parent = |pid: i32| {
        let status = fs::read_to_string(format!("/proc/{pid}/status")).unwrap();
        status.lines().find_map(|line| line.strip_prefix("PPid:")?.trim().parse().ok()).unwrap()
    };
    let keeper = parent(pid);
    assert!(fs::read_to_string(format!("/proc/{keeper}/status")).unwrap().contains("NSpid:"));
    keeper
}

#[tokio::test]
async fn a_sandbox_that_was_killed_is_told_and_made_anew() {
    let Some(ground) = Ground::new(Kept::Bubblewrap) else { return };
    let (jail, seconds) = (ground.jail(Access::Write), own_seconds(4));
    let program = jailed(&ground, &jail, &format!("sleep {seconds}; true"));
    let killed = async {
        until("it runs", || !with_word(&seconds).is_empty()).await;
        let shell = with_word(&seconds).into_iter().min().unwrap();
        let top = std::iter::successors(Some(shell), |pid| Some(keeper_of(*pid)))
            .find(|pid| fs::read(format!("/proc/{pid}/cmdline")).unwrap().starts_with(b"/.flightdeck"));
        kill(Pid::from_raw(top.unwrap()), Signal::SIGKILL).unwrap();
    };
    let (ran, ()) = tokio::join!(program.run(CancellationToken::new(), |_| {}), killed);
    let fault = ran.unwrap_err();
    assert!(std::error::Error::source(&fault).unwrap().to_string().contains("sandbox"), "{fault}");
    until("all is gone", || with_word(&seconds).is_empty()).await;
    assert_eq!(ended(jailed(&ground, &jail, "echo anew")).await, (Exit::Code(0), "anew\n".to_owned()));
    // A program cannot do it: it is not let, and others of it go on.
    let (_, told) =
        ended(jailed(&ground, &jail, "kill -9 1; cat <&3; cat /proc/1/fd/* | head -c 1; echo on")).await;
    assert!(told.ends_with("on\n"), "{told}");
}

#[tokio::test]
async fn sandboxes_do_not_see_each_other() {
    let Some(ground) = Ground::new(Kept::Bubblewrap) else { return };
    let [one, other] = [Access::Write, Access::Proof].map(|access| ground.jail(access));
    let log = ground.person.join("log");
    let job =
        jailed(&ground, &one, "echo x > /tmp/own; echo y > /dev/shm/own; sleep 300").spawn_background(&log);
    let job = job.unwrap();
    let sees = "ls /tmp/own /dev/shm/own || ps -e -o args | grep '[s]leep 300' || test -e /proc/20";
    let program = |jail: &Jail| ground.program(Access::Proof, sees).jailed(jail);
    until("it is up", || !with_word("300").is_empty()).await;
    assert_ne!(ended(program(&other)).await.0, Exit::Code(0));
    let here =
        ended(jailed(&ground, &one, "cat /tmp/own /dev/shm/own; ps -e -o args | grep -c '[s]leep 300'"))
            .await;
    assert!(here.1.starts_with("x\ny\n"), "{here:?}");
    assert!(!std::path::Path::new("/tmp/own").exists());
    job.kill().await;
}

/// A terminal with a shell that controls jobs.
fn shell(ground: &Ground, jail: &Jail) -> (Pty, std::sync::Arc<std::sync::Mutex<String>>) {
    let seen = std::sync::Arc::new(std::sync::Mutex::new(String::new()));
    let kept = std::sync::Arc::clone(&seen);
    let program = jailed(ground, jail, "exec bash --norc --noprofile -i").env("PS1", "ready> ");
    let pty = Pty::start(&program, Size { cols: 90, rows: 20 }, move |bytes| {
        kept.lock().unwrap().push_str(&String::from_utf8_lossy(bytes));
        Vec::new()
    });
    (pty.unwrap(), seen)
}

#[tokio::test]
async fn a_terminal_controls_its_jobs() {
    for ground in Ground::each() {
        let jail = ground.jail(Access::Write);
        let (pty, seen) = shell(&ground, &jail);
        let shows = |text: &str| seen.lock().unwrap().contains(text);
        until("a prompt", || shows("ready>")).await;
        assert!(!shows("no job control"), "{}", seen.lock().unwrap());
        pty.write(b"stty size; echo x > /dev/tty && echo o''wn\n").unwrap();
        until("its size and its own terminal", || shows("20 90") && shows("own")).await;
        if ground.kept == Kept::Bubblewrap {
            pty.write(b"tty\n").unwrap();
            until("its name", || shows("/dev/pts/0")).await;
        }
        let seconds = own_seconds(6);
        pty.write(format!("sleep {seconds}\n").as_bytes()).unwrap();
        until("it sleeps", || with_word(&seconds).len() == 1 && pty.occupation() == Occupation::Works).await;
        pty.write(b"\x03").unwrap();
        until("ctrl-c ends it", || with_word(&seconds).is_empty()).await;
        until("the shell waits", || pty.occupation() == Occupation::Listens).await;
        pty.write(b"cat\n").unwrap();
        until("it reads", || pty.occupation() == Occupation::Reads).await;
        pty.write(b"\x1a").unwrap();
        until("ctrl-z stops it", || shows("Stopped")).await;
        pty.resize(Size { cols: 70, rows: 11 }).unwrap();
        pty.write(b"stty size; echo $TERM\n").unwrap();
        until("its new size", || shows("11 70") && shows("xterm-256color")).await;
        assert!(pty.is_raw(), "a shell that edits its line");
        // A shell that has a stopped job asks once whether it is to end.
        pty.write(b"kill -9 %1; exit 5\nexit 5\n").unwrap();
        let exit = tokio::time::timeout(Duration::from_secs(10), pty.wait()).await;
        assert_eq!(exit, Ok(Exit::Code(5)), "{}", seen.lock().unwrap());
        let (pty, _) = shell(&ground, &jail);
        assert!(matches!(pty.stop().await, Exit::Signal(_) | Exit::Code(_)));
    }
}

#[tokio::test]
async fn a_killed_engine_leaves_no_sandbox() {
    let directory = tempfile::tempdir().unwrap();
    let engine = Program::new(std::env::current_exe().unwrap())
        .args_of_stand_in()
        .spawn_background(&directory.path().join("log"))
        .unwrap();
    let seconds = format!("95{}", engine.pid());
    until("it is up", || with_word(&seconds).len() >= 3 || !engine.is_running()).await;
    if !engine.is_running() {
        println!("nothing to try here: {}", engine.tail(4_000).unwrap());
        return;
    }
    // SIGKILL to the engine alone: what it started is in groups, and what forked away in sessions of its own.
    kill(Pid::from_raw(engine.pid()), Signal::SIGKILL).unwrap();
    until("nothing is left", || with_word(&seconds).is_empty()).await;
}

trait StandIn {
    fn args_of_stand_in(self) -> Self;
}

impl StandIn for Program {
    fn args_of_stand_in(self) -> Self {
        ["--ignored", "--exact", "--nocapture", "sandbox::living::a_stand_in_for_an_engine"]
            .into_iter()
            .fold(self, Self::arg)
    }
}

#[tokio::test]
#[ignore = "not a test: it is started as a process of its own and killed"]
async fn a_stand_in_for_an_engine() {
    let Some(ground) = Ground::new(Kept::Bubblewrap) else { return };
    let (jail, seconds) = (ground.jail(Access::Write), format!("95{}", std::process::id()));
    let line = format!("setsid sleep {seconds} & (nohup setsid env -i sleep {seconds} &) & sleep {seconds}");
    let _job = jailed(&ground, &jail, &line).spawn_background(&ground.person.join("log")).unwrap();
    std::future::pending::<()>().await;
}
