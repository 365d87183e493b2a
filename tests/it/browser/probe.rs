//! A browser that is found need not work: it is started once, within a limit, and what came of it is told.

use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};
use std::time::Duration;

use flightdeck::instrument::browser::Started;
use flightdeck::instrument::{BrowserProbe, Chromium, Place};
use flightdeck::workspace::Program;

use super::running_in;

/// A folder with a program that is set as the browser.
struct Desk {
    dir: tempfile::TempDir,
}

impl Desk {
    fn with(script: &str) -> Self {
        let desk = Self { dir: tempfile::tempdir().unwrap() };
        desk.install(script);
        desk
    }

    fn program(&self) -> PathBuf {
        self.dir.path().join("chromium")
    }

    fn install(&self, script: &str) {
        let counted = format!("#!/bin/sh\necho >> {}\n{script}\n", self.dir.path().join("starts").display());
        fs::write(self.program(), counted).unwrap();
        fs::set_permissions(self.program(), fs::Permissions::from_mode(0o755)).unwrap();
    }

    fn starts(&self) -> usize {
        fs::read_to_string(self.dir.path().join("starts")).unwrap_or_default().lines().count()
    }

    fn scratch(&self) -> PathBuf {
        self.dir.path().join("scratch")
    }

    async fn started(&self, probe: &BrowserProbe) -> Started {
        let place = Place::new(|line, _| Ok(Program::shell(line)));
        probe.started(&place.with_browser(probe.found().clone(), self.scratch())).await
    }

    async fn fault(&self) -> String {
        let probe = BrowserProbe::new(Chromium::set_to(&self.program()));
        let started = self.started(&probe).await;
        let left = fs::read_dir(self.scratch()).map_or(0, Iterator::count);
        assert_eq!(left, 0, "its profile is gone");
        started.chromium.missing().unwrap_or_else(|| panic!("{started:?}")).to_owned()
    }
}

/// The Chromium of this machine; nothing where there is none.
fn real() -> Option<PathBuf> {
    let found = Chromium::on_path(std::env::var_os("PATH").unwrap_or_default().as_os_str());
    if let Some(why) = found.missing() {
        eprintln!("skipped: {why}");
    }
    found.path().ok().map(Path::to_owned)
}

#[tokio::test]
async fn one_that_does_not_start_is_told_with_its_own_words_and_what_to_do() {
    let table = [
        (
            "echo '[1:2:0101/1.1:ERROR:dbus/bus.cc:405] no bus' >&2; echo \"$0: error while loading shared libraries: libnss3.so\" >&2; exit 127",
            "exit code 127",
            "libnss3.so; install what it lacks",
        ),
        ("exit 0", "exit code 0", "it printed nothing; start it by hand"),
        ("echo 'No space left on device' >&2; kill -SEGV $$", "signal", "No space left on device"),
        ("exec /nowhere/chromium \"$@\"", "exit code 127", "not found"),
        // It says that it listens where nobody does.
        (
            "for word; do case $word in --user-data-dir=*) dir=${word#*=};; esac; done; printf '1\\n/devtools' > $dir/DevToolsActivePort; exec sleep 300",
            "did not start",
            "start it by hand",
        ),
    ];
    for (script, how, words) in table {
        let desk = Desk::with(script);
        let told = desk.fault().await;
        assert!(told.contains("is no use: it did not start: "), "{script}: {told}");
        assert!(told.contains(how) && told.contains(words) && !told.contains("dbus"), "{script}: {told}");
        assert!(running_in(desk.dir.path()).is_empty(), "{script}");
    }
}

#[tokio::test(start_paused = true)]
async fn one_that_hangs_is_ended_at_its_limit() {
    let desk = Desk::with("echo waiting for the moon; sleep 300 & exec sleep 300");
    let told = desk.fault().await;
    assert!(told.contains("it did not listen within 30 s: "), "{told}");
    super::ended(&running_in(desk.dir.path())).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn one_that_works_is_started_once_and_its_version_is_told() {
    let Some(real) = real() else { return };
    let desk = Desk::with(&format!("exec {} \"$@\"", real.display()));
    let probe = BrowserProbe::new(Chromium::set_to(&desk.program()));
    for _ in 0..3 {
        let started = desk.started(&probe).await;
        assert_eq!(started.chromium.path().unwrap(), desk.program());
        assert!(started.words.contains(", version "), "{}", started.words);
        let is_root = nix::unistd::geteuid().is_root();
        assert_eq!(started.words.contains("refuses to the superuser"), is_root, "{}", started.words);
    }
    assert_eq!(desk.starts(), 1, "what works is believed");
    super::ended(&running_in(desk.dir.path())).await;
}

#[tokio::test]
async fn one_that_is_mended_or_installed_later_is_found() {
    let desk = Desk::with("exit 1");
    let probe = BrowserProbe::new(Chromium::set_to(&desk.program()));
    for _ in 0..3 {
        assert!(desk.started(&probe).await.chromium.missing().is_some());
    }
    assert_eq!(desk.starts(), 1, "it is not tried again at once");
    // Meanwhile the person removes it, and installs another.
    fs::remove_file(desk.program()).unwrap();
    let gone = desk.started(&probe).await;
    assert!(gone.chromium.missing().unwrap().contains("where there is no program"), "{gone:?}");
    desk.install("exit 2");
    assert!(desk.started(&probe).await.chromium.missing().unwrap().contains("exit code 2"));
    assert_eq!(desk.starts(), 2);
    tokio::time::pause();
    tokio::time::advance(Duration::from_secs(121)).await;
    desk.install("exit 3");
    assert!(desk.started(&probe).await.chromium.missing().unwrap().contains("exit code 3"));
    assert_eq!(desk.starts(), 3, "after a while it is");
}

#[tokio::test]
async fn a_setting_turns_it_off() {
    let off = Chromium::set_to(Path::new("off"));
    assert!(off.missing().unwrap().contains("is set to \"off\""), "{off:?}");
    assert_eq!(off.again(), off);
}
