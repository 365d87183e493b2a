//! Real programs, ended and bounded.

use std::fs;
use std::sync::Mutex;
use std::time::Duration;

use flightdeck::workspace::process::{OutputCap, Spill};
use flightdeck::workspace::sweep::{Swept, adopt_orphans, sweep};
use flightdeck::workspace::{Exit, Finished, Program, Reaper};
use pretty_assertions::assert_eq;
use tokio_util::sync::CancellationToken;

async fn run(program: Program) -> Finished {
    program.run(CancellationToken::new(), |_| {}).await.unwrap()
}

/// Whether a process runs: one that is dead but not yet waited for does not.
fn is_alive(pid: i32) -> bool {
    let stat = fs::read_to_string(format!("/proc/{pid}/stat")).unwrap_or_default();
    stat.rsplit(") ").next().is_some_and(|rest| !rest.is_empty() && !rest.starts_with(['Z', 'X']))
}

pub async fn until_dead(pid: i32) {
    let dead = async {
        while is_alive(pid) {
            tokio::time::sleep(Duration::from_millis(10)).await;
        }
    };
    tokio::time::timeout(Duration::from_secs(20), dead).await.expect("the process is still alive");
}

fn pid_in(text: &str) -> i32 {
    text.trim().parse().expect("a process id")
}

#[tokio::test]
async fn output_and_errors_keep_their_order_and_the_exit_is_told() {
    let line = "echo one; echo two >&2; echo three; exit 3";
    let finished = run(Program::shell(line)).await;
    assert_eq!((finished.exit, finished.output.text.as_str()), (Exit::Code(3), "one\ntwo\nthree\n"));
    let finished = run(Program::shell("kill -9 $$")).await;
    assert_eq!(finished.exit, Exit::Signal(9));
    let finished = run(Program::shell("cat; echo end of input")).await;
    assert_eq!(finished.output.text, "end of input\n");
}

#[tokio::test]
async fn what_is_seen_live_and_at_the_end_is_cleaned() {
    let seen = Mutex::new(String::new());
    let program = Program::new("printf").arg(r"\033[31mred\033[0m\033]0;title\007 \377\n");
    let finished =
        program.run(CancellationToken::new(), |text| seen.lock().unwrap().push_str(text)).await.unwrap();
    assert_eq!(finished.output.text, "red \u{fffd}\n");
    assert_eq!(*seen.lock().unwrap(), "red \u{fffd}\n");
}

#[tokio::test]
async fn the_environment_is_cleaned_and_added_to() {
    // The test binary's own environment always has these under cargo or nextest, and a program must not see them.
    let finished = run(Program::new("env").env("GIVEN_TOKEN", "yes")).await;
    let text = finished.output.text;
    assert!(text.contains("GIVEN_TOKEN=yes") && text.contains("PATH="), "{text}");
    assert!(std::env::var("CARGO_MANIFEST_DIR").is_ok() && !text.contains("CARGO_MANIFEST_DIR"), "{text}");
}

#[tokio::test]
async fn a_program_that_cannot_start_says_why() {
    let none = Program::new("no-such-program-here");
    let error = none.run(CancellationToken::new(), |_| {}).await.unwrap_err();
    assert!(error.to_string().contains("not installed or not on PATH"), "{error}");
    let nowhere = Program::new("true").dir("/no/such/directory");
    let error = nowhere.run(CancellationToken::new(), |_| {}).await.unwrap_err();
    assert!(error.to_string().contains("/no/such/directory does not exist"), "{error}");
}

#[tokio::test]
async fn a_timeout_kills_the_grandchildren_and_keeps_the_output() {
    let line = "sh -c 'trap \"\" TERM; sleep 300 & echo $!; wait' & wait";
    let finished = run(Program::shell(line).timeout(Duration::from_millis(300))).await;
    assert_eq!(finished.exit, Exit::TimedOut);
    until_dead(pid_in(&finished.output.text)).await;
}

#[tokio::test]
async fn cancelling_and_dropping_kill_the_group() {
    let cancel = CancellationToken::new();
    let stopper = cancel.clone();
    let program = Program::shell("sleep 300 & echo $!; wait");
    let finished = program.run(cancel, move |_| stopper.cancel()).await.unwrap();
    assert_eq!(finished.exit, Exit::Cancelled);
    until_dead(pid_in(&finished.output.text)).await;

    let (sender, mut receiver) = tokio::sync::mpsc::unbounded_channel();
    let running = program.run(CancellationToken::new(), move |text| sender.send(text.to_owned()).unwrap());
    let pid = tokio::select! {
        _ = running => panic!("it sleeps"),
        text = receiver.recv() => pid_in(&text.unwrap()),
    };
    until_dead(pid).await;
}

#[tokio::test]
async fn a_program_in_the_background_that_keeps_the_pipe_does_not_hang_the_run() {
    let finished = run(Program::shell("sleep 300 & echo $!")).await;
    assert_eq!(finished.exit, Exit::Code(0));
    until_dead(pid_in(&finished.output.text)).await;
    let finished = run(Program::shell("sleep 300 >/dev/null 2>&1 & echo $!")).await;
    until_dead(pid_in(&finished.output.text)).await;
}

#[tokio::test]
async fn fifty_megabytes_stay_small_in_memory_and_whole_on_disk() {
    let directory = tempfile::tempdir().unwrap();
    let cap = OutputCap { spill: Spill::Directory(directory.path().to_owned()), ..OutputCap::default() };
    let line = "echo first; yes 0123456789abcdef | head -c 52428800; echo; echo last";
    let finished = run(Program::shell(line).cap(cap)).await;
    let output = finished.output;
    assert!(output.text.len() < 40 * 1024, "{} bytes", output.text.len());
    assert!(output.text.starts_with("first\n0123") && output.text.ends_with("last\n"));
    let file = output.spilled.unwrap();
    assert!(output.text.contains(&format!("the full text is in {}", file.display())));
    assert_eq!(fs::metadata(&file).unwrap().len(), output.total_bytes);
    assert!(output.total_bytes > 52_428_800);
}

#[tokio::test]
async fn a_job_in_the_background_is_watched_and_stopped() {
    let directory = tempfile::tempdir().unwrap();
    let log = directory.path().join("logs/job.log");
    let job = Program::shell("echo up; sleep 300 & echo $!; wait").spawn_background(&log).unwrap();
    let grandchild = loop {
        let tail = job.tail(1024).unwrap();
        if let Some(pid) = tail.strip_prefix("up\n").filter(|rest| rest.ends_with('\n')) {
            break pid_in(pid);
        }
        tokio::time::sleep(Duration::from_millis(10)).await;
    };
    assert!(job.is_running());
    assert_eq!(job.stop().await, Exit::Signal(15));
    assert!(!job.is_running());
    until_dead(grandchild).await;

    let short = Program::shell("exit 7").spawn_background(&log).unwrap();
    assert_eq!(short.wait().await, Exit::Code(7));
    let dropped = Program::shell("sleep 300").spawn_background(&log).unwrap();
    let pid = dropped.pid();
    drop(dropped);
    until_dead(pid).await;
}

#[tokio::test]
async fn a_killed_engine_leaves_nothing_running() {
    let directory = tempfile::tempdir().unwrap();
    let engine = Program::new(std::env::current_exe().unwrap())
        .arg("--ignored")
        .arg("--exact")
        .arg("--nocapture")
        .arg("workspace::process::a_stand_in_for_an_engine")
        .spawn_background(&directory.path().join("log"))
        .unwrap();
    let pids = loop {
        let log = engine.tail(64 * 1024).unwrap();
        if let Some((_, rest)) = log.split_once("pids ")
            && let Some((pids, _)) = rest.split_once('\n')
        {
            break pids.split(' ').map(pid_in).collect::<Vec<_>>();
        }
        assert!(engine.is_running(), "{log}");
        tokio::time::sleep(Duration::from_millis(10)).await;
    };
    assert!(pids.iter().all(|pid| is_alive(*pid)));
    // SIGKILL to the engine alone: what it started is in groups of their own.
    drop(engine);
    for pid in pids {
        until_dead(pid).await;
    }
}

#[tokio::test]
#[ignore = "not a test: it is started as a process of its own and killed"]
async fn a_stand_in_for_an_engine() {
    let directory = tempfile::tempdir().unwrap();
    let reaper = Reaper::start().unwrap();
    let start = |line: &str, log: &str| {
        Program::shell(line).reaper(&reaper).spawn_background(&directory.path().join(log)).unwrap()
    };
    let first = start("sleep 300", "first");
    let released = start("true", "released");
    released.wait().await;
    drop(released);
    let second = start("trap '' TERM HUP; sleep 300; true", "second");
    // As an agent's shell does: it has a session of its own, and only its mark tells whose it is.
    let away = format!("{LEFT}setsid sh -c \"trap '' TERM HUP; sleep 300; true\" >/dev/null 2>&1 & left $!");
    let away = Program::shell(away).reaper(&reaper).envs(reaper.mark());
    let away = away.run(CancellationToken::new(), |_| {}).await.unwrap().output.text;
    println!("\npids {} {} {}", first.pid(), second.pid(), away.trim());
    std::future::pending::<()>().await;
}

/// For shells: waits until a process has left the shell's group, and prints its id. The end of a program ends its group.
const LEFT: &str = r#"group() { cut -d" " -f5 /proc/$1/stat; }
left() { while [ "$(group $1)" = "$(group $$)" ]; do :; done; echo $1; }
"#;

/// Runs a line to its end and gives the ids it printed.
async fn left_by(line: &str) -> Vec<i32> {
    let finished =
        Program::shell(format!("{LEFT}{line}")).run(CancellationToken::new(), |_| {}).await.unwrap();
    finished.output.text.split_whitespace().map(|pid| pid.parse().unwrap()).collect()
}

fn swept(mark: &str) -> Vec<i32> {
    let Swept::Killed(killed) = sweep(("FLIGHTDECK_MISSION", mark)) else { panic!("this is Linux") };
    killed
}

#[tokio::test]
async fn a_sweep_finds_what_an_earlier_engine_left_and_leaves_alone_what_this_one_runs() {
    let directory = tempfile::tempdir().unwrap();
    let mark = format!("test-{}", std::process::id());
    let daemon = |mark: &str| format!("FLIGHTDECK_MISSION={mark} setsid sleep 300 >/dev/null 2>&1 & left $!");
    let (ours, other) = (left_by(&daemon(&mark)).await, left_by(&daemon(&format!("{mark}0"))).await);
    // Whatever it starts, in whatever session, is still in use.
    let service = Program::shell("setsid sleep 300 & wait")
        .env("FLIGHTDECK_MISSION", &mark)
        .spawn_background(&directory.path().join("log"))
        .unwrap();
    assert_eq!(swept(&mark), ours);
    until_dead(ours[0]).await;
    assert!(service.is_running());
    assert_eq!(swept(&format!("{mark}0")), other);
}

#[tokio::test]
async fn what_forks_away_from_its_program_is_found_without_a_mark() {
    let output = Program::new(std::env::current_exe().unwrap())
        .arg("--ignored")
        .arg("--exact")
        .arg("workspace::process::what_forks_away_is_found_by_a_process_that_adopts")
        .run(CancellationToken::new(), |_| {})
        .await
        .unwrap();
    assert!(output.output.text.contains("1 passed"), "{}", output.output.text);
}

#[tokio::test]
#[ignore = "not a test by itself: it is started as a process of its own, whose descendants it ends"]
async fn what_forks_away_is_found_by_a_process_that_adopts() {
    adopt_orphans();
    let ways = [
        "env -i setsid sleep 300 >/dev/null 2>&1 & left $!",
        "env -i setsid sh -c 'trap \"\" TERM HUP INT; setsid sleep 300 & echo $!; setsid sleep 300 & echo $!' 2>/dev/null",
        "(env -i nohup setsid sh -c 'while :; do sleep 300; done' >/dev/null 2>&1 & left $!)",
    ];
    for way in ways {
        let left = left_by(way).await;
        assert!(!left.is_empty(), "{way}");
        let killed = swept("no-such-mission");
        for pid in left {
            assert!(killed.contains(&pid), "{way}: {pid} is not among {killed:?}");
            until_dead(pid).await;
        }
    }
    assert_eq!(swept("no-such-mission"), Vec::<i32>::new(), "nothing is killed twice, and no helper of ours");
}
