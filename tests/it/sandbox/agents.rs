//! Agents that have tools of their own: they have their own folders of the person's home, their tools and the network, and
//! nothing else.

use std::fs;
use std::os::unix::net::UnixListener;

use flightdeck::workspace::sandbox::{Lent, NetworkPolicy};
use flightdeck::workspace::{Access, Jail, SandboxOptions};
use tokio_util::sync::CancellationToken;

use super::ground::{Ground, Kept};

fn ground(network: NetworkPolicy) -> Option<Ground> {
    let ground = Ground::with(Kept::Bubblewrap, SandboxOptions { network, ..SandboxOptions::default() })?;
    for (file, text) in
        [(".mine/auth.json", "token\n"), (".mine.json", "settings\n"), (".other/auth.json", "SECRET\n")]
    {
        let file = ground.person.join(file);
        fs::create_dir_all(file.parent().unwrap()).unwrap();
        fs::write(file, text).unwrap();
    }
    Some(ground)
}

fn jail(ground: &Ground, access: Access) -> Jail {
    let mut reach = ground.reach(access);
    reach.home = ground.mission.join("home/agent");
    let lent = [".mine", ".mine.json", ".missing"]
        .map(|part| Lent { from: ground.person.join(part), to: reach.home.join(part) });
    ground.sandbox().jail_of_agent(&reach, lent.into()).unwrap()
}

async fn run(ground: &Ground, access: Access, jail: &Jail, line: &str) -> String {
    let program = ground.program(access, line).jailed(jail).nesting();
    let finished = program.run(CancellationToken::new(), |_| {}).await.unwrap();
    format!("{}: {}", finished.exit, finished.output.text.trim_end())
}

#[tokio::test]
async fn an_agent_has_what_is_its_own_and_nothing_else_of_the_home() {
    for access in [Access::Read, Access::Write, Access::Proof] {
        let Some(ground) = ground(NetworkPolicy::Open) else { return };
        let jail = jail(&ground, access);
        let run = |line: &'static str| {
            let (ground, jail) = (&ground, &jail);
            async move { run(ground, access, jail, line).await }
        };
        assert_eq!(run("cat ~/.mine/auth.json ~/.mine.json").await, "exit code 0: token\nsettings");
        assert_eq!(
            run("echo new > ~/.mine/auth.json && mv ~/.mine.json ~/x && ls -A ~ | grep -c mine").await,
            "exit code 0: 1"
        );
        assert_eq!(fs::read_to_string(ground.person.join(".mine/auth.json")).unwrap(), "new\n");
        assert_eq!(fs::read_to_string(ground.person.join(".mine.json")).unwrap(), "settings\n", "a copy");
        for line in [
            "cat ~/.other/auth.json",
            "cat $PERSON/.other/auth.json",
            "cat $PERSON/.mine/auth.json",
            "ls $PERSON/.ssh",
        ] {
            assert!(!run(line).await.starts_with("exit code 0"), "{line}");
        }
        // What it does to the checkout is its role's.
        let changes = run("echo x > changed").await.starts_with("exit code 0");
        assert_eq!(changes, access != Access::Read, "{access:?}");
        assert!(
            run("python3 -c 'import socket; socket.socket()'").await.starts_with("exit code 0"),
            "its model"
        );
        let bus =
            "python3 -c 'import os, socket; socket.socket(socket.AF_UNIX).connect(os.environ[\"BUS\"])'";
        assert!(!run(bus).await.starts_with("exit code 0"), "the person's own sockets");
    }
}

/// What is lent is put into a home in which an earlier session of the agent's has worked.
#[tokio::test]
async fn what_is_lent_leads_through_no_link_that_the_agent_left() {
    let Some(ground) = ground(NetworkPolicy::Open) else { return };
    let first = jail(&ground, Access::Write);
    let plants = "rm ~/.mine.json && ln -s $PERSON/.bashrc ~/.mine.json";
    assert_eq!(run(&ground, Access::Write, &first, plants).await, "exit code 0: ");
    drop(first);
    let before = ground.untouchable();
    let again = jail(&ground, Access::Write);
    assert_eq!(run(&ground, Access::Write, &again, "cat ~/.mine.json").await, "exit code 0: settings");
    assert_eq!(ground.untouchable(), before);
}

#[tokio::test]
async fn an_agent_is_connected_with_its_tools_over_a_socket_and_a_port() {
    let Some(ground) = ground(NetworkPolicy::Local) else { return };
    let jail = jail(&ground, Access::Write);
    let socket = format!("{}/tools.sock", jail.temporary().unwrap());
    let _listening = UnixListener::bind(&socket).unwrap();
    let line = format!("python3 -c 'import socket; socket.socket(socket.AF_UNIX).connect(\"{socket}\")'");
    assert_eq!(run(&ground, Access::Write, &jail, &line).await, "exit code 0: ");
    let listener = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let port = listener.local_addr().unwrap().port();
    let connects =
        format!("python3 -c 'import socket; socket.create_connection((\"127.0.0.1\", {port})).recv(1)'");
    assert!(run(&ground, Access::Write, &jail, &connects).await.contains("refused"), "nobody lent it");
    jail.loopback().lend(port).unwrap();
    let accepting = std::thread::spawn(move || listener.accept().map(drop));
    assert_eq!(run(&ground, Access::Write, &jail, &connects).await, "exit code 0: ");
    accepting.join().unwrap().unwrap();
    jail.loopback().lend(port).unwrap();
}

#[tokio::test]
async fn without_bubblewrap_an_agent_stays_outside() {
    let Some(ground) = Ground::new(Kept::Landlock) else { return };
    assert!(!ground.sandbox().keeps_agents());
}
