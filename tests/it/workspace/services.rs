//! Services of an app, started and stopped.

use std::collections::BTreeMap;
use std::net::TcpListener;
use std::path::Path;
use std::time::Duration;

use flightdeck::workspace::process::Exit;
use flightdeck::workspace::services::{Health, ServiceDirs};
use flightdeck::workspace::watch::watch;
use flightdeck::workspace::{Jail, Reaper, ServiceSpec, Services, WorkspaceError};
use pretty_assertions::assert_eq;

use super::process::until_dead;

fn place(directory: &Path) -> ServiceDirs {
    ServiceDirs {
        dir: directory.to_owned(),
        logs: directory.join("logs"),
        env: vec![("SHARED".into(), "shared".into())],
        reaper: Reaper::None,
        jail: Jail::default(),
    }
}

fn free_port() -> u16 {
    TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port()
}

/// A service that answers over HTTP, when there is a Python to be it.
fn web(name: &str, port: u16, path: &str) -> ServiceSpec {
    let health = Health::Http { path: path.into() };
    let run = format!("exec python3 -u -m http.server --bind 127.0.0.1 {port}");
    ServiceSpec { port: Some(port), health, ..ServiceSpec::new(name, run) }
}

fn has_python() -> bool {
    std::env::var_os("PATH")
        .is_some_and(|path| std::env::split_paths(&path).any(|dir| dir.join("python3").is_file()))
}

#[tokio::test]
async fn services_start_in_order_with_their_environment_and_are_stopped() {
    let directory = tempfile::tempdir().unwrap();
    std::fs::create_dir(directory.path().join("sub")).unwrap();
    let line = |name: &str| format!("cd sub; echo {name} >> ../order; echo $SHARED $OWN; exec sleep 300");
    let first = ServiceSpec {
        env: BTreeMap::from([("OWN".into(), "own".into())]),
        ..ServiceSpec::new("db", line("db"))
    };
    let second = ServiceSpec { after: vec!["db".into()], ..ServiceSpec::new("api", line("api")) };
    let mut services = Services::start(vec![second, first], &place(directory.path())).await.unwrap();
    let status = services.status();
    let names: Vec<_> = status.iter().map(|one| (one.name.as_str(), one.ended)).collect();
    assert_eq!(names, [("db", None), ("api", None)]);
    while services.logs("db").unwrap() != "shared own\n" {
        tokio::time::sleep(Duration::from_millis(10)).await;
    }
    let error = services.logs("web").unwrap_err().to_string();
    assert!(error.contains("the services are: db, api"), "{error}");
    services.stop_all().await;
    for one in status {
        until_dead(one.pid).await;
    }
    assert!(services.status().is_empty());
}

#[tokio::test]
async fn a_service_is_up_when_its_health_says_so() {
    if !has_python() {
        eprintln!("not tested: there is no python3 to serve");
        return;
    }
    let directory = tempfile::tempdir().unwrap();
    let port = free_port();
    let services = Services::start(vec![web("web", port, "/")], &place(directory.path())).await.unwrap();
    let pid = services.status()[0].pid;
    assert!(std::net::TcpStream::connect(("127.0.0.1", port)).is_ok());
    let error = Services::start(vec![web("web", port, "/")], &place(directory.path())).await.unwrap_err();
    assert!(matches!(error, WorkspaceError::PortBusy { .. }), "{error}");
    drop(services);
    until_dead(pid).await;
}

#[tokio::test]
async fn an_answer_of_the_wrong_kind_is_not_health() {
    if !has_python() {
        eprintln!("not tested: there is no python3 to serve");
        return;
    }
    let directory = tempfile::tempdir().unwrap();
    let missing =
        ServiceSpec { start_timeout: Duration::from_secs(5), ..web("web", free_port(), "/missing") };
    let error = Services::start(vec![missing], &place(directory.path())).await.unwrap_err().to_string();
    assert!(error.contains("GET /missing answered 404"), "{error}");
}

#[tokio::test]
async fn a_busy_port_is_named() {
    let directory = tempfile::tempdir().unwrap();
    let taken = TcpListener::bind("127.0.0.1:0").unwrap();
    let port = taken.local_addr().unwrap().port();
    let spec = ServiceSpec { port: Some(port), ..ServiceSpec::new("web", "touch started") };
    let error = Services::start(vec![spec], &place(directory.path())).await.unwrap_err().to_string();
    assert!(error.contains(&format!("port {port}")) && error.contains("`web`"), "{error}");
    assert!(!directory.path().join("started").exists());
}

#[tokio::test]
async fn a_service_that_fails_is_told_with_its_log_and_the_others_are_stopped() {
    let directory = tempfile::tempdir().unwrap();
    let good = ServiceSpec::new("good", "echo $$ > pid; exec sleep 300");
    let dead = ServiceSpec {
        port: Some(free_port()),
        health: Health::Tcp,
        ..ServiceSpec::new("bad", "while [ ! -s pid ]; do sleep 0.01; done; echo no such database; exit 4")
    };
    let error = Services::start(vec![good.clone(), dead], &place(directory.path())).await.unwrap_err();
    let text = error.to_string();
    assert!(text.contains("it ended with exit code 4") && text.contains("no such database"), "{text}");
    until_dead(std::fs::read_to_string(directory.path().join("pid")).unwrap().trim().parse().unwrap()).await;

    let silent = ServiceSpec {
        port: Some(free_port()),
        health: Health::Tcp,
        start_timeout: Duration::from_millis(300),
        ..ServiceSpec::new("silent", "echo thinking; exec sleep 300")
    };
    let text = Services::start(vec![silent], &place(directory.path())).await.unwrap_err().to_string();
    assert!(text.contains("takes no connections") && text.contains("thinking"), "{text}");
}

#[tokio::test]
async fn a_service_that_dies_later_is_seen() {
    let directory = tempfile::tempdir().unwrap();
    let specs = vec![ServiceSpec::new("brief", "until [ -e end ]; do sleep 0.01; done; exit 5")];
    let services = Services::start(specs, &place(directory.path())).await.unwrap();
    assert_eq!(services.status()[0].ended, None);
    std::fs::write(directory.path().join("end"), "").unwrap();
    while services.status()[0].ended.is_none() {
        tokio::time::sleep(Duration::from_millis(10)).await;
    }
    assert_eq!(services.status()[0].ended, Some(Exit::Code(5)));
}

#[tokio::test]
async fn a_watch_tells_of_writing_and_not_of_reading() {
    let directory = tempfile::tempdir().unwrap();
    let directory = std::fs::canonicalize(directory.path()).unwrap();
    let (read, written) = (directory.join("read"), directory.join("written"));
    std::fs::write(&read, "x").unwrap();
    let mut watching = watch(&[&directory], Duration::from_millis(20)).unwrap();
    std::fs::read(&read).unwrap();
    std::fs::write(&written, "x").unwrap();
    let changed = tokio::time::timeout(Duration::from_secs(20), watching.changed()).await.unwrap();
    assert!(changed.contains(&written) && !changed.contains(&read), "{changed:?}");
}
