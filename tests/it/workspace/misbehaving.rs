//! Services that do not behave: each ends in a clear verdict within its limit, and nothing of it is left.

use std::io::Write;
use std::net::{TcpListener, TcpStream};
use std::path::Path;
use std::time::Duration;

use flightdeck::workspace::services::{Health, PortLease, ServiceDirs, lease};
use flightdeck::workspace::sweep::{MARK, Swept, marked, sweep};
use flightdeck::workspace::{Exit, Jail, Reaper, ServiceSpec, Services};

/// A server that misbehaves as its first argument says.
const SERVER: &str = r"
import http.server, os, signal, sys, time
mode, port = sys.argv[1], int(os.environ['PORT'])
if mode == 'late':
    time.sleep(1)
if mode == 'mortal':
    import subprocess, threading
    subprocess.Popen(['sleep', '300'])
    def die():
        print('out of memory', flush=True)
        os._exit(7)
if mode == 'stubborn':
    signal.signal(signal.SIGTERM, signal.SIG_IGN)
if mode == 'daemon':
    if os.fork():
        os._exit(0)
    os.setsid()
    if os.fork():
        os._exit(0)
class Handler(http.server.BaseHTTPRequestHandler):
    def do_GET(self):
        self.send_response(500 if mode == 'broken' else 200)
        self.end_headers()
        if mode == 'mortal' and self.path == '/last':
            threading.Timer(0.1, die).start()
    def log_message(self, *_):
        pass
http.server.HTTPServer(('127.0.0.1', port), Handler).serve_forever()
";

struct Ground {
    dir: tempfile::TempDir,
    lease: PortLease,
}

impl Ground {
    /// Nothing where there is no Python to be a server.
    fn new() -> Option<Self> {
        let path = std::env::var_os("PATH")?;
        if !std::env::split_paths(&path).any(|dir| dir.join("python3").is_file()) {
            eprintln!("not tested: there is no python3 to serve");
            return None;
        }
        let dir = tempfile::tempdir().unwrap();
        std::fs::write(dir.path().join("serve.py"), SERVER).unwrap();
        Some(Self { dir, lease: lease().unwrap() })
    }

    fn port(&self) -> u16 {
        self.lease.port()
    }

    fn mark(&self) -> String {
        self.dir.path().display().to_string()
    }

    fn dirs(&self) -> ServiceDirs {
        ServiceDirs {
            dir: self.dir.path().to_owned(),
            logs: self.dir.path().join("logs"),
            env: vec![(MARK.to_owned(), self.mark()), ("PORT".to_owned(), self.port().to_string())],
            reaper: Reaper::None,
            jail: Jail::default(),
        }
    }

    fn spec(&self, line: &str) -> ServiceSpec {
        ServiceSpec {
            port: Some(self.port()),
            health: Health::Http { path: "/".into() },
            start_timeout: Duration::from_secs(20),
            ..ServiceSpec::new("web", line)
        }
    }

    fn nothing_is_left(&self, what: &str) {
        assert_eq!(marked((MARK, &self.mark())), Vec::<i32>::new(), "{what} leaves processes");
        assert!(TcpListener::bind(("127.0.0.1", self.port())).is_ok(), "{what} leaves its port taken");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn what_does_not_come_up_says_why_and_leaves_nothing() {
    let Some(ground) = Ground::new() else { return };
    let soon = Duration::from_millis(1500);
    let table = [
        ("answers with 500", "exec python3 serve.py broken", soon, "GET / answered 500"),
        ("never listens", "echo pondering; exec sleep 300", soon, "takes no connections"),
        ("starts again and again", "while :; do echo no database; sleep 0.05; done", soon, "no database"),
        ("fails", "echo no database; exit 3", soon, "it ended with exit code 3"),
        ("does its work and ends", "echo pondering", soon, "must stay in the foreground"),
        (
            "goes to the background of its shell",
            "python3 serve.py late & sleep 0.2",
            Duration::from_secs(20),
            "must stay in the foreground",
        ),
    ];
    for (what, line, start_timeout, words) in table {
        let spec = ServiceSpec { start_timeout, ..ground.spec(line) };
        let error = Services::start(vec![spec], &ground.dirs()).await.unwrap_err().to_string();
        assert!(error.contains(words), "{what}: {error}");
        ground.nothing_is_left(what);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn what_comes_up_in_its_own_way_is_ended_whole() {
    let Some(ground) = Ground::new() else { return };
    let table = [
        ("late", "exec python3 serve.py late"),
        ("stubborn", "exec python3 serve.py stubborn"),
        ("daemon", "exec python3 serve.py daemon"),
    ];
    for (mode, line) in table {
        let spec = ground.spec(line);
        let mut services = Services::start(vec![spec], &ground.dirs()).await.unwrap();
        assert_eq!(services.status()[0].ended, None, "{mode}");
        let mark = ground.mark();
        let swept = tokio::task::spawn_blocking(move || sweep((MARK, &mark))).await.unwrap();
        assert!(matches!(swept, Swept::Killed(pids) if pids.is_empty()), "{mode}: a sweep leaves it alone");
        assert!(TcpStream::connect(("127.0.0.1", ground.port())).is_ok(), "{mode}");
        services.stop_all().await;
        ground.nothing_is_left(mode);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_service_that_takes_anothers_port_is_named() {
    let Some(ground) = Ground::new() else { return };
    let thief = ServiceSpec {
        port: None,
        health: Health::None,
        ..ServiceSpec::new("thief", "python3 serve.py plain")
    };
    // The thief has no health to wait for: it takes the port before or after the other one is started.
    let late = ServiceSpec { after: vec!["thief".into()], ..ground.spec("exec sleep 300") };
    let error = Services::start(vec![thief, late], &ground.dirs()).await.unwrap_err().to_string();
    assert!(error.contains("service `web` did not come up"), "{error}");
    assert!(error.contains("service `thief`") || error.contains("answered by another service"), "{error}");
    ground.nothing_is_left("a thief");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_service_that_prints_without_end_fills_no_disk() {
    let Some(ground) = Ground::new() else { return };
    let spec = ground.spec("yes 0123456789012345678901234567890123456789 & exec python3 serve.py plain");
    let mut services = Services::start(vec![spec], &ground.dirs()).await.unwrap();
    let logs = ground.dir.path().join("logs");
    let size = |name: &str| std::fs::metadata(Path::new(&logs).join(name)).map_or(0, |found| found.len());
    while size("web.log.older") == 0 {
        tokio::time::sleep(Duration::from_millis(10)).await;
    }
    assert!(size("web.log") + size("web.log.older") < 9 * 1024 * 1024);
    let tail = services.logs("web").unwrap();
    assert!(tail.contains("0123456789") && tail.len() <= 5 * 1024, "{}", tail.len());
    services.stop_all().await;
    ground.nothing_is_left("much output");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_service_that_dies_midway_is_told_and_its_children_go_with_it() {
    let Some(ground) = Ground::new() else { return };
    let services =
        Services::start(vec![ground.spec("exec python3 serve.py mortal")], &ground.dirs()).await.unwrap();
    assert_eq!((services.status()[0].ended, marked((MARK, &ground.mark())).len()), (None, 2));
    let mut stream = TcpStream::connect(("127.0.0.1", ground.port())).unwrap();
    stream.write_all(b"GET /last HTTP/1.0\r\n\r\n").unwrap();
    while services.status()[0].ended.is_none() {
        tokio::time::sleep(Duration::from_millis(10)).await;
    }
    assert_eq!(services.status()[0].ended, Some(Exit::Code(7)));
    assert!(services.logs("web").unwrap().contains("out of memory"));
    ground.nothing_is_left("one that died");
    let mut services =
        Services::start(vec![ground.spec("exec python3 serve.py mortal")], &ground.dirs()).await.unwrap();
    assert_eq!(services.status()[0].ended, None, "it can be started again on the same port");
    services.stop_all().await;
    ground.nothing_is_left("one that was started again");
}
