//! Pages and browsers that do not behave: each ends in an answer within its limit, and nothing of it runs or listens
//! afterwards.

use std::fs;
use std::net::TcpStream;
use std::os::unix::fs::PermissionsExt;
use std::time::Duration;

use flightdeck::instrument::browser::Browser;
use flightdeck::instrument::{Chromium, Instrument, Place};
use flightdeck::workspace::Program;
use serde_json::json;

use super::{Desk, ended, running_in};

impl Desk {
    /// The port that its browser listens on.
    fn port(&self) -> u16 {
        let profiles = fs::read_dir(self.scratch.path()).unwrap().flatten();
        let told = profiles
            .map(|found| found.path().join("DevToolsActivePort"))
            .find_map(|file| fs::read_to_string(file).ok());
        told.unwrap().lines().next().unwrap().parse().unwrap()
    }

    /// Ends the tester, and looks for what is left.
    async fn leaves_nothing(self) {
        let (port, processes) = (self.port(), self.processes());
        assert!(!processes.is_empty());
        let Self { browser, scratch, .. } = self;
        drop(browser);
        ended(&processes).await;
        ended(&running_in(scratch.path())).await;
        assert_eq!(
            fs::read_dir(scratch.path()).unwrap().count(),
            0,
            "profile and downloads go with the tester"
        );
        for _ in 0..1_500 {
            if TcpStream::connect(("127.0.0.1", port)).is_err() {
                return;
            }
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
        panic!("something still listens on {port}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_page_that_prints_without_end_is_told_in_a_few_lines() {
    let Some(desk) = Desk::new().await else { return };
    // It is waited for, or stopped.
    desk.click_on("/trouble", "Print", &["Printed", "the page hung", "the page was busy"]).await;
    let log = desk.told(json!({ "action": "log" })).await;
    assert!(log.contains("left out]") && log.contains("log: line "), "{log}");
    assert!(log.len() < 50_000, "{}", log.len());
    desk.reach("/form", "A form").await;
    desk.leaves_nothing().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_page_that_downloads_without_end_fills_no_disk() {
    let Some(desk) = Desk::new().await else { return };
    let mut told = desk.click_on("/trouble", "Downloads", &["a download of \"list", "left out"]).await;
    for _ in 0..50 {
        if told.contains("was not taken") {
            break;
        }
        told += &desk.told(json!({ "action": "wait", "seconds": 1 })).await;
    }
    assert!(told.contains("a download of \"list"), "{told}");
    assert!(told.contains("was not taken") || told.contains("left out"), "{told}");
    let profile = fs::read_dir(desk.scratch.path()).unwrap().next().unwrap().unwrap().path();
    assert!(fs::read_dir(profile.join("downloads")).unwrap().count() <= 20);
    desk.leaves_nothing().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn bad_pages_leave_no_process_and_no_port() {
    let Some(desk) = Desk::new().await else { return };
    for (element, ends) in [
        ("Alerts", "10 dialogs in one action"),
        ("Windows", "a window more than 10 was closed"),
        ("Hang", "the page hung: "),
    ] {
        desk.click_on("/trouble", element, &[ends]).await;
    }
    let never = json!({ "action": "open", "url": desk.site.uri() + "/never", "seconds": 1 });
    desk.until(never, &["no answer within 1 s"]).await;
    desk.leaves_nothing().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_browser_that_dies_in_the_middle_and_starts_no_more_is_told_as_blocked_with_its_words() {
    let real = Chromium::on_path(std::env::var_os("PATH").unwrap_or_default().as_os_str());
    let Ok(real) = real.path() else { return eprintln!("skipped: there is no Chromium") };
    let dir = tempfile::tempdir().unwrap();
    let program = dir.path().join("chromium");
    let write = |text: String| {
        // In one step: it may be read at any time.
        fs::write(dir.path().join("new"), format!("#!/bin/sh\n{text}\n")).unwrap();
        fs::set_permissions(dir.path().join("new"), fs::Permissions::from_mode(0o755)).unwrap();
        fs::rename(dir.path().join("new"), &program).unwrap();
    };
    write(format!("exec {} \"$@\"", real.display()));
    let site = super::site().await;
    let place = Place::new(|line, _| Ok(Program::shell(line)));
    let scratch = dir.path().join("scratch");
    let browser = Browser::new(&place.with_browser(Chromium::set_to(&program), &scratch)).unwrap();
    let act = async |wanted| {
        let seen = browser.act(serde_json::from_value(wanted).unwrap()).await;
        let told = |seen: flightdeck::instrument::Seen| {
            let states: Vec<&str> = seen.evidence.iter().map(|piece| piece.settled.word()).collect();
            format!("{}\nkept: {}", seen.text, states.join(", "))
        };
        seen.map_or_else(|error| error.to_string(), told)
    };
    let open = json!({ "action": "open", "url": site.uri() + "/form" });
    assert!(act(open.clone()).await.contains("A form"));
    // It dies while it is asked to wait.
    let wait = act(json!({ "action": "wait", "text": "never there", "seconds": 30 }));
    let kill = async {
        tokio::time::sleep(Duration::from_millis(300)).await;
        write("echo 'GPU process is not usable' >&2; exit 21".to_owned());
        for dir in running_in(&scratch) {
            let pid = dir.file_name().and_then(|name| name.to_str()?.parse().ok()).unwrap();
            nix::sys::signal::kill(nix::unistd::Pid::from_raw(pid), nix::sys::signal::Signal::SIGKILL).ok();
        }
    };
    let (told, ()) = tokio::join!(wait, kill);
    assert!(told.contains("the browser ended by itself") && told.ends_with("kept: not_done"), "{told}");
    let blocked = act(open.clone()).await;
    assert!(
        blocked.starts_with("blocked: the browser did not start: it ended (exit code 21): GPU process"),
        "{blocked}"
    );
    write(format!("exec {} \"$@\"", real.display()));
    assert!(act(open).await.contains("A form"), "it is reopened as soon as it can be");
    drop(browser);
    ended(&running_in(&scratch)).await;
}
