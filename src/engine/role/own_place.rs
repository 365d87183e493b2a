//! What is an attempt's own while others try things beside it: ports, a data folder, a folder for temporary files.

use std::fs;
use std::net::{Ipv4Addr, TcpListener};
use std::path::{Path, PathBuf};
use std::sync::Arc;

use crate::domain::environment::Service;
use crate::engine::context::{EngineContext, blocking};
use crate::engine::error::EngineError;

/// The ports and folders of one attempt. The folders go with it.
#[derive(Debug)]
pub struct OwnPlace {
    dir: PathBuf,
    /// The variables that name them to its programs.
    pub env: Vec<(String, String)>,
    /// What its brief says of them.
    pub note: String,
}

impl OwnPlace {
    /// Makes a place under a name that no attempt at the same time has; what is left of an older one is removed.
    ///
    /// # Errors
    /// When the disk has no room for it, or the machine no port.
    pub(super) async fn create(engine: &Arc<EngineContext>, name: &str) -> Result<Self, EngineError> {
        let dir = engine.scratch_dir().join("own").join(name);
        let services = engine.environment(|environment| environment.services.clone());
        let failed = |error| {
            EngineError::Unfit(format!("failed to make the ports and folders of a validator: {error}"))
        };
        blocking(move || Self::at(dir, &services).map_err(failed)).await
    }

    fn at(dir: PathBuf, services: &[Service]) -> std::io::Result<Self> {
        if dir.exists() {
            fs::remove_dir_all(&dir)?;
        }
        let (data, tmp) = (dir.join("data"), dir.join("tmp"));
        fs::create_dir_all(&data)?;
        fs::create_dir_all(&tmp)?;
        let listening: Vec<&Service> = services.iter().filter(|service| service.port.is_some()).collect();
        let ports = free_ports(listening.len().max(1))?;
        let first = ports.first().copied().unwrap_or_default();
        let env = [
            ("PORT", first.to_string()),
            ("FLIGHTDECK_PORT", first.to_string()),
            ("FLIGHTDECK_DATA", data.display().to_string()),
            ("TMPDIR", tmp.display().to_string()),
        ];
        let env = env.map(|(name, value)| (name.to_owned(), value)).into();
        Ok(Self { note: note(first, &data, &listening, &ports), dir, env })
    }
}

impl Drop for OwnPlace {
    fn drop(&mut self) {
        if let Err(error) = fs::remove_dir_all(&self.dir) {
            tracing::debug!(%error, dir = %self.dir.display(), "what is left of an attempt stays until the next one");
        }
    }
}

fn note(port: u16, data: &Path, services: &[&Service], ports: &[u16]) -> String {
    let mut text = format!(
        "\n## Yours alone\nOthers try things on this machine at the same time. Listen on your own port only, and write only to \
         your checkout and these folders.\n- port: {port} (`$PORT`, `$FLIGHTDECK_PORT`)\n- data: {} \
         (`$FLIGHTDECK_DATA`); temporary files: `$TMPDIR`\n",
        data.display()
    );
    for (service, port) in services.iter().zip(ports) {
        text += &format!("- {}\n", mapped(service, *port));
    }
    text
}

/// How a service is started on another port than its own.
fn mapped(service: &Service, port: u16) -> String {
    let old = service.port.unwrap_or_default();
    let run = renumbered(service.run.as_str(), old, port);
    let mut set: Vec<String> = Vec::new();
    for (name, value) in service.env.iter().filter(|(name, _)| *name != "PORT") {
        set.push(format!("{name}={}", renumbered(value, old, port)));
    }
    set.push(format!("PORT={port}"));
    let told = run != service.run.as_str()
        || service.env.values().any(|value| renumbered(value, old, port) != *value);
    let unless = if told {
        String::new()
    } else {
        format!(
            "; should it listen on {old} all the same, set its port where it can be set, or leave it alone"
        )
    };
    format!("{}: `{} {run}` instead of port {old}{unless}", service.name, set.join(" "))
}

/// A text in which one number is replaced by another, where it stands as a number of its own.
fn renumbered(text: &str, old: u16, new: u16) -> String {
    let old = old.to_string();
    let pieces = text.split_inclusive(|c: char| !c.is_ascii_digit()).map(|piece| {
        let digits = piece.trim_end_matches(|c: char| !c.is_ascii_digit());
        if digits == old { format!("{new}{}", &piece[digits.len()..]) } else { piece.to_owned() }
    });
    pieces.collect()
}

/// So many ports that were free a moment ago, all different.
fn free_ports(count: usize) -> std::io::Result<Vec<u16>> {
    let listeners: Vec<TcpListener> =
        (0..count).map(|_| TcpListener::bind((Ipv4Addr::LOCALHOST, 0))).collect::<std::io::Result<_>>()?;
    listeners.iter().map(|listener| Ok(listener.local_addr()?.port())).collect()
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use super::*;
    use crate::domain::environment::Health;
    use crate::domain::text::{Line, Title};

    fn service(run: &str, env: &[(&str, &str)]) -> Service {
        let env: BTreeMap<_, _> =
            env.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect();
        let (name, run) = (Title::clipped("web"), Line::clipped(run));
        Service { name, run, port: Some(8080), health: Health::None, after: Vec::new(), env }
    }

    #[test]
    fn a_service_is_told_how_to_start_on_another_port() {
        let table = [
            (
                service("serve -p 8080 --db 18080", &[]),
                "web: `PORT=4000 serve -p 4000 --db 18080` instead of port 8080",
            ),
            (
                service("./web", &[("ADDR", "127.0.0.1:8080"), ("PORT", "8080")]),
                "web: `ADDR=127.0.0.1:4000 PORT=4000 ./web` instead of port 8080",
            ),
            (
                service("./web", &[]),
                "web: `PORT=4000 ./web` instead of port 8080; should it listen on 8080 all the same, set its port where it can be set, or leave it alone",
            ),
        ];
        for (service, expected) in table {
            assert_eq!(mapped(&service, 4000), expected);
        }
    }

    #[test]
    fn two_at_once_share_nothing_and_leave_nothing() {
        let home = tempfile::tempdir().unwrap();
        let services = [service("./web", &[]), service("./admin", &[])];
        let place = |name: &str| OwnPlace::at(home.path().join(name), &services).unwrap();
        let (one, other) = (place("F1"), place("F2"));
        let values = |place: &OwnPlace| place.env.iter().map(|(_, value)| value.clone()).collect::<Vec<_>>();
        assert!(values(&one).iter().all(|value| !values(&other).contains(value)), "{one:?} {other:?}");
        assert!(
            values(&one)[2..]
                .iter()
                .all(|dir| Path::new(dir).is_dir() && one.note.contains(&values(&one)[2]))
        );
        fs::write(Path::new(&values(&one)[2]).join("old"), "x").unwrap();
        let again = place("F1");
        assert!(!Path::new(&values(&again)[2]).join("old").exists(), "nobody finds what another one left");
        drop((one, other, again));
        assert_eq!(fs::read_dir(home.path()).unwrap().count(), 0);
    }
}
