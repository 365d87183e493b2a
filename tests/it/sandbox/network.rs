//! What of the network programs reach where it is not open: their own loopback, what is listed, and nothing else.

use std::collections::BTreeSet;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use flightdeck::instrument::http::{HttpDriver, HttpRequest};
use flightdeck::workspace::process::Finished;
use flightdeck::workspace::sandbox::{Host, NetworkPolicy};
use flightdeck::workspace::services::{Health, ServiceDirs};
use flightdeck::workspace::{Access, Jail, Reaper, SandboxOptions, ServiceSpec, Services, WorkspaceError};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpListener;
use tokio_util::sync::CancellationToken;

use super::ground::{Ground, Kept};

/// A page server of this machine's, outside of every sandbox.
async fn page() -> u16 {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let port = listener.local_addr().unwrap().port();
    tokio::spawn(async move {
        while let Ok((mut stream, _)) = listener.accept().await {
            let mut request = vec![0; 2048];
            let count = stream.read(&mut request).await.unwrap_or_default();
            let line =
                String::from_utf8_lossy(&request[..count]).lines().next().unwrap_or_default().to_owned();
            let body = format!("outside heard {line}");
            let head =
                format!("HTTP/1.1 200 OK\r\nContent-Length: {}\r\nConnection: close\r\n\r\n", body.len());
            stream.write_all(format!("{head}{body}").as_bytes()).await.ok();
        }
    });
    port
}

fn ground(network: NetworkPolicy, hosts: &[String]) -> Option<Ground> {
    let hosts = hosts.iter().map(|host| host.parse().unwrap()).collect();
    Ground::with(Kept::Bubblewrap, SandboxOptions { network, hosts, ..SandboxOptions::default() })
}

async fn run(ground: &Ground, jail: &Jail, line: &str) -> (Finished, Option<String>) {
    let program = ground.program(Access::Write, line).jailed(jail).timeout(Duration::from_secs(30));
    let finished = program.run(CancellationToken::new(), |_| {}).await.unwrap();
    let refusal = program.refusal(&finished);
    (finished, refusal)
}

/// A request by way of the proxy, in a tunnel or plain, whatever `NO_PROXY` says.
fn asks(url: &str, is_tunnel: bool) -> String {
    let tunnel = if is_tunnel { "c.set_tunnel(u.hostname, u.port)" } else { "path = sys.argv[1]" };
    let script = format!(
        "import sys, os, http.client, urllib.parse as p\n\
         u = p.urlsplit(sys.argv[1]); x = p.urlsplit(os.environ['HTTPS_PROXY']); path = u.path\n\
         c = http.client.HTTPConnection(x.hostname, x.port, timeout=20)\n\
         {tunnel}\n\
         c.request('GET', path)\n\
         r = c.getresponse(); print(r.status, r.reason, r.read().decode())"
    );
    format!("python3 -c \"{script}\" {url}")
}

#[tokio::test]
async fn what_is_listed_is_reached_and_nothing_else() {
    let (named, other) = (page().await, page().await);
    let hosts = [format!("localhost:{named}"), "*.example.com".to_owned()];
    let Some(ground) = ground(NetworkPolicy::Listed, &hosts) else { return };
    let jail = ground.jail(Access::Write);
    let asked: Arc<Mutex<BTreeSet<String>>> = Arc::default();
    let heard = Arc::clone(&asked);
    ground.sandbox().network().unwrap().judged_by(Box::new(move |host| {
        heard.lock().unwrap().insert(host.to_string());
        host.covers(&"planned.test".parse().unwrap())
    }));
    let said = |line: String| {
        let (ground, jail) = (&ground, &jail);
        async move {
            let (finished, refusal) = run(ground, jail, &line).await;
            (finished.output.text, refusal.unwrap_or_default())
        }
    };
    for is_tunnel in [true, false] {
        let (text, refusal) = said(asks(&format!("http://localhost:{named}/a?b"), is_tunnel)).await;
        assert_eq!(
            text,
            "200 OK outside heard GET /a HTTP/1.1\n".replace("/a ", if is_tunnel { "/a " } else { "/a?b " })
        );
        assert_eq!(refusal, "");
    }
    let (text, _) = said(format!("python3 -c \"import urllib.request as r; print(r.urlopen('http://127.0.0.1:{named}/').read().decode())\"")).await;
    assert!(text.starts_with("outside heard GET / "), "{text}");
    for is_tunnel in [true, false] {
        let (text, refusal) = said(asks(&format!("http://localhost:{other}/"), is_tunnel)).await;
        assert!(text.contains("not among the hosts that programs may reach"), "{text}");
        assert!(refusal.starts_with(&format!("`localhost:{other}` may not be reached")), "{refusal}");
    }
    let (text, refusal) = said(asks("http://evil.test/", false)).await;
    assert!(text.starts_with("403 evil.test:80 is not among"), "{text}");
    assert!(refusal.contains("the person is asked"), "{refusal}");
    assert_eq!(
        *asked.lock().unwrap(),
        BTreeSet::from([format!("localhost:{other}"), "evil.test:80".to_owned()])
    );

    let network = ground.sandbox().network().unwrap();
    network.allow(format!("localhost:{other}").parse().unwrap(), None);
    let (text, refusal) = said(asks(&format!("http://localhost:{other}/"), true)).await;
    assert_eq!((text.starts_with("200 OK"), refusal.as_str()), (true, ""), "{text}");
    network.allow("127.0.0.1:1".parse().unwrap(), Some(Duration::ZERO));
    let (text, _) = said(asks("http://127.0.0.1:1/", true)).await;
    assert!(text.contains("not among the hosts"), "its time is over: {text}");
}

#[tokio::test]
async fn a_name_that_leads_back_to_this_machine_is_no_host_of_others() {
    let port = page().await;
    // What the system takes for an address of its own, and what names it by another name.
    let hosts =
        [format!("0.0.0.0:{port}"), format!("ip6-localhost:{port}"), format!("localhost.localdomain:{port}")];
    let Some(ground) = ground(NetworkPolicy::Listed, &hosts) else { return };
    let jail = ground.jail(Access::Write);
    for host in &hosts {
        let (finished, _) = run(&ground, &jail, &asks(&format!("http://{host}/"), true)).await;
        assert!(!finished.output.text.contains("outside heard"), "{host}: {}", finished.output.text);
    }
}

#[tokio::test]
async fn a_local_network_has_no_way_out() {
    let (named, other) = (page().await, page().await);
    let hosts = [format!("localhost:{named}"), "example.com".to_owned()];
    let Some(ground) = ground(NetworkPolicy::Local, &hosts) else { return };
    let jail = ground.jail(Access::Write);
    for (way, words) in [
        (asks("http://example.com/", false), "403"),
        (asks(&format!("http://localhost:{other}/"), true), "no network but its own loopback"),
        (format!("python3 -c \"import socket; socket.create_connection(('127.0.0.1', {other}), 3)\""), "refused"),
        ("python3 -c \"import socket; socket.create_connection(('192.0.2.1', 80), 3)\"".to_owned(), "unreachable"),
        ("python3 -c \"import socket; socket.create_connection(('2001:db8::1', 80), 3)\"".to_owned(), "unreachable"),
        ("python3 -c \"import socket; socket.getaddrinfo('example.com', 80)\"".to_owned(), "gaierror"),
        ("python3 -c \"import socket as s; s.socket(s.AF_INET, s.SOCK_DGRAM).sendto(b'x', ('192.0.2.1', 53))\"".to_owned(), "unreachable"),
    ] {
        let (finished, refusal) = run(&ground, &jail, &way).await;
        assert!(finished.output.text.contains(words), "{way}: {}", finished.output.text);
        assert!(words == "refused" || refusal.is_some(), "{way}");
    }
    let line = format!("echo 'connect to localhost port {other}: Connection refused'; exit 1");
    let (_, refusal) = run(&ground, &jail, &line).await;
    assert!(refusal.unwrap().contains(&format!("names `localhost:{other}` in `sandbox.hosts`")));
    let (_, refusal) =
        run(&ground, &jail, "echo 'connect to localhost port 1: Connection refused'; exit 1").await;
    assert_eq!(refusal, None, "nobody is there");
    let named = format!(
        "python3 -c \"import urllib.request as r; print(r.urlopen('http://localhost:{named}/').status)\""
    );
    let (finished, _) = run(&ground, &jail, &named).await;
    assert_eq!(finished.output.text, "200\n", "what the person named is there");
}

/// A server in the sandbox: testers, health checks and other sandboxes of the mission reach it, this machine does not.
#[tokio::test]
async fn services_are_reached_by_the_mission_and_by_nobody_else() {
    let Some(ground) = ground(NetworkPolicy::Local, &[]) else { return };
    let (jail, other) = (ground.jail(Access::Proof), ground.jail(Access::Write));
    let port = 8_017;
    // This machine's own port of that number is somebody else's.
    let taken = TcpListener::bind(("127.0.0.1", port)).await;
    let spec = ServiceSpec {
        port: Some(port),
        health: Health::Http { path: "/".to_owned() },
        ..ServiceSpec::new("web", format!("exec python3 -m http.server {port} --bind 127.0.0.1"))
    };
    let dirs = ServiceDirs {
        dir: ground.place(Access::Proof),
        logs: ground.person.join("logs"),
        env: Vec::new(),
        reaper: Reaper::start().unwrap(),
        jail: jail.clone(),
    };
    let mut services = Services::start(vec![spec.clone()], &dirs).await.unwrap();
    let visitor = HttpDriver::new(Duration::from_secs(5)).on(jail.loopback());
    let exchange =
        visitor.send(&HttpRequest::new("GET", format!("http://localhost:{port}/main.txt"))).await.unwrap();
    assert_eq!((exchange.answer.status, exchange.answer.body.text().as_str()), (200, "one\n"));
    let line = format!(
        "python3 -c \"import urllib.request as r; print(r.urlopen('http://127.0.0.1:{port}/main.txt').read())\""
    );
    let (finished, _) = run(&ground, &other, &line).await;
    assert_eq!(finished.output.text, "b'one\\n'\n");
    let mirror = jail.loopback().mirror(port).await.unwrap();
    let through = HttpDriver::new(Duration::from_secs(5));
    let url = format!("http://127.0.0.1:{}/main.txt", mirror.port);
    assert_eq!(through.send(&HttpRequest::new("GET", url)).await.unwrap().answer.status, 200);

    let Err(WorkspaceError::PortBusy { holder, .. }) = Services::start(vec![spec], &dirs).await else {
        panic!("its port is taken")
    };
    assert!(holder.contains("http.server"), "{holder}");
    assert_eq!(services.stop_all().await, Vec::new());
    drop(taken);
}

#[tokio::test]
async fn readers_have_no_loopback_of_others() {
    let Some(ground) = ground(NetworkPolicy::Listed, &[]) else { return };
    let jail = ground.jail(Access::Read);
    let program = ground.program(Access::Read, "python3 -c \"import socket; socket.socket()\"").jailed(&jail);
    let finished = program.run(CancellationToken::new(), |_| {}).await.unwrap();
    assert!(finished.output.text.contains("PermissionError"), "{}", finished.output.text);
}

#[test]
fn without_bubblewrap_a_network_that_is_to_be_kept_is_refused() {
    let options = |network| SandboxOptions { network, ..SandboxOptions::default() };
    let sandbox = flightdeck::workspace::Sandbox::of_this_machine(options(NetworkPolicy::Listed));
    let refused = sandbox.missing().unwrap_err().to_string();
    assert!(refused.contains("`sandbox.network`") && refused.contains("bubblewrap"), "{refused}");
    assert!(flightdeck::workspace::Sandbox::of_this_machine(options(NetworkPolicy::Open)).missing().is_ok());
    assert!("https://a.com".parse::<Host>().is_err());
}
