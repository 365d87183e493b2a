//! What is an attempt's own while others try things beside it: ports, a data folder, a folder for temporary files. They
//! are its own on the whole machine, for as long as it lives.

use std::fs;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use crate::agent::tool::{App, Own};
use crate::domain::environment::{Health as DomainHealth, Listens, Service};
use crate::engine::context::{EngineContext, blocking};
use crate::engine::error::EngineError;
use crate::workspace::services::{
    DATA_DIR, Health, PORT, PortLease, ServiceDirs, expanded, lease, port_variable,
};
use crate::workspace::{Access, ServiceSpec, remove_directory};

/// The ports and folders of one attempt. The folders go with it.
#[derive(Debug)]
pub struct OwnPlace {
    dir: PathBuf,
    leases: Vec<PortLease>,
    ports: Vec<OwnPort>,
    /// The variables that name them to its programs.
    pub env: Vec<(String, String)>,
}

/// The port of one service that listens.
#[derive(Debug)]
struct OwnPort {
    service: Service,
    port: u16,
}

/// Which ports an attempt gets.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Ports {
    /// A fixed port stays: the services are started there.
    AsDeclared,
    /// Each service gets another one: several may try it at the same time.
    AllOwn,
}

impl OwnPlace {
    /// Makes a place under a name that no attempt of the mission at the same time has; what is left of an older one is
    /// removed.
    ///
    /// # Errors
    /// When the disk has no room for it, or the machine no port.
    pub async fn create(engine: &Arc<EngineContext>, name: &str, ports: Ports) -> Result<Self, EngineError> {
        let dir = engine.scratch_dir().join("own").join(name);
        let services = engine.environment(|environment| environment.services.clone());
        let failed = |error| {
            EngineError::Unfit(format!("failed to make the ports and folders of a validator: {error}"))
        };
        blocking(move || Self::at(dir, services, ports).map_err(failed)).await
    }

    /// The place of one command that the engine runs, which may start the app itself.
    ///
    /// # Errors
    /// As [`Self::create`].
    pub async fn of_command(engine: &Arc<EngineContext>) -> Result<Self, EngineError> {
        static NUMBER: AtomicU64 = AtomicU64::new(0);
        let name = format!("command-{}", NUMBER.fetch_add(1, Ordering::Relaxed));
        Self::create(engine, &name, Ports::AllOwn).await
    }

    fn at(dir: PathBuf, services: Vec<Service>, wanted: Ports) -> std::io::Result<Self> {
        remove_directory(&dir).map_err(std::io::Error::other)?;
        let (data, tmp) = (dir.join("data"), dir.join("tmp"));
        fs::create_dir_all(&data)?;
        fs::create_dir_all(&tmp)?;
        let (mut leases, mut ports) = (Vec::new(), Vec::new());
        for service in services {
            let port = match (service.listens(), wanted) {
                (Listens::Nowhere, _) => continue,
                (Listens::On(port), Ports::AsDeclared) => port,
                (Listens::On(_), Ports::AllOwn) | (Listens::OnAnyPort, _) => leased(&mut leases)?,
            };
            ports.push(OwnPort { service, port });
        }
        // Whoever tries an app without services may still start something that listens.
        let first = match ports.first() {
            Some(first) => first.port,
            None => leased(&mut leases)?,
        };
        let named = ports.iter().map(|own| (port_variable(own.service.name.as_str()), own.port.to_string()));
        let own = [
            (PORT.to_owned(), first.to_string()),
            (DATA_DIR.to_owned(), data.display().to_string()),
            ("TMPDIR".to_owned(), tmp.display().to_string()),
        ];
        let env = own.into_iter().chain(named).collect();
        Ok(Self { dir, leases, ports, env })
    }

    /// The home of whoever has these variables, where they name folders of one's own.
    pub fn home_beside(own: &[(String, String)]) -> Option<PathBuf> {
        let data = own.iter().find(|(name, _)| name == DATA_DIR);
        data.map(|(_, folder)| Path::new(folder).with_file_name("home"))
    }

    /// What somebody is told who tries things beside others.
    pub fn note(&self) -> String {
        let mut text = format!(
            "\n## Yours alone\nOthers try things on this machine at the same time. Listen on your own port only, and write only to \
             your checkout and these folders.\n- port: {} (`${PORT}`)\n- data: {} (`${DATA_DIR}`); temporary files: `$TMPDIR`\n",
            self.port(),
            self.data()
        );
        for own in &self.ports {
            text += &format!("- {}\n", own.mapped());
        }
        text
    }

    /// Where the services are reached, for somebody for whom they are started. The first one is the app.
    pub fn addresses(&self) -> String {
        let lines = self.ports.iter().enumerate().map(|(index, own)| {
            let name = own.service.name.as_str();
            let (word, variable) =
                if index == 0 { ("app", PORT.to_owned()) } else { (name, port_variable(name)) };
            format!("{word}: http://127.0.0.1:{} (`${variable}`)\n", own.port)
        });
        let data = format!(
            "data: {} (`${DATA_DIR}`), empty at first; it stays when the app is restarted\n",
            self.data()
        );
        format!("\n## Where it runs\n{}{data}", lines.collect::<String>())
    }

    /// A service as it is started here.
    pub fn spec(&self, service: &Service) -> ServiceSpec {
        let port = self.ports.iter().find(|own| own.service.name == service.name).map(|own| own.port);
        let mut variables = self.env.clone();
        variables.extend(port.map(|port| (PORT.to_owned(), port.to_string())));
        let env = service.env.iter().map(|(name, value)| (name.clone(), expanded(value, &variables)));
        let own_port = port.map(|port| (PORT.to_owned(), port.to_string()));
        ServiceSpec {
            port,
            health: match &service.health {
                DomainHealth::Http { path } => Health::Http { path: expanded(path.as_str(), &variables) },
                DomainHealth::Tcp => Health::Tcp,
                DomainHealth::None => Health::None,
            },
            after: service.after.iter().map(ToString::to_string).collect(),
            env: own_port.into_iter().chain(env).collect(),
            ..ServiceSpec::new(service.name.as_str(), service.run.as_str())
        }
    }

    /// The app of a checkout, with what is its own here; its services log under a name.
    ///
    /// # Errors
    /// As [`EngineContext::jail`].
    pub fn app(&self, engine: &EngineContext, dir: &Path, logs: &str) -> Result<App, EngineError> {
        let services = engine.environment(|environment| environment.services.clone());
        let dirs = ServiceDirs {
            dir: dir.to_owned(),
            logs: engine.dir.join("services").join(logs),
            env: engine.env().into_iter().chain(self.env.iter().cloned()).collect(),
            reaper: engine.reaper.clone(),
            jail: engine.jail(dir, Access::Proof, &self.env)?,
        };
        Ok(App::new(services.iter().map(|service| self.spec(service)).collect(), dirs))
    }

    /// What is one's own in that checkout, by name: another one's steps have other things under the same names.
    pub fn names(&self, dir: &Path) -> Own {
        let checkout = ("CHECKOUT".to_owned(), dir.display().to_string());
        Own::new(self.env.iter().cloned().chain([checkout]))
    }

    fn port(&self) -> &str {
        self.value(PORT)
    }

    fn data(&self) -> &str {
        self.value(DATA_DIR)
    }

    fn value(&self, name: &str) -> &str {
        self.env.iter().find(|(known, _)| known == name).map_or("", |(_, value)| value)
    }
}

impl Drop for OwnPlace {
    fn drop(&mut self) {
        tracing::debug!(ports = self.leases.len(), dir = %self.dir.display(), "an attempt's own place is given back");
        if let Err(error) = remove_directory(&self.dir) {
            tracing::debug!(%error, dir = %self.dir.display(), "what is left of an attempt stays until the next one");
        }
    }
}

impl OwnPort {
    /// How a service is started on a port of one's own.
    fn mapped(&self) -> String {
        let Self { service, port } = self;
        let own = [(PORT.to_owned(), port.to_string())];
        let old = match service.listens() {
            Listens::On(old) => Some(old),
            Listens::Nowhere | Listens::OnAnyPort => None,
        };
        let moved = |text: &str| match old {
            Some(old) => renumbered(text, old, *port),
            None => expanded(text, &own),
        };
        let run = moved(service.run.as_str());
        let mut set: Vec<String> = Vec::new();
        for (name, value) in service.env.iter().filter(|(name, _)| *name != PORT) {
            set.push(format!("{name}={}", moved(value)));
        }
        set.push(format!("{PORT}={port}"));
        let started = format!("{}: `{} {run}`", service.name, set.join(" "));
        let Some(old) = old else { return started };
        let told = run != service.run.as_str() || service.env.values().any(|value| moved(value) != *value);
        let unless = if told {
            String::new()
        } else {
            format!(
                "; should it listen on {old} all the same, set its port where it can be set, or leave it alone"
            )
        };
        format!("{started} instead of port {old}{unless}")
    }
}

fn leased(leases: &mut Vec<PortLease>) -> std::io::Result<u16> {
    let lease = lease()?;
    let port = lease.port();
    leases.push(lease);
    Ok(port)
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

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use super::*;
    use crate::domain::environment::Health;
    use crate::domain::text::{Line, Title};

    fn service(run: &str, port: u16, env: &[(&str, &str)]) -> Service {
        let env: BTreeMap<_, _> =
            env.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect();
        let (name, run) = (Title::clipped("web"), Line::clipped(run));
        Service { name, run, port: Some(port), health: Health::None, after: Vec::new(), env }
    }

    #[test]
    fn a_service_is_told_how_to_start_on_another_port() {
        let table = [
            (
                service("serve -p 8080 --db 18080", 8080, &[]),
                "web: `PORT=4000 serve -p 4000 --db 18080` instead of port 8080",
            ),
            (
                service("./web", 8080, &[("ADDR", "127.0.0.1:8080"), ("PORT", "8080")]),
                "web: `ADDR=127.0.0.1:4000 PORT=4000 ./web` instead of port 8080",
            ),
            (
                service("./web", 8080, &[]),
                "web: `PORT=4000 ./web` instead of port 8080; should it listen on 8080 all the same, set its port where it can be set, or leave it alone",
            ),
            (
                service("serve -p $PORT --data $DATA_DIR", 0, &[("ADDR", "127.0.0.1:${PORT}")]),
                "web: `ADDR=127.0.0.1:4000 PORT=4000 serve -p 4000 --data $DATA_DIR`",
            ),
        ];
        for (service, expected) in table {
            assert_eq!(OwnPort { service, port: 4000 }.mapped(), expected);
        }
    }

    #[test]
    fn two_at_once_share_nothing_and_leave_nothing() {
        let home = tempfile::tempdir().unwrap();
        let services = [
            service("./web", 8080, &[]),
            Service { name: Title::clipped("admin"), ..service("./a", 0, &[]) },
        ];
        let place =
            |name: &str| OwnPlace::at(home.path().join(name), services.to_vec(), Ports::AllOwn).unwrap();
        let (one, other) = (place("F1"), place("F2"));
        let values = |place: &OwnPlace| place.env.iter().map(|(_, value)| value.clone()).collect::<Vec<_>>();
        assert!(values(&one).iter().all(|value| !values(&other).contains(value)), "{one:?} {other:?}");
        assert!(Path::new(one.data()).is_dir() && one.note().contains(one.data()));
        assert_ne!(one.value("PORT_WEB"), one.value("PORT_ADMIN"));
        assert_eq!(one.value("PORT"), one.value("PORT_WEB"));
        fs::write(Path::new(one.data()).join("old"), "x").unwrap();
        let again = place("F1");
        assert!(!Path::new(again.data()).join("old").exists(), "nobody finds what another one left");
        drop((one, other, again));
        assert_eq!(fs::read_dir(home.path()).unwrap().count(), 0);
    }

    #[test]
    fn services_are_started_with_their_own_ports_and_the_data_folder() {
        let home = tempfile::tempdir().unwrap();
        let db = Service { name: Title::clipped("my-db"), ..service("db", 5432, &[]) };
        let urls = [("DB", "localhost:$PORT_MY_DB"), ("STORE", "${DATA_DIR}/x"), ("HOST", "h:$PORT")];
        let web = Service {
            health: Health::Http { path: Line::clipped("/up?$PORT") },
            ..service("./web", 0, &urls)
        };
        let services = vec![web.clone(), db.clone()];
        let place = OwnPlace::at(home.path().join("t"), services, Ports::AsDeclared).unwrap();
        let port = place.value("PORT_WEB").to_owned();
        let spec = place.spec(&web);
        assert_eq!(spec.port.unwrap().to_string(), port);
        assert_eq!(spec.env["DB"], "localhost:5432");
        assert_eq!(spec.env["STORE"], format!("{}/x", place.data()));
        assert_eq!((spec.env["HOST"].clone(), spec.env["PORT"].clone()), (format!("h:{port}"), port.clone()));
        assert_eq!(spec.health, crate::workspace::services::Health::Http { path: format!("/up?{port}") });
        assert_eq!((place.spec(&db).port, place.spec(&db).env["PORT"].as_str()), (Some(5432), "5432"));
        let told = place.addresses();
        assert!(told.contains(&format!("app: http://127.0.0.1:{port} (`$PORT`)")), "{told}");
        assert!(told.contains("my-db: http://127.0.0.1:5432 (`$PORT_MY_DB`)"), "{told}");
    }
}
